"""A sender who is odd is told about at the top of the mails about what he sent."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from mailbot.domain.mail import Authentication, Channel
from tests.kit.browser import House, open_house
from tests.kit.mailroom import Mailroom
from tests.kit.mails import build_mail
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval
from tests.kit.structured_builders import Sample, build_ubl

PURCHASE = "aankoop-0400000185@mailbot.localhost"
SUPPLIER = "Drukkerij Voorbeeld <facturen@drukkerij.example>"
_numbers = count(1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def room(house: House) -> Mailroom:
    return Mailroom(house.context)


def send(
    room: Mailroom, sender: str, *, proved: bool = True, reply_to: str = "", **facts: str
) -> tuple[str, ...]:
    """Let an invoice come in, and return the warnings on it."""
    number = f"F{next(_numbers)}"
    address = sender.rpartition("<")[2].strip(">")
    verdict = "pass" if proved else "none"
    authentication = Authentication(
        dkim=verdict, dmarc=verdict, aligned=proved, from_domain=address.rpartition("@")[2]
    )
    raw = build_mail(
        sender=sender,
        subject=f"Factuur {number}",
        files=((f"{number}.xml", build_ubl(Sample(number=number))),),
        headers={"Reply-To": reply_to} if reply_to else {},
    ).replace(b"<m1@", f"<{number}@".encode())
    room.outside.clock.move(timedelta(days=10))  # type: ignore[attr-defined]
    room.receive(
        raw,
        PURCHASE,
        envelope_sender=address,
        authentication=authentication,
        channel=Channel(facts.get("channel", "smtp")),
    )
    (found,) = [d for d in room.documents() if d.original.name == f"{number}.xml"]
    return tuple(w for w in found.warnings if w.partition(":")[0] in OF_SENDERS)


OF_SENDERS = {
    "failed_authentication",
    "unusual_authentication",
    "lookalike_domain",
    "name_of_person",
    "name_of_other_address",
    "name_is_address",
    "reply_to_differs",
    "first_contact",
}


def test_an_ordinary_supplier_is_not_accused(room: Mailroom) -> None:
    assert [send(room, SUPPLIER) for _ in range(4)] == [()] * 4


def test_who_takes_the_place_of_a_known_supplier(room: Mailroom) -> None:
    for _ in range(3):
        send(room, SUPPLIER)
    assert send(room, SUPPLIER, proved=False) == ("unusual_authentication",)
    assert send(room, "Drukkerij Voorbeeld <facturen@drukkerji.example>") == (
        "lookalike_domain:drukkerij.example",
        "name_of_other_address:facturen@drukkerij.example",
    )
    assert send(room, "Drukkerij Voorbeeld <x@boef.example>") == (
        "name_of_other_address:facturen@drukkerij.example",
    )
    assert send(room, SUPPLIER, reply_to="drukkerij@gmail.com") == (
        "reply_to_differs:drukkerij@gmail.com",
    )


def test_where_answers_always_went_is_no_news(room: Mailroom) -> None:
    sender = "Bakker <info@bakker.example>"
    told = [send(room, sender, reply_to="bakker@gmail.com") for _ in range(4)]
    assert told == [("reply_to_differs:bakker@gmail.com",)] * 3 + [()]
    # an address that only answers went to has never written itself
    assert send(room, "Bakker <bakker@gmail.com>", proved=False) == (
        "name_of_other_address:info@bakker.example",
    )


def test_who_takes_the_name_of_somebody_of_the_office(room: Mailroom) -> None:
    assert send(room, "Lies Boekhouder <lies.boekhouder@gmail.com>") == (
        "name_of_person:Lies Boekhouder",
    )
    assert send(room, "lies@kantoor.example <x@boef.example>") == (
        "name_is_address:lies@kantoor.example",
    )
    assert send(room, "Kantoor <facturen@kant00r.example>") == (
        "lookalike_domain:kantoor.example",
    )


def test_the_warning_stands_at_the_top_of_the_mail_that_asks(house: House, room: Mailroom) -> None:
    house.change_office(make_definition(make_dossier(approval_rules=needs_approval(APPROVER))))
    send(room, "Lies Boekhouder <lies.boekhouder@gmail.com>")
    asked = next(one for one in room.letters() if one.recipient == APPROVER)
    text = room.text(asked)
    assert text.index("De afzender noemt zich Lies Boekhouder") < text.index("Te betalen")
