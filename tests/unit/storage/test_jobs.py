"""The queue: a job is put with its cause or not at all, and the same key runs once."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
