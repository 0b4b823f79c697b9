"""What is odd about a sender is said; an ordinary sender is not accused."""

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.mail import Authentication, MailAddress
from mailbot.domain.seen_senders import SeenSender
from mailbot.rules.suspicion import KnownSenders, find_suspicions, name_key

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PROVED = Authentication(spf="pass", dkim="pass", dmarc="pass", aligned=True)
NOTHING = Authentication()
FORGED = Authentication(dmarc="fail")
UNSURE = Authentication(dkim="temperror")


def seen(address: str, *, mails: int = 9, proved: int = 9, days: int = 60) -> SeenSender:
    first = NOON - timedelta(days=days)
    return SeenSender(address=address, mails=mails, proved=proved, first_at=first, last_at=NOON)


PEOPLE = {"an peeters": {"an@goudenaar.example"}, "els de smet": {"els@kantoor.example"}}
OURS = ("goudenaar.example", "kantoor.example")


def suspicions(
    sender: str,
    name: str = "",
    *,
    reply_to: tuple[str, ...] = (),
    authentication: Authentication = PROVED,
    same_address: tuple[SeenSender, ...] = (),
    same_name: tuple[SeenSender, ...] = (),
    domains: tuple[str, ...] = (*OURS, "drukkerij.example"),
    expects: bool = False,
) -> list[str]:
    known = KnownSenders(
        people=PEOPLE, domains=domains, same_address=same_address, same_name=same_name
    )
    return find_suspicions(
        MailAddress(address=sender, display_name=name),
        [MailAddress(address=one) for one in reply_to],
        authentication,
        known,
        expects_known_sender=expects,
    )


def test_an_ordinary_supplier() -> None:
    for expects in (True, False):
        assert suspicions("facturen@drukkerij.example", "Drukkerij", expects=expects) == []


@pytest.mark.parametrize(
    ("authentication", "history", "warnings"),
    [
        (FORGED, (), ["failed_authentication"]),
        (NOTHING, (), []),
        (NOTHING, (seen("f@drukkerij.example"),), ["unusual_authentication"]),
        (FORGED, (seen("f@drukkerij.example"),), ["failed_authentication"]),
        (UNSURE, (seen("f@drukkerij.example"),), []),
        (NOTHING, (seen("f@drukkerij.example", mails=9, proved=6),), ["unusual_authentication"]),
        (NOTHING, (seen("f@drukkerij.example", mails=9, proved=5),), []),
        (NOTHING, (seen("f@drukkerij.example", mails=2, proved=2),), []),
        (PROVED, (seen("f@drukkerij.example"),), []),
    ],
)
def test_proof(
    authentication: Authentication, history: tuple[SeenSender, ...], warnings: list[str]
) -> None:
    found = suspicions("f@drukkerij.example", authentication=authentication, same_address=history)
    assert found == warnings


def test_a_domain_that_looks_like_a_known_one() -> None:
    look_alike = "facturen@drukkerji.example"
    assert suspicions(look_alike) == ["lookalike_domain:drukkerij.example"]
    assert suspicions(look_alike, same_address=(seen(look_alike, days=3),)) != []


def test_a_look_alike_that_has_sent_proved_mails_for_weeks_is_a_supplier_too() -> None:
    sender = "facturen@drukkerij.nl"
    domains = ("drukkerij.be",)
    assert suspicions(sender, domains=domains) == ["lookalike_domain:drukkerij.be"]
    assert suspicions(sender, domains=domains, same_address=(seen(sender),)) == []


@pytest.mark.parametrize(
    ("name", "sender", "warnings"),
    [
        ("An Peeters", "an@goudenaar.example", []),
        ("AN PEETERS", "an.peeters@gmail.com", ["name_of_person:AN PEETERS"]),
        ("Peeters", "an.peeters@gmail.com", []),
        ("els@kantoor.example", "x@boef.example", ["name_is_address:els@kantoor.example"]),
        ("Els (els@kantoor.example)", "x@boef.example", ["name_is_address:els@kantoor.example"]),
        ("A\u202en Pee\u200bters", "x@boef.example", ["name_of_person:An Peeters"]),
        ("\u0410n P\u0435eters", "x@boef.example", ["name_of_person:\u0410n P\u0435eters"]),
        ("An, Peeters\u202e", "x@boef.example", ["name_of_person:An Peeters"]),
        (
            "a" * 90 + "@kantoor.example",
            "x@boef.example",
            [f"name_is_address:{'a' * 64}@kantoor.example"],
        ),
        ("x@boef.example", "x@boef.example", []),
        ("x@post.boef.example", "x@boef.example", []),
    ],
)
def test_names_of_people(name: str, sender: str, warnings: list[str]) -> None:
    assert suspicions(sender, name) == warnings


