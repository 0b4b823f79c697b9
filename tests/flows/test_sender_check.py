"""Who sent a mail is found out while it comes in, and never keeps it from coming in."""

import smtplib
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest

from mailbot.domain.mail import Authentication, Signature
from mailbot.mail.authentication import UNKNOWN
from tests.kit.dns import dns_server, txt
from tests.kit.keys import make_key
from tests.kit.sealing import seal
from tests.kit.smtp import PURCHASE, SUPPLIER, RunningIntake, mail, running_intake

KEY, RECORD = make_key(2048)
ZONE = {
    ("s1._domainkey.drukkerij.example", "TXT"): [txt(RECORD)],
    ("_dmarc.drukkerij.example", "TXT"): [txt("v=DMARC1; p=reject")],
    ("drukkerij.example", "TXT"): [txt("v=spf1 -all")],
}
RAW = mail().as_bytes(policy=mail().policy.clone(linesep="\r\n"))
SIGNED = dkim.sign(RAW, b"s1", b"drukkerij.example", KEY, include_headers=[b"from"]) + RAW
RESULTS = b"Authentication-Results: mx.example; dmarc=pass header.from=drukkerij.example\r\n"
#: in production: a server of our own side stands between the world and the loopback
SMARTHOST = {"host": "smarthost.example"}
TRUSTED = {"trusted_authserv": {"ids": ("mx.example",)}}


def deliver(intake: RunningIntake, raw: bytes, *, lmtp: bool = False) -> Authentication:
    kind, port = (smtplib.LMTP, intake.lmtp_port) if lmtp else (smtplib.SMTP, intake.smtp_port)
    with kind("127.0.0.1", port) as client:
        client.sendmail(SUPPLIER, [PURCHASE], raw)
    return intake.only_kept().envelope.authentication


@pytest.fixture
def dns() -> Iterator[dict[str, str]]:
    with dns_server(ZONE) as address:
        yield {"server": address}


@pytest.mark.parametrize(
    ("lmtp", "outbound", "spf"),
    [
        (False, SMARTHOST, "none"),
        (True, SMARTHOST, "none"),
        (True, {}, "none"),
        (False, {}, "fail"),
    ],
)
def test_a_signed_mail_is_aligned(
    tmp_path: Path, lmtp: bool, outbound: dict[str, str], spf: str
) -> None:
    with (
        dns_server(ZONE) as address,
        running_intake(tmp_path, dns={"server": address}, outbound=outbound) as intake,
    ):
        assert deliver(intake, SIGNED, lmtp=lmtp) == Authentication(
            spf=spf,
            spf_domain="drukkerij.example",
            dkim="pass",
            signatures=(
                Signature(
                    result="pass",
                    domain="drukkerij.example",
                    selector="s1",
                    algorithm="rsa-sha256",
                ),
            ),
            dmarc="pass",
            dmarc_policy="reject",
            from_domain="drukkerij.example",
            aligned=True,
        )


def test_the_original_is_kept_as_it_came(tmp_path: Path, dns: dict[str, str]) -> None:
    """What was signed must still be provable years later."""
    with running_intake(tmp_path, dns=dns) as intake:
        deliver(intake, SIGNED)
        assert intake.only_kept().raw == SIGNED


def test_a_mail_without_proof_is_kept_all_the_same(tmp_path: Path, dns: dict[str, str]) -> None:
    with running_intake(tmp_path, dns=dns) as intake:
        found = deliver(intake, RAW)
        assert (found.dmarc, found.aligned) == ("fail", False)


@pytest.mark.parametrize("lmtp", [False, True])
def test_a_server_on_our_side_that_is_trusted_is_believed(tmp_path: Path, lmtp: bool) -> None:
    with running_intake(tmp_path, **TRUSTED) as intake:
        found = deliver(intake, RESULTS + RAW, lmtp=lmtp)
        assert (found.aligned, found.source) == (True, "mx.example")


