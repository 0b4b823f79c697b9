"""The daily list: numbered lines over dossiers, answered by number, once a day, until `stop`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers import digest
from handlers.context import Context
from mailbot.domain.clock import StoppedClock
from mailbot.domain.document import Document, Status
from mailbot.domain.job import Job, JobKind
from mailbot.domain.people import Definition, Office
from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.scheduler import Scheduler
from mailbot.rules.approval import propose_approvals
from mailbot.settings import Settings
from storage.approvals import record_approvals
from storage.definitions import get_dossier
from storage.documents import record_document
from storage.outbox import recent_entries
from storage.people import is_unsubscribed, record_unsubscribed
from storage.tokens import find_token_of
from tests.kit.browser import House
from tests.kit.databases import lay_database
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    OFFICE,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.story import Received, Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
DAY = "2026-11-20"
#: 6:59 and 7:00 in Brussels
BEFORE = datetime(2026, 11, 20, 5, 59, tzinfo=UTC)
SEVEN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)

RULES = needs_approval(APPROVER)
BAKER = make_dossier(approval_rules=RULES)
BUTCHER = make_dossier("slager", "0456123791", name="Slagerij Bos NV", approval_rules=RULES)
TWO = make_definition(BAKER, BUTCHER)


def put_digest(story: Story, email: str, day: str = DAY) -> None:
    """Put the job as the clock does."""
    ids = {"office": "kantoor", "person": email, "day": day}
    with story.service.context.transaction() as unit:
        unit.put(JobKind.DIGEST, key=f"digest:{day}:kantoor:{email}", **ids)


def bring(story: Story, dossier: str, number: str) -> None:
    """Let the supplier send an invoice, and Karim get the mail that asks about it."""
    sample = Sample(customer_vat=f"BE{dossier}", number=number)
    file = (f"{number}.xml", "application/xml", build_ubl(sample))
    story.say(SUPPLIER, f"aankoop-{dossier}@in.example", files=[file])
    story.expect(APPROVER, number)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Story(tmp_path, TWO) as told:
        for dossier, number in (
            ("0400000185", "2026-1"),
            ("0400000185", "2026-2"),
            ("0456123791", "2026-3"),
            ("0456123791", "2026-4"),
        ):
            bring(told, dossier, number)
        yield told


def statuses(story: Story) -> list[str]:
    documents = [*story.documents("bakkerij"), *story.documents("slager")]
    return [document.status.value for document in documents]


def list_of(story: Story, email: str) -> Received:
    put_digest(story, email)
    return story.expect(email)


@pytest.mark.feature("CF-APPR-19", "CF-APPR-20", "CF-BOX-08")
def test_lines_of_several_dossiers_are_answered_in_one_mail(story: Story) -> None:
    listed = list_of(story, APPROVER)
    for number, name in enumerate(("2026-1", "2026-2", "2026-3", "2026-4"), start=1):
        line = next(line for line in listed.text.splitlines() if name in line)
        assert line.strip().startswith(str(number)), line
    assert "Slagerij Bos NV" in listed.text
    assert listed.message["List-Unsubscribe"]
    story.reply(listed, "1-2 ok, 3 nee te duur")
    transcript = story.expect(APPROVER)
    assert "te duur" in transcript.text
    story.settle()
    assert statuses(story) == ["to_review", "to_review", "rejected", "to_approve"]
    assert story.documents("slager")[0].rejected_reason == "te duur"
    more = [m.subject for m in story.postbox.unread() if m.recipient == APPROVER]
    assert more == [], "one mail with commands has one transcript"
    story.reply(transcript, "4 ok")
    story.expect(APPROVER)
    story.settle()
    assert statuses(story)[3] == "to_review"


def test_a_line_that_was_decided_is_not_decided_again_and_one_that_is_not_there_is_said(
    story: Story,
) -> None:
    listed = list_of(story, APPROVER)
    story.reply(listed, "1 ok")
    story.expect(APPROVER)
    story.reply(listed, "1 nee toch niet")
    assert story.expect(APPROVER).text
    story.reply(listed, "9 ok")
    assert "9" in story.expect(APPROVER).text
    story.settle()
    assert statuses(story)[0] == "to_review"


def test_the_same_list_is_sent_once_a_day(story: Story) -> None:
    list_of(story, APPROVER)
    put_digest(story, APPROVER)
    story.expect_nothing_new()
    put_digest(story, APPROVER, "2026-11-21")
    story.expect(APPROVER)


def test_an_empty_list_is_not_sent(story: Story) -> None:
    put_digest(story, OWNER)
    put_digest(story, MANAGER)
    put_digest(story, "eve@elders.example")
    story.expect_nothing_new()


@pytest.mark.parametrize("word", ["stop", "uitschrijven"])
def test_who_wants_no_list_any_more_answers_it(story: Story, word: str) -> None:
    story.reply(list_of(story, APPROVER), word)
    assert story.expect(APPROVER).text
    with story.service.context.database.reading() as session:
        assert is_unsubscribed(session, APPROVER)
    put_digest(story, APPROVER, "2026-11-21")
    story.expect_nothing_new()
    assert statuses(story) == ["to_approve"] * 4


@contextmanager
def house(folder: Path, definition: Definition = TWO) -> Iterator[House]:
    """Give an office without anything running, at 7:00."""
    clock = StoppedClock(SEVEN)
    lay_database(folder)
    context = open_context(Settings(service={"data": folder}), clock)  # type: ignore[arg-type]
    try:
        opened = House(context, clock)
        opened.change_office(definition)
        yield opened
    finally:
        close_context(context)


def send(context: Context, email: str, office: str = "kantoor", day: str = DAY) -> list[str]:
    """Write somebody's list, and return the letters that were written to him so far."""
    ids = {"office": office, "person": email, "day": day}
    digest.handle(context, Job(key=f"{day}{email}", kind=JobKind.DIGEST, ids=ids))
    with context.database.reading() as session:
        return [each.letter for each in recent_entries(session) if each.recipient == email]


