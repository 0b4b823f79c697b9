"""Jobs of workers that are silent run again; those of living ones do not, however slow."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from handlers.context import Context
from mailbot.domain.job import Job, JobKind
from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.watchdog import SILENCE, Watchdog
from mailbot.settings import Settings
from storage.executors import forget_executors, record_beat, silent_executors
from storage.one_at_a_time import only_one
from tests.kit.databases import lay_database
from tests.kit.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def context(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Context]:
    url = lay_database(tmp_path)
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_migrated_database()
    settings = Settings(
        service={"data": tmp_path},  # type: ignore[arg-type]
        database={"url": url},  # type: ignore[arg-type]
    )
    opened = open_context(settings)
    yield opened
    close_context(opened)


def watcher(context: Context, *begun: str) -> Watchdog:
    return Watchdog(context, "watcher/1", lambda key: key in begun)


def put_running(context: Context, key: str, worker: str) -> None:
    """Put a job that a worker has taken."""
    with context.database.transaction() as session:
        context.jobs.put(session, Job(key=key, kind=JobKind.REVIEW, ids={}))
        schema = None if context.database.is_sqlite else "dbos"
        names = ("workflow_uuid", "status", "executor_id")
        table = sa.table("workflow_status", *map(sa.column, names), schema=schema)
        is_it = table.c.workflow_uuid == key
        session.execute(sa.update(table).where(is_it).values(status="PENDING", executor_id=worker))


def be_silent(context: Context, worker: str, silence: timedelta) -> None:
    """Let the last beat of a worker be so long ago."""
    with context.database.transaction() as session:
        record_beat(session, worker)
        session.flush()
        long_ago = sa.text("UPDATE executor SET beat_at = :at WHERE id = :w")
        stamp = sa.bindparam("at", context.now() - silence, sa.DateTime(timezone=True))
        session.execute(long_ago.bindparams(stamp), {"w": worker})


def test_only_jobs_of_the_silent_run_again(context: Context) -> None:
    put_running(context, "of-the-dead", "dead/1")
    put_running(context, "of-the-slow", "slow/1")
    put_running(context, "of-before-there-were-beats", "only-machine")
    be_silent(context, "dead/1", SILENCE + timedelta(seconds=2))
    be_silent(context, "slow/1", SILENCE - timedelta(seconds=10))
    watchdog = watcher(context)
    assert watchdog.watch() == 2
    assert context.jobs.under_way() == {"ENQUEUED": 2, "PENDING": 1}
    assert [job.key for job in context.jobs.running()] == ["of-the-slow"]
    assert watchdog.watch() == 0


def test_a_job_that_was_given_to_us_and_never_began_runs_again(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_running(context, "begun", "watcher/1")
    put_running(context, "lost", "watcher/1")
    be_silent(context, "watcher/1", timedelta())
    watchdog = watcher(context, "begun")
    assert watchdog.watch() == 0, "it may be on its way"
    monkeypatch.setattr("mailbot.entrypoints.watchdog.SILENCE", timedelta())
    be_silent(context, "watcher/1", timedelta(minutes=-1))
    assert watchdog.watch() == 1
    assert [job.key for job in context.jobs.running()] == ["begun"]


def test_one_watches_at_a_time(context: Context) -> None:
    put_running(context, "of-the-dead", "dead/1")
    with only_one(context.database, "watchdog") as is_first:
        assert is_first
        assert watcher(context).watch() == 0
    assert watcher(context).watch() == 1


def test_a_beat_tells_how_long_there_was_none(context: Context) -> None:
    be_silent(context, "one/1", timedelta(hours=1))
    with context.database.transaction() as session:
        assert silent_executors(session, {"one/1", "two/1"}, SILENCE) == {"one/1", "two/1"}
        assert record_beat(session, "two/1") is None
        assert (record_beat(session, "one/1") or timedelta()) > timedelta(minutes=50)
        session.flush()
        assert silent_executors(session, {"one/1", "two/1"}, SILENCE) == set()
    be_silent(context, "one/1", timedelta(days=8))
    with context.database.transaction() as session:
        forget_executors(session, timedelta(days=7))
        assert record_beat(session, "one/1") is None
