"""What comes back: whose address is given up, who is told, and what nobody believes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.correspondence import Post, post
from mailbot.compose.exports import write_export_mail
from mailbot.domain.letter import Reader
from mailbot.domain.outbox import OutboxEntry
from mailbot.domain.reach import Reach
from storage.addresses import find_reach, record_reach
from storage.definitions import get_office
from storage.tokens import spend_token
from tests.kit.browser import NOW, House, open_house
from tests.kit.every_letter import CSV
from tests.kit.letters import BOOKING
from tests.kit.mailroom import PROVED, Mailroom
from tests.kit.mails import build_mail
from tests.kit.office import APPROVER, MANAGER

QMAIL = """\
From: MAILER-DAEMON@mx.bakkerij.example
To: us
Subject: failure notice
Message-ID: <{id}@mx.bakkerij.example>

Hi. This is the qmail-send program at mx.bakkerij.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{address}>:
{said}

--- Below this line is a copy of the message.
"""
DSN = """\
From: MAILER-DAEMON@mx.bakkerij.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <{id}@mx.bakkerij.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B

It did not arrive.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.bakkerij.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--B--
"""
UNKNOWN = {"action": "failed", "status": "5.1.1", "said": "550 5.1.1 user unknown"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def room(house: House) -> Mailroom:
    return Mailroom(house.context)


def ask(house: House, room: Mailroom, number: str = "1") -> OutboxEntry:
    """Let our question to the approver have left, and return it."""
    house.clock.move(timedelta(seconds=1))
    house.letter(house.invoice(number=number))
    asked = next(entry for entry in house.mails() if entry.recipient == APPROVER)
    room.deliver(asked)
    room.letters()
    return asked


def bounce(
    entry: OutboxEntry, shape: str = DSN, *, address: str = APPROVER, **values: str
) -> bytes:
    facts = {**UNKNOWN, "address": address, "id": entry.id, **values}
    return shape.format(**facts).encode()


def reach(house: House, address: str = APPROVER) -> Reach | None:
    with house.context.database.reading() as session:
        return find_reach(session, address)


def is_given_up(house: House) -> bool:
    found = reach(house)
    return found is not None and found.given_up_at is not None


@pytest.mark.parametrize("shape", [DSN, QMAIL])
def test_no_such_mailbox_ends_the_writing_and_the_manager_is_told(
    house: House, room: Mailroom, shape: str
) -> None:
    asked = ask(house, room)
    raw = bounce(asked, shape)
    room.receive(raw, asked.envelope_sender)
    assert is_given_up(house)
    (told,) = room.letters()
    assert (told.recipient, told.letter) == (MANAGER, "bounce")
    assert APPROVER in room.text(told)
    assert "niets meer naar dit adres" in room.text(told)
    room.receive(raw.replace(b"<", b"<again.", 1), asked.envelope_sender)
    assert room.letters() == [], "the same mail comes back once"


def test_what_goes_to_a_lost_address_goes_to_the_office_without_its_authority(
    house: House, room: Mailroom
) -> None:
    asked = ask(house, room)
    room.receive(bounce(asked), asked.envelope_sender)
    room.letters()
    house.letter(house.invoice(number="77"))
    (instead,) = room.letters()
    assert (instead.recipient, instead.letter) == (MANAGER, "unreachable")
    assert "Karim Haddad" in instead.subject
    assert "77" in room.text(instead)
    reply_to = str(room.message(instead)["Reply-To"])
    answer = build_mail(sender=MANAGER, to=reply_to, text="goedgekeurd", subject="Re: x")
    room.receive(answer, reply_to, envelope_sender=MANAGER, proof=PROVED)
    assert {document.status.value for document in room.documents()} == {"to_approve"}


def test_three_refusals_end_it_and_fewer_do_not(house: House, room: Mailroom) -> None:
    said = {"status": "5.7.1", "said": "550 5.7.1 rejected as spam"}
    for number in range(3):
        assert not is_given_up(house)
        asked = ask(house, room, str(number))
        room.receive(bounce(asked, **said), asked.envelope_sender)
        (told,) = room.letters()
        assert ("Wie ze moest krijgen" in room.text(told)) is (number < 2)
    assert is_given_up(house)


def test_what_passes_is_only_counted(house: House, room: Mailroom) -> None:
    for number, values in enumerate(
        (
            {"action": "delayed", "status": "4.4.1", "said": "connection timed out"},
            {"action": "failed", "status": "4.2.2", "said": "452 4.2.2 over quota"},
            {"action": "failed", "status": "5.2.2", "said": "552 5.2.2 mailbox full"},
            {"action": "failed", "status": "5.0.0", "said": "Postvak is vol"},
        )
    ):
        asked = ask(house, room, str(number))
        room.receive(bounce(asked, **values), asked.envelope_sender)
    found = reach(house)
    assert found is not None
    assert (found.n_passing, found.n_refused, found.given_up_at) == (4, 0, None)


def test_a_proved_mail_from_the_address_heals_it_and_an_unproved_one_does_not(
    house: House, room: Mailroom
) -> None:
    asked = ask(house, room)
    room.receive(bounce(asked), asked.envelope_sender)
    hello = build_mail(sender=APPROVER, text="Ik ben er weer.")
    room.receive(hello, "vraag-0400000185@mailbot.localhost", envelope_sender=APPROVER)
    assert is_given_up(house)
    again = hello.replace(b"<m1@", b"<m2@")
    room.receive(
        again, "vraag-0400000185@mailbot.localhost", envelope_sender=APPROVER, proof=PROVED
    )
    assert reach(house) is None
    room.letters()
    house.letter(house.invoice(number="3"))
    (written,) = room.letters()
    assert written.recipient == APPROVER


def test_who_was_shown_the_mail_cannot_make_its_reader_unreachable(
    house: House, room: Mailroom
) -> None:
    """The forger knows where answers go, from a forwarded mail, and writes what servers write."""
    asked = ask(house, room)
    answers = str(room.message(asked)["Reply-To"])
    room.receive(bounce(asked), answers)
    room.receive(bounce(asked, id="2"), "b." + answers.removeprefix("r."))
    assert reach(house) is None
    assert {entry.letter for entry in room.letters()} <= {"bounce"}, "the office may know"


@pytest.mark.parametrize("trick", ["answered", "late", "never sent"])
def test_a_bounce_that_cannot_be_true_is_not_believed(
    house: House, room: Mailroom, trick: str
) -> None:
    house.letter(house.invoice())
    asked = next(entry for entry in house.mails() if entry.recipient == APPROVER)
    if trick != "never sent":
        room.deliver(asked)
    if trick == "answered":
        token = house.token(house.last_token())
        with house.context.transaction() as unit:
            spend_token(unit.session, token.hash, house.context.now())
    if trick == "late":
        house.clock.move(timedelta(days=15))
    room.letters()
    room.receive(bounce(asked), asked.envelope_sender)
    assert reach(house) is None
    assert room.letters() == []


def test_a_mailbox_behind_that_of_the_reader_does_not_end_his(
    house: House, room: Mailroom
) -> None:
    asked = ask(house, room)
    room.receive(bounce(asked, address="karim@prive.example"), asked.envelope_sender)
    assert not is_given_up(house)
    (told,) = room.letters()
    assert told.letter == "bounce"


def test_an_absence_that_returns_where_bounces_go_is_no_bounce(
    house: House, room: Mailroom
) -> None:
    """RFC 3834 §4: an automatic answer goes to the envelope sender."""
    asked = ask(house, room)
    absence = build_mail(
        sender=APPROVER,
        subject="Automatisch antwoord: Goedkeuren?",
        text="Ik ben er niet. Akkoord!",
        headers={"Auto-Submitted": "auto-replied"},
    )
    room.receive(absence, asked.envelope_sender)
    assert reach(house) is None
    assert room.letters() == []


def test_words_of_a_person_that_go_there_are_read_by_the_office(
    house: House, room: Mailroom
) -> None:
    asked = ask(house, room)
    raw = build_mail(sender=APPROVER, subject="Re: x", text="goedgekeurd")
    room.receive(raw, asked.envelope_sender, envelope_sender=APPROVER, proof=PROVED)
    (told,) = room.letters()
    assert (told.recipient, told.letter) == (MANAGER, "message")
    assert room.documents()[0].status.value == "to_approve"


def test_what_a_program_waits_for_is_sent_all_the_same(house: House, room: Mailroom) -> None:
    lost = Reach(address="boekingen@pakket.example", failed_at=NOW, given_up_at=NOW)
    reader = Reader(email=lost.address, first_name="", name="")
    with house.context.transaction() as unit:
        record_reach(unit.session, lost)
        office, _employees = get_office(unit.session, "kantoor")
        letter = Post(
            key="export:1",
            reader=reader,
            office=office,
            dossier="bakkerij",
            write=lambda head: write_export_mail(head, (BOOKING,), (CSV,), dossier="Bakkerij"),
        )
        post(unit, letter)
    (sent,) = room.letters()
    assert (sent.recipient, sent.letter) == (lost.address, "export")