def test_a_name_that_somebody_else_has_used() -> None:
    used = (seen("facturen@drukkerij.example"),)
    found = suspicions("facturen@gmail.com", "Drukkerij Peeters", same_name=used)
    assert found == ["name_of_other_address:facturen@drukkerij.example"]
    same_house = suspicions("info@drukkerij.example", "Drukkerij Peeters", same_name=used)
    assert same_house == []


def test_a_name_that_nobody_proved_belongs_to_nobody() -> None:
    used = (seen("facturen@drukkerij.example", proved=0),)
    assert suspicions("facturen@gmail.com", "Drukkerij Peeters", same_name=used) == []


@pytest.mark.parametrize(
    ("sender", "reply_to", "warnings"),
    [
        ("f@drukkerij.example", ("info@drukkerij.example",), []),
        ("f@drukkerij.example", ("info@post.drukkerij.example",), []),
        (
            "f@drukkerij.example",
            ("drukkerij@gmail.com",),
            ["reply_to_differs:drukkerij@gmail.com"],
        ),
        ("f@drukkerij.example", ("x@boef.example",), ["reply_to_differs:x@boef.example"]),
        # a portal that sends for a supplier whom we know
        ("noreply@portaal.example", ("f@drukkerij.example",), []),
        # or for one whom we do not: whoever writes as its robot does so all day
        ("noreply@portaal.example", ("bakker@gmail.com",), []),
        ("f@drukkerij.example", ("x@boef.example", "f@drukkerij.example"), []),
        ("f@drukkerij.example", ("",), []),
        (
            "f@drukkerij.example",
            ("x" * 5000 + "@boef.example",),
            [f"reply_to_differs:{'x' * 80}…"],
        ),
    ],
)
def test_answers_that_go_elsewhere(
    sender: str, reply_to: tuple[str, ...], warnings: list[str]
) -> None:
    assert suspicions(sender, reply_to=reply_to) == warnings


def test_answers_that_went_there_before() -> None:
    known = KnownSenders(usual_replies=("drukkerij@gmail.com",))
    sender = MailAddress(address="f@drukkerij.example")
    reply_to = [MailAddress(address="drukkerij@gmail.com")]
    found = find_suspicions(sender, reply_to, PROVED, known, expects_known_sender=False)
    assert found == []


def test_a_robot_without_proof_is_no_portal() -> None:
    found = suspicions(
        "noreply@portaal.example", reply_to=("bakker@gmail.com",), authentication=NOTHING
    )
    assert found == ["reply_to_differs:bakker@gmail.com"]


def test_a_new_address_stands_out_when_the_supplier_is_known() -> None:
    assert suspicions("x@nieuw.example", expects=True) == ["first_contact"]
    assert suspicions("x@gmail.com", expects=True, domains=("gmail.com",)) == ["first_contact"]
    assert suspicions("x@nieuw.example") == []
    assert suspicions("an@goudenaar.example", expects=True) == []
    earlier = (seen("x@nieuw.example", mails=1, proved=0),)
    assert suspicions("x@nieuw.example", expects=True, same_address=earlier) == []


def test_who_imports_files_is_the_operator() -> None:
    imported = Authentication(source="import", aligned=True)
    assert suspicions("x@drukkerji.example", authentication=imported) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Drukkerij  Peeters", "drukkerij peeters"),
        ("Dr\u00fcckerei M\u00fcller", "druckerei muller"),
        ("'An Peeters' via Portaal", "an peeters"),
        ("Facturatie", ""),
        ("No-Reply", ""),
        ("", ""),
    ],
)
def test_what_makes_two_names_one(name: str, key: str) -> None:
    assert name_key(name) == key
