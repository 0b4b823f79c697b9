"""What is known of a sender at once is what the longer way would say."""

from collections.abc import Iterator

import pytest

from mailbot.entrypoints.dns_lookup import DnsResolver
from mailbot.entrypoints.sender_check import SenderCheck, head_of, is_signed
from tests.kit.dns import dns_server, txt

RECORD = [txt("v=DMARC1; p=reject")]
ZONE = {(f"_dmarc.{name}drukkerij.example", "TXT"): RECORD for name in ("", "sub.")}
FROM = b"From: a@drukkerij.example\r\n"
TRUSTED = b"Authentication-Results: mx.example; spf=pass smtp.mailfrom=drukkerij.example\r\n"
BODY = b"\r\n\r\nFrom: b@sub.drukkerij.example\r\n\r\ntext\r\n"
#: heads that programs read in different ways, too
HEADS = (
    FROM + b"Subject: x",
    b"Subject: x\r\n" + FROM.rstrip(),
    TRUSTED + FROM.rstrip(),
    b"\r\n\r\n" + FROM.rstrip(),
    b"From x\r\n\r\n" + FROM.rstrip(),
    b"From : y\r\n\r\n" + FROM.rstrip(),
    b">From x\r\n" + FROM.rstrip(),
    b"\xef\xbb\xbf" + FROM.rstrip(),
    b"no header\r\n" + FROM.rstrip(),
    FROM.replace(b"\r\n", b"\r\r\n") + b"Subject: x",
    FROM + b"Subject: x\r\r" + FROM.rstrip(),
    FROM.replace(b"\r\n", b"\n") + b"Subject: x\n",
    FROM + FROM.rstrip(),
    b"",
)


@pytest.fixture(scope="module")
def check() -> Iterator[SenderCheck]:
    with dns_server(ZONE) as server:
        yield SenderCheck(DnsResolver(server), ["mx.example"])


@pytest.mark.parametrize("head", HEADS)
def test_both_ways_say_the_same(check: SenderCheck, head: bytes) -> None:
    raw = head + BODY
    said = check.judge(
        raw, client_address="", client_name="c", envelope_sender="a@b.be", is_relayed=True
    )
    # DNS has been asked by now
    assert check.find_at_once(raw, client_name="c", envelope_sender="a@b.be") == said
    short = check.judge(
        head_of(raw), client_address="", client_name="c", envelope_sender="a@b.be", is_relayed=True
    )
    assert short == said


def test_what_dns_was_never_asked_takes_longer(check: SenderCheck) -> None:
    raw = b"From: a@nooit.gezien.example\r\n\r\n"
    assert check.find_at_once(raw, client_name="c", envelope_sender="") is None


@pytest.mark.parametrize(
    ("raw", "signed"),
    [
        (b"DKIM-Signature: x\r\n\r\n", True),
        (FROM + b"dkim-signature: x\r\n\r\n", True),
        (b"ARC-Seal: i=1\r\n\r\n", True),
        (FROM + b"\r\nDKIM-Signature: x\r\n\r\n", False),
        (FROM + b"X-DKIM-Signature: x\r\n\r\n", False),
    ],
)
def test_signatures_stand_in_the_head(check: SenderCheck, raw: bytes, signed: bool) -> None:
    assert is_signed(raw) is signed
    assert not signed or check.find_at_once(raw, client_name="", envelope_sender="") is None