@pytest.mark.feature("CF-BOX-01")
@pytest.mark.parametrize(
    ("status", "reader"),
    [
        (Status.TO_REVIEW, MANAGER),
        (Status.EXPORT_FAILED, MANAGER),
        (Status.UNREADABLE, MANAGER),
        (Status.INBOX, OWNER),
        (Status.QUARANTINED, OWNER),
        (Status.TO_APPROVE, APPROVER),
    ],
)
def test_each_reads_what_waits_for_him(tmp_path: Path, status: Status, reader: str) -> None:
    with house(tmp_path) as office:
        office.invoice(status=status)
        written = {email: send(office.context, email) for email in (MANAGER, OWNER, APPROVER)}
    assert {email for email, letters in written.items() if letters} == {reader}


def test_frozen_and_unsubscribed_people_and_removed_offices_get_no_list(tmp_path: Path) -> None:
    people = (PEOPLE[0], replace(PEOPLE[1], frozen=True))
    with house(tmp_path, make_definition(replace(BAKER, people=people))) as office:
        office.invoice()
        assert send(office.context, APPROVER) == []
        office.change_office(TWO)
        assert send(office.context, APPROVER, office="weg") == []
        with office.context.transaction() as unit:
            record_unsubscribed(unit.session, APPROVER, at=SEVEN)
        assert send(office.context, APPROVER) == []


def test_a_list_tells_nothing_of_another_office(tmp_path: Path) -> None:
    elsewhere = replace(BUTCHER, code="elders", office="ander", enterprise_number="0999999922")
    other = Definition(office=Office(code="ander", name="B", address="b@in.example"))
    with house(tmp_path) as office:
        office.change_office(replace(other, dossiers=(elsewhere,)))
        _keep(office, replace(office.invoice(), id="theirs", dossier="elders"))
        send(office.context, APPROVER)
        token = office_token(office)
    assert "theirs" not in token


def _keep(office: House, document: Document) -> None:
    with office.context.transaction() as unit:
        record_document(unit.session, document)
        dossier = get_dossier(unit.session, document.dossier)
        record_approvals(unit.session, propose_approvals(document, dossier))


def office_token(office: House) -> str:
    """Return the ids of the documents in the list that was written last."""
    with office.context.database.reading() as session:
        (entry,) = [e for e in recent_entries(session) if e.recipient == APPROVER]
        found = find_token_of(session, entry.id)
    assert found is not None
    return " ".join(item.document_id for item in found.items)


@pytest.mark.parametrize(("moment", "digests"), [(BEFORE, 0), (SEVEN, 4)])
def test_the_clock_puts_each_list_once_a_day_from_the_hour_of_the_office(
    tmp_path: Path, moment: datetime, digests: int
) -> None:
    assert OFFICE.digest_hour == 7
    with house(tmp_path) as office:
        office.clock.moment = moment
        scheduler, another = Scheduler(office.context), Scheduler(office.context)
        scheduler.tick()
        scheduler.tick()
        another.tick()
        assert office.context.jobs.counts() == {"ENQUEUED": digests + 2}
        office.clock.move(timedelta(days=1))
        scheduler.tick()
        another.tick()
        assert office.context.jobs.counts() == {"ENQUEUED": 2 * digests + 4}
    assert {MANAGER, ADMIN, OWNER, APPROVER} == digest.digest_readers(TWO.employees, TWO.dossiers)
