"""The queue: a job is put with its cause or not at all, and the same key runs once."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.job import Job, JobKind
from storage.database import Database
from storage.jobs import JobRunner, Jobs


def job(key: str, kind: JobKind = JobKind.REVIEW) -> Job:
    return Job(key=key, kind=kind, ids={"document": key})


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    opened = Jobs(database)
    yield opened
    opened.close()


@contextmanager
def running(database: Database, run: Callable[[Job], None]) -> Iterator[None]:
    jobs = Jobs(database)
    runner = JobRunner(database, jobs, run, executor_id="test")
    runner.start(light=2, heavy=1)
    try:
        yield
    finally:
        runner.stop(patience=5)
        jobs.close()


@contextmanager
def knowing_only(monkeypatch: pytest.MonkeyPatch, *kinds: JobKind) -> Iterator[None]:
    """Be a version of mailbot that knows these kinds of jobs alone."""
    with monkeypatch.context() as older:
        older.setattr("storage.jobs._KNOWN", frozenset(kinds))
        older.setattr("storage.jobs._UNKNOWN_SECONDS", 1)
        yield


def wait_until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def put(database: Database, jobs: Jobs, *which: Job) -> None:
    for each in which:
        with database.transaction() as session:
            jobs.put(session, each)


def test_a_job_whose_cause_is_rolled_back_was_never_put(database: Database, jobs: Jobs) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        jobs.put(session, job("undone"))
        raise ZeroDivisionError
    assert jobs.counts() == {}
    put(database, jobs, job("done"))
    assert jobs.counts() == {"ENQUEUED": 1}


def test_a_key_put_twice_runs_once(database: Database, jobs: Jobs) -> None:
    ran: list[Job] = []
    put(database, jobs, job("a"), job("a"), job("b"))
    with database.transaction() as session:
        jobs.put(session, job("c"))
        jobs.put(session, job("c"))
    with running(database, ran.append):
        wait_until(lambda: jobs.counts() == {"SUCCESS": 3})
        put(database, jobs, job("a"), job("d"))
        wait_until(lambda: jobs.counts() == {"SUCCESS": 4})
    assert sorted(each.key for each in ran) == ["a", "b", "c", "d"]
    assert ran[0].ids == {"document": ran[0].key}


def test_recognitions_do_not_hold_up_the_rest(database: Database, jobs: Jobs) -> None:
    go_on = threading.Event()
    ran: list[str] = []

    def run(each: Job) -> None:
        if each.kind is JobKind.RECOGNISE_DOCUMENT:
            assert go_on.wait(15)
        ran.append(each.key)

    heavy = [job(f"slow{n}", JobKind.RECOGNISE_DOCUMENT) for n in range(2)]
    put(database, jobs, *heavy, job("quick"))
    with running(database, run):
        wait_until(lambda: ran == ["quick"])
        go_on.set()
        wait_until(lambda: len(ran) == 3)


def test_a_delayed_job_waits(database: Database, jobs: Jobs) -> None:
    ran: list[str] = []
    with running(database, lambda each: ran.append(each.key)):
        with database.transaction() as session:
            jobs.put(session, job("later"), delay=1)
            jobs.put(session, job("now"))
        wait_until(lambda: len(ran) == 2)
    assert ran == ["now", "later"]


def test_a_job_of_a_newer_version_waits_for_a_worker_that_knows_it(
    database: Database, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Job] = []
    put(database, jobs, job("newer", JobKind.BATCH), job("known"))
    with knowing_only(monkeypatch, JobKind.REVIEW), running(database, ran.append):
        wait_until(lambda: jobs.counts().get("SUCCESS", 0) >= 2)
        put(database, jobs, job("newer", JobKind.BATCH))
    assert [each.key for each in ran] == ["known"]
    with running(database, ran.append):
        wait_until(lambda: not jobs.under_way())
    assert ran[1:] == [job("newer", JobKind.BATCH)]


def test_a_job_that_has_more_ids_than_this_version_knows_runs(
    database: Database, jobs: Jobs
) -> None:
    ran: list[Job] = []
    more = Job(key="a", kind=JobKind.REVIEW, ids={"document": "d", "of_tomorrow": "x"})
    put(database, jobs, more)
    with running(database, ran.append):
        wait_until(lambda: not jobs.under_way())
    assert ran == [more]


def test_finished_jobs_are_forgotten_and_no_others(database: Database, jobs: Jobs) -> None:
    put(database, jobs, job("a"), job("b"), job("c"))
    with running(database, lambda _: None):
        wait_until(lambda: not jobs.under_way())
    put(database, jobs, job("waits"))
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert jobs.forget_finished(later - timedelta(hours=1)) == 0
    assert jobs.forget_finished(later, limit=2) == 2
    assert jobs.forget_finished(later) == 1
    assert jobs.counts() == {"ENQUEUED": 1}