def test_a_server_that_nobody_named_is_not_believed(tmp_path: Path) -> None:
    with running_intake(tmp_path) as intake:
        found = deliver(intake, RESULTS + RAW)
        assert (found.aligned, found.source) == (False, "own")


def test_a_stranger_is_not_believed_whatever_the_header_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.entrypoints.smtp_reception.is_loopback", lambda _: False)
    with running_intake(tmp_path, **TRUSTED) as intake:
        found = deliver(intake, RESULTS + RAW)
        assert (found.aligned, found.source) == (False, "own")


def test_a_forwarder_that_is_trusted_is_believed(tmp_path: Path) -> None:
    """A list wrote below the mail: the signature of the sender is broken, its own seal is not."""
    zone = {**ZONE, ("arc._domainkey.lijst.example", "TXT"): [txt(RECORD)]}
    saw = "dmarc=pass header.from=drukkerij.example"
    sealed = seal(SIGNED + b"Lijst van drukkers.\r\n", "lijst.example", KEY, results=saw)
    trusted = {"arc_sealers": ("lijst.example",)}
    with (
        dns_server(zone) as address,
        running_intake(tmp_path, dns={"server": address}, trusted_authserv=trusted) as intake,
    ):
        found = deliver(intake, sealed)
        assert (found.aligned, found.source, found.arc) == (True, "arc:lijst.example", "pass")


@pytest.mark.parametrize(
    ("saw", "source"),
    [
        ("dmarc=pass header.from=drukkerij.example", "arc:lijst.example"),
        ("dmarc=fail header.from=drukkerij.example", "mx.example"),
    ],
)
def test_a_forwarder_tells_what_a_server_of_our_side_could_not_see(
    tmp_path: Path, saw: str, source: str
) -> None:
    zone = {**ZONE, ("arc._domainkey.lijst.example", "TXT"): [txt(RECORD)]}
    failed = b"Authentication-Results: mx.example; dmarc=fail header.from=drukkerij.example\r\n"
    raw = failed + seal(RAW, "lijst.example", KEY, results=saw)
    trusted = {"ids": ("mx.example",), "arc_sealers": ("lijst.example",)}
    with (
        dns_server(zone) as address,
        running_intake(tmp_path, dns={"server": address}, trusted_authserv=trusted) as intake,
    ):
        found = deliver(intake, raw, lmtp=True)
        assert (found.source, found.aligned) == (source, source.startswith("arc:"))


@pytest.mark.parametrize(
    "raw",
    [
        b"Received: by x\r\n" * 5000 + RAW,
        b"From: x@y.example\r\n" * 5000 + RAW,
        b"DKIM-Signature: v=1; d=x.example; s=y\r\n" * 500 + RAW,
        b"ARC-Seal: i=1; d=x.example; s=y\r\n" * 500 + RAW,
        b"X-Long: " + b"a" * 900_000 + b"\r\n" + RAW,
    ],
)
def test_heads_without_measure_prove_nothing_and_come_in(
    tmp_path: Path, raw: bytes, dns: dict[str, str]
) -> None:
    with running_intake(tmp_path, dns=dns) as intake:
        assert deliver(intake, raw).aligned is False


def test_a_dns_that_is_silent_delays_a_mail_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.entrypoints.sender_check.SECONDS", 0.3)
    silent = dict.fromkeys(ZONE, "TIMEOUT")
    with (
        dns_server(silent) as address,
        running_intake(tmp_path, dns={"server": address}) as intake,
    ):
        found = deliver(intake, SIGNED)
        assert (found.dkim, found.dmarc, found.aligned) == ("temperror", "temperror", False)


def test_a_check_that_does_not_end_or_breaks_does_not_keep_a_mail_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = "mailbot.entrypoints.sender_check.SenderCheck.judge"
    with running_intake(tmp_path) as intake:
        monkeypatch.setattr(judge, lambda *_, **__: 1 / 0)
        assert deliver(intake, SIGNED) == UNKNOWN
