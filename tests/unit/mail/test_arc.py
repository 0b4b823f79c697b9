"""A chain of forwarders is whole, or it is nothing; its word counts only when it is trusted."""

import time

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.mail import Authentication
from mailbot.mail.arc import BROKEN, NO_CHAIN, ArcChain, check_arc
from mailbot.mail.authentication import authenticate
from mailbot.mail.raw_mail import read_raw_mail
from tests.kit.keys import make_key
from tests.kit.sealing import seal
from tests.kit.zone import Zone

#: the end of a run that takes an hour: what is signed meanwhile is not signed in the future
NOW = time.time() + 3600
KEY, RECORD = make_key(2048)
LIST, HOST = "lijst.example", "doorstuur.example"
KEYS = {
    ("arc._domainkey.lijst.example", "TXT"): (RECORD,),
    ("arc._domainkey.doorstuur.example", "TXT"): (RECORD,),
    ("s1._domainkey.klant.example", "TXT"): (RECORD,),
    ("_dmarc.klant.example", "TXT"): ("v=DMARC1; p=reject",),
}
MAIL = (
    b"From: An <an@klant.example>\r\nTo: r.token@in.example\r\nSubject: Re: Goedkeuren?\r\n\r\n"
    b"goedkeuren\r\n"
)
GOOD = "dmarc=pass header.from=klant.example"


def chain(raw: bytes, zone: Zone | None = None) -> ArcChain:
    mail = read_raw_mail(raw)
    assert mail is not None
    return check_arc(mail, zone or Zone(KEYS), now=NOW)


def judge(raw: bytes, *sealers: str) -> Authentication:
    return authenticate(
        raw, client_address="192.0.2.1", client_name="x", envelope_sender="a@doorstuur.example",
        lookup=Zone(KEYS), now=NOW, arc_sealers=sealers,
    )  # fmt: skip


def test_one_forwarder() -> None:
    found = chain(seal(MAIL, LIST, KEY, results=GOOD))
    assert found == ArcChain(
        result="pass", sealer=LIST, results=b"lijst.example; " + GOOD.encode()
    )


def test_two_forwarders_of_whom_the_first_changed_the_mail() -> None:
    first = seal(MAIL, LIST, KEY).replace(b"Subject: ", b"Subject: [lijst] ")
    assert chain(first) == BROKEN
    assert chain(seal(first, HOST, KEY)).sealer == HOST


def test_another_program_finds_the_same() -> None:
    """dkimpy's own check, held against ours; both read what neither has sealed."""

    def find_key(name: bytes, timeout: int = 5) -> bytes:
        return RECORD.encode()

    changed = SEALED.replace(b"goedkeuren", b"verwerpen!")
    verdicts = [dkim.arc_verify(one, dnsfunc=find_key)[0] for one in (MAIL, SEALED, changed)]
    assert verdicts == [b"none", b"pass", b"fail"]
    assert [chain(one).result for one in (MAIL, SEALED, changed)] == ["none", "pass", "fail"]


def test_no_forwarder() -> None:
    assert chain(MAIL) == NO_CHAIN


SEALED = seal(seal(MAIL, LIST, KEY), HOST, KEY)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (SEALED.replace(b"\r\ngoedkeuren", b"\r\nverwerpen!"), "the body was changed"),
        (SEALED.replace(b"an@klant", b"jan@klant"), "From was changed"),
        (SEALED.replace(b"i=1; lijst.example;", b"i=1; lijst.example; dmarc=pass;"), "the word"),
        (b"Subject: iets anders\r\n" + SEALED, "a second subject on top"),
        (seal(MAIL, LIST, KEY, cv="pass"), "the first says that there was a chain"),
        (seal(seal(MAIL, LIST, KEY), HOST, KEY, cv="none"), "the second says there was none"),
        (seal(seal(MAIL, LIST, KEY), HOST, KEY, cv="fail"), "the chain had failed before"),
        (seal(MAIL, LIST, KEY, instance=2), "no first set"),
        (SEALED.partition(b"ARC-Seal: i=1")[0] + MAIL, "the first set is gone"),
        (SEALED.replace(b"ARC-Seal: i=2", b"ARC-Seal: i=3"), "a set that is not whole"),
        (b"ARC-Seal: i=2; a=x\r\n" + SEALED, "a seal twice"),
        (b"ARC-Seal: onzin\r\n" + MAIL, "nonsense"),
        (b"ARC-Authentication-Results: i=1; x; none\r\n" + MAIL, "results alone"),
        (seal(MAIL, LIST, KEY, more="l=2; "), "a part of the body"),
        (seal(MAIL, LIST, KEY, signed="to:subject"), "From is not signed"),
        (seal(MAIL, LIST, KEY, signed="from:arc-seal"), "a seal is signed"),
        (seal(MAIL, LIST, KEY, more="x=1000; "), "expired"),
        (seal(MAIL, LIST, make_key(2048)[0]), "another key"),
        (seal(MAIL, "nergens.example", KEY), "no key in DNS"),
    ],
)  # fmt: skip
def test_a_broken_chain_is_nothing(raw: bytes, why: str) -> None:
    assert chain(raw) == BROKEN, why


def test_fifty_forwarders_are_the_limit() -> None:
    raw = MAIL
    for _ in range(50):
        raw = seal(raw, LIST, KEY)
    assert chain(raw).result == "pass"
    assert chain(seal(raw, LIST, KEY)) == BROKEN


def test_a_dns_without_an_answer_is_a_doubt() -> None:
    zone = Zone(KEYS, frozenset({"arc._domainkey.lijst.example"}))
    assert chain(SEALED, zone).result == "temperror"


def test_nobody_is_trusted_unless_named() -> None:
    found = judge(seal(MAIL, LIST, KEY, results=GOOD))
    assert (found.arc, found.arc_domain) == ("pass", LIST)
    assert (found.aligned, found.dmarc, found.source) == (False, "fail", "own")


@pytest.mark.parametrize(
    ("raw", "aligned"),
    [
        (seal(MAIL, LIST, KEY, results=GOOD), True),
        (seal(MAIL, LIST, KEY, results="dkim=pass header.d=klant.example"), True),
        (seal(MAIL, LIST, KEY, results="dmarc=fail header.from=klant.example"), False),
        (seal(MAIL, LIST, KEY, results="dmarc=pass header.from=boef.example"), False),
        (seal(MAIL, LIST, KEY, results="arc=pass"), False),
        # the last one who sealed must be trusted: he tells what came to him
        (seal(seal(MAIL, LIST, KEY, results=GOOD), HOST, KEY), False),
        (seal(MAIL, LIST, make_key(2048)[0], results=GOOD), False),
    ],
)
def test_the_word_of_a_trusted_forwarder(raw: bytes, aligned: bool) -> None:
    found = judge(raw, "LIJST.example")
    assert found.aligned is aligned
    assert found.source == ("arc:lijst.example" if aligned else "own")


def test_our_own_proof_goes_before_the_word_of_others() -> None:
    raw = dkim.sign(MAIL, b"s1", b"klant.example", KEY, include_headers=[b"from"]) + MAIL
    found = judge(seal(raw, LIST, KEY, results="dmarc=fail"), LIST)
    assert (found.aligned, found.source, found.dmarc) == (True, "own", "pass")


@settings(max_examples=50)
@given(st.binary(max_size=60), st.integers(0, len(SEALED)))
def test_no_chain_is_too_strange(noise: bytes, at: int) -> None:
    judge(SEALED[:at] + noise + SEALED[at:], LIST)
