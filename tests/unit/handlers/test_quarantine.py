"""An unknown sender: one question a day, one answer for all that waits, nothing dropped."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.digest import handle as write_digest
from mailbot.domain.document import Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import Authentication
from mailbot.domain.outbox import OutboxEntry
from mailbot.domain.treatment import Treatment
from storage.people import record_verdict
from tests.kit.browser import House, open_house
from tests.kit.mailroom import PROVED, Mailroom
from tests.kit.mails import build_mail
from tests.kit.office import MANAGER, OWNER, make_definition, make_dossier
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@mailbot.localhost"
FORGED = Authentication(spf="fail", dmarc="fail", from_domain="drukkerij.example")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def room(house: House) -> Mailroom:
    change(house, use_whitelist=True)
    return Mailroom(house.context)


def change(house: House, **dossier: object) -> None:
    house.change_office(make_definition(make_dossier(**dossier)))


def send(room: Mailroom, number: str, **options: object) -> None:
    """Let an invoice of the supplier come in."""
    sample = Sample(customer_vat="BE0400000185", number=number)
    raw = build_mail(
        sender=str(options.pop("sender", SUPPLIER)),
        subject=f"Factuur {number}",
        files=((f"{number}.xml", build_ubl(sample)),),
    ).replace(b"<m1@", f"<m{number}@".encode())
    room.outside.clock.move(timedelta(seconds=1))  # type: ignore[attr-defined]
    room.receive(raw, PURCHASE, envelope_sender=SUPPLIER, **options)  # type: ignore[arg-type]


def answer(
    room: Mailroom, asked: OutboxEntry, text: str, proof: str = PROVED
) -> list[OutboxEntry]:
    """Let the reader of a mail answer it, and return what is written because of it."""
    room.outside.clock.move(timedelta(seconds=1))  # type: ignore[attr-defined]
    reply_to = str(room.message(asked)["Reply-To"])
    raw = build_mail(sender=asked.recipient, to=reply_to, subject="Re: Toelaten?", text=text)
    raw = raw.replace(b"<m1@", f"<{room.outside.new_id()}@".encode())
    room.receive(raw, reply_to, envelope_sender=asked.recipient, proof=proof)
    return list(room.letters())


def statuses(room: Mailroom) -> dict[str, Status]:
    return {d.original.name.removesuffix(".xml"): d.status for d in room.documents()}


@pytest.mark.feature("CF-IN-15", "CF-IN-16")
def test_one_question_a_day_and_one_answer_for_all_that_waits(
    house: House, room: Mailroom
) -> None:
    for number in ("F1", "F2", "F3"):
        send(room, number)
    (asked,) = room.letters()
    assert (asked.recipient, asked.letter) == (OWNER, "quarantine")
    house.clock.move(timedelta(days=1))
    send(room, "F4")
    (again,) = room.letters()
    assert "F1" in again.subject
    text = room.text(again)
    assert all(number in text for number in ("F2", "F3", "F4"))
    answer(room, again, "eenmalig")
    assert set(statuses(room).values()) == {Status.TO_REVIEW}


def test_once_is_what_was_listed_and_the_rest_is_asked_about(room: Mailroom) -> None:
    send(room, "F1")
    (asked,) = room.letters()
    send(room, "F2")
    assert room.letters() == []
    written = answer(room, asked, "eenmalig")
    assert statuses(room) == {"F1": Status.TO_REVIEW, "F2": Status.QUARANTINED}
    (next_question,) = [entry for entry in written if entry.letter == "quarantine"]
    assert "F2" in next_question.subject
    answer(room, next_question, "blokkeren")
    assert statuses(room)["F2"] is Status.REJECTED


def test_taking_a_word_about_a_sender_back_brings_back_all_that_it_settled(
    house: House, room: Mailroom
) -> None:
    for number in ("F1", "F2"):
        send(room, number)
    room.letters()
    house.clock.move(timedelta(days=1))
    send(room, "F3")
    (asked,) = room.letters()
    written = answer(room, asked, "blokkeren")
    assert set(statuses(room).values()) == {Status.REJECTED}
    told = {document.id: room.events(document.id) for document in room.documents()}
    decided = [[e for e in events if e.kind is EventKind.COMMAND_DONE] for events in told.values()]
    assert [len(decisions) for decisions in decided] == [1, 1, 1]
    (transcript,) = [entry for entry in written if entry.letter == "transcript"]
    again = answer(room, transcript, "herstel")
    assert set(statuses(room).values()) == {Status.QUARANTINED}
    (question,) = [entry for entry in again if entry.letter == "quarantine"]
    assert all(number in room.text(question) for number in ("F2", "F3"))


def test_a_line_of_the_daily_list_is_that_line_alone(room: Mailroom) -> None:
    for number in ("F1", "F2"):
        send(room, number)
    room.letters()
    ids = {"office": "kantoor", "person": OWNER, "day": "2026-11-21"}
    write_digest(room.context, Job(key="digest", kind=JobKind.DIGEST, ids=ids))
    (digest,) = room.letters()
    written = answer(room, digest, "2 ok")
    assert statuses(room) == {"F1": Status.QUARANTINED, "F2": Status.TO_REVIEW}
    assert "quarantine" not in {entry.letter for entry in written}, "the list still asks"
    answer(room, digest, "1 verwerpen")
    assert statuses(room)["F1"] is Status.REJECTED


def test_what_a_blocked_sender_brings_all_the_same_stays_findable(
    house: House, room: Mailroom
) -> None:
    with house.context.transaction() as unit:
        record_verdict(
            unit.session,
            dossier="bakkerij",
            sender=SUPPLIER,
            verdict="block",
            by=OWNER,
            at=house.context.now(),
        )
    send(room, "F9")
    assert room.letters() == [], "nobody is asked about him again"
    assert statuses(room) == {"F9": Status.QUARANTINED}
    ids = {"office": "kantoor", "person": OWNER, "day": "2026-11-21"}
    write_digest(room.context, Job(key="digest", kind=JobKind.DIGEST, ids=ids))
    (digest,) = room.letters()
    assert "F9" in room.text(digest)


def test_a_forged_sender_has_no_list_that_speaks_for_him(house: House, room: Mailroom) -> None:
    change(house, use_whitelist=True, whitelist=(SUPPLIER,))
    send(room, "F1", proof=PROVED)
    send(room, "F2", authentication=FORGED)
    assert statuses(room) == {"F1": Status.TO_REVIEW, "F2": Status.QUARANTINED}
    (asked,) = [entry for entry in room.letters() if entry.recipient == OWNER]
    assert "niet bewezen" in room.text(asked)
    forged = next(d for d in room.documents() if d.status is Status.QUARANTINED)
    assert forged.warns("failed_authentication")
    change(house, whitelist=(SUPPLIER,))
    send(room, "F3", authentication=FORGED, sender=SUPPLIER.upper())
    assert statuses(room)["F3"] is Status.INBOX, "accepted, and not straight to the office"


@pytest.mark.feature("CF-IN-13", "CF-IN-14", "CF-IN-17")
def test_lists_of_the_dossier_say_what_becomes_of_a_document(house: House, room: Mailroom) -> None:
    change(house, inbox_list=("@drukkerij.example",))
    send(room, "F1")
    change(house, quarantine_list=(".example",), whitelist=(SUPPLIER,))
    send(room, "F2")
    change(house, quarantine_list=(".example",))
    send(room, "F3")
    assert statuses(room) == {
        "F1": Status.INBOX,
        "F2": Status.TO_REVIEW,
        "F3": Status.QUARANTINED,
    }
    assert MANAGER in {entry.recipient for entry in room.letters()}
    # who came in all the same, behind the sender of a server that forwards, is asked about
    change(house, other_senders=Treatment.REJECT)
    house.clock.move(timedelta(days=1))
    send(room, "F4")
    (asked,) = room.letters()
    assert (asked.recipient, asked.letter) == (OWNER, "quarantine")


def test_the_mail_that_ends_a_list_or_an_authority_is_on_record(room: Mailroom) -> None:
    send(room, "F1")
    (asked,) = room.letters()
    ids = {"office": "kantoor", "person": OWNER, "day": "2026-11-21"}
    write_digest(room.context, Job(key="digest", kind=JobKind.DIGEST, ids=ids))
    (digest,) = room.letters()
    answer(room, digest, "afmelden")
    answer(room, asked, "stop")
    kept = {event.kind: event.data for event in room.events(OWNER)}
    assert kept[EventKind.COMMAND_DONE]["verb"] == "unsubscribe"
    for kind in (EventKind.COMMAND_DONE, EventKind.PERSON_FROZEN):
        assert room.context.blobs.has(kept[kind]["mail_sha256"])


def test_a_remark_beside_what_must_be_confirmed_is_not_lost(room: Mailroom) -> None:
    send(room, "F1")
    (asked,) = room.letters()
    written = answer(room, asked, "eenmalig\nopmerking: voor werf Gent", proof="")
    told = {entry.letter: room.text(entry) for entry in written}
    assert "eenmalig" in told["confirmation"]
    assert "voor werf Gent → genoteerd" in told["transcript"]
    assert statuses(room) == {"F1": Status.QUARANTINED}
    (document,) = room.documents()
    assert [note.text for note in document.notes] == ["voor werf Gent"]
