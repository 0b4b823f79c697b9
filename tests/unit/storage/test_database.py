"""The database on SQLite and on PostgreSQL: migrations, transactions, what goes wrong."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mailbot.domain.errors import Temporary
from storage.database import Database
from storage.people import find_verdict, record_verdict
from storage.tables import METADATA
from storage.tables.search import SearchEntryRow
from storage.tables.seen import SeenSenderRow
from tests.kit.ports import free_port
from tests.kit.postgres import Postgres

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def allow(database: Database, sender: str, at: datetime = NOON) -> None:
    with database.transaction() as session:
        record_verdict(session, dossier="d", sender=sender, verdict="allow", by="an", at=at)


def verdict(database: Database, sender: str) -> str | None:
    with database.reading() as session:
        return find_verdict(session, "d", sender)


#: indexes on expressions, which SQLAlchemy cannot compare
_EXPRESSIONS = ("ix_search_entry_words", "ix_dossier_code_lower")


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning")
def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        ours = set(METADATA.tables)
        assert {SearchEntryRow.__tablename__, SeenSenderRow.__tablename__} <= ours
        differences = [
            d for d in compare_metadata(context, METADATA) if not _is_of_others(d, ours)
        ]
    assert differences == []


def _is_of_others(difference: object, ours: set[str]) -> bool:
    """Whether it is about a table of the queue, which has migrations of its own."""
    match difference:
        case ("remove_table", sa.Table() as table):
            return table.name not in ours
        case ("remove_index", sa.Index() as index):
            if index.name in _EXPRESSIONS:
                return True
            return index.table is not None and index.table.name not in ours
        case _:
            return False


def test_migrating_again_changes_nothing(database: Database) -> None:
    allow(database, "a@b.example")
    database.migrate()
    assert verdict(database, "a@b.example") == "allow"


def test_a_transaction_is_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        allowed = {"dossier": "d", "sender": "x@y.example", "verdict": "allow", "by": "an"}
        record_verdict(session, **allowed, at=NOON)
        session.flush()
        raise ZeroDivisionError
    assert verdict(database, "x@y.example") is None


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    allow(database, "a@b.example", NOON.astimezone(there))
    with database.engine.connect() as connection:
        table = METADATA.tables["sender"]
        at = connection.execute(sa.select(table.c.at)).scalar_one()
    assert at == NOON
    assert at.tzinfo is not None


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        allow(database, "a@b.example", NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u@h/db", "postgresql+psycopg://u@h/db"),
        ("postgresql+psycopg://u@h/db", "postgresql+psycopg://u@h/db"),
    ],
)
def test_the_driver_need_not_be_named(given: str, used: str) -> None:
    database = Database(given)
    assert database.url == used
    assert database.jobs_url == "postgresql://u@h/db"
    assert not database.is_sqlite
    database.close()


def test_sqlite_syncs_every_commit_and_lets_readers_go_on(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'mailbot.db'}")
    assert database.is_sqlite
    with database.engine.connect() as connection:
        said = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert said == ["wal", 2, 1]
    database.close()


def test_who_reads_does_not_wait_for_who_writes(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    allow(database, "a@b.example")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert verdict(database, "a@b.example") == "allow"
    finally:
        other.close()
        database.close()


def test_a_locked_database_is_a_passing_trouble(tmp_path: Path) -> None:
    path = tmp_path / "mailbot.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    sa.event.listen(
        database.engine,
        "connect",
        lambda connection, _record: connection.execute("PRAGMA busy_timeout=50"),
    )
    database.engine.dispose()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Temporary, match="locked"):
            allow(database, "a@b.example")
    finally:
        other.close()
    allow(database, "a@b.example")
    database.close()


def test_a_database_that_is_down_is_a_passing_trouble() -> None:
    database = Database(f"postgresql://u@127.0.0.1:{free_port()}/db")
    with pytest.raises(Temporary, match="did not answer"), database.reading() as session:
        find_verdict(session, "d", "a@b.example")
    with pytest.raises(Temporary, match="did not answer"):
        database.migrate()
    database.close()


def test_connections_that_died_are_made_anew(postgres: Postgres) -> None:
    database = Database(postgres.new_database())
    database.migrate()
    allow(database, "a@b.example")
    postgres.stop()
    try:
        with pytest.raises(Temporary):
            verdict(database, "a@b.example")
    finally:
        postgres.start()
    assert verdict(database, "a@b.example") == "allow"
    database.close()
