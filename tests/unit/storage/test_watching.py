"""What waits is counted over what waits alone, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.document import Status
from mailbot.domain.job import FailedJob, Job, JobKind
from mailbot.domain.outbox import OutboxEntry, OutboxState
from mailbot.domain.watching import KnownTrouble, Trouble, Waiting
from storage.database import Database
from storage.documents import record_document
from storage.executors import forget_executor, record_beat
from storage.failed_jobs import record_failure
from storage.jobs import Jobs
from storage.outbox import put_entry
from storage.tables.machines import ExecutorRow
from storage.watching import (
    all_troubles,
    failed_counts,
    find_checkpoint,
    forget_trouble,
    gone_workers,
    known_troubles,
    record_checkpoint,
    record_trouble,
    waiting_documents,
    waiting_jobs,
    waiting_letters,
)
from tests.kit.letters import a_document

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = OutboxEntry(
    id="o1",
    key="k1",
    not_before=NOW,
    created_at=NOW,
    recipient="an@b.example",
    envelope_sender="b.x@in.example",
    message_id="<o1@in.example>",
    subject="Goedkeuren?",
    letter="approval",
    sha256="0" * 64,
)


def test_letters_that_left_are_not_counted(database: Database) -> None:
    states = (OutboxState.DEFERRED, OutboxState.DEFERRED, OutboxState.SENT, OutboxState.FAILED)
    with database.transaction() as session:
        for n, state in enumerate(states):
            made = {"id": f"o{n}", "key": f"k{n}", "created_at": NOW - n * HOUR}
            put_entry(session, replace(ENTRY, state=state, **made))  # type: ignore[arg-type]
    with database.reading() as session:
        assert waiting_letters(session) == {
            "queued": Waiting(),
            "deferred": Waiting(count=2, since=NOW - HOUR),
        }


def test_documents_at_their_end_are_not_counted(database: Database) -> None:
    with database.transaction() as session:
        for n, status in enumerate((Status.TO_REVIEW, Status.TO_REVIEW, Status.EXPORTED)):
            document = a_document(id=f"d{n}", status=status, received_at=NOW + n * HOUR)
            record_document(session, document)
    with database.reading() as session:
        found = waiting_documents(session)
    assert found["to_review"] == Waiting(count=2, since=NOW)
    assert "exported" not in found


def test_jobs_wait_by_queue_and_not_before_their_time(database: Database) -> None:
    jobs = Jobs(database)
    with database.transaction() as session:
        for kind in (JobKind.REPLY, JobKind.REVIEW, JobKind.RECOGNISE_DOCUMENT):
            jobs.put(session, Job(key=f"m1:{kind}", kind=kind, ids={}))
        jobs.put(session, Job(key="later", kind=JobKind.REPLY, ids={}), delay=600)
        failed = Job(key="m1:reply", kind=JobKind.REPLY, ids={})
        record_failure(
            session, FailedJob(job=failed, state="buried", tries=1, at=NOW, reason="no")
        )
    with database.reading() as session:
        found = waiting_jobs(session)
        assert {name: each.count for name, each in found.items()} == {"light": 2, "heavy": 1}
        assert all(each.since and each.since > NOW for each in found.values())
        assert failed_counts(session) == {
            "retry": Waiting(),
            "buried": Waiting(count=1, since=NOW),
        }
    jobs.close()


@pytest.mark.parametrize(
    ("silent_for", "is_gone"),
    [(timedelta(seconds=20), False), (timedelta(minutes=5), True), (timedelta(days=2), False)],
)
def test_a_worker_is_missed_after_minutes_and_for_a_day(
    database: Database, silent_for: timedelta, is_gone: bool
) -> None:
    with database.transaction() as session:
        record_beat(session, "mail3/1")
        row = session.get(ExecutorRow, "mail3/1")
        assert row
        row.beat_at -= silent_for
    with database.reading() as session:
        assert gone_workers(session) == (("mail3/1",) if is_gone else ())


def test_a_worker_that_ended_as_it_should_is_not_missed(database: Database) -> None:
    with database.transaction() as session:
        record_beat(session, "mail3/1")
        row = session.get(ExecutorRow, "mail3/1")
        assert row
        row.beat_at -= timedelta(minutes=5)
        session.flush()
        forget_executor(session, "mail3/1")
    with database.reading() as session:
        assert gone_workers(session) == ()


def test_troubles_are_kept_until_they_are_over(database: Database) -> None:
    trouble = Trouble(id="disk_low", place="mail3", values={"free": "12"})
    known = KnownTrouble(trouble=trouble, since=NOW, seen_at=NOW, told_at=NOW)
    with database.transaction() as session:
        record_trouble(session, known)
        assert known_troubles(session, ["queue_old"]) == []
        assert known_troubles(session, [trouble.key]) == [known]
        assert all_troubles(session) == [known]
        record_trouble(session, replace(known, over_since=NOW))
        assert all_troubles(session) == []
        forget_trouble(session, known)
        assert known_troubles(session, [trouble.key]) == []


def test_a_checkpoint_moves(database: Database) -> None:
    with database.transaction() as session:
        assert find_checkpoint(session, "backup") is None
        record_checkpoint(session, "backup", NOW, "1")
        record_checkpoint(session, "backup", NOW + HOUR, "2")
        assert find_checkpoint(session, "backup") == (NOW + HOUR, "2")
