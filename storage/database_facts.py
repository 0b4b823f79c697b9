"""What an operator asks of a database: its version, its tables, whether it keeps what it says."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from storage.database import Database
from storage.migrating import find_revision, newest_revision

#: of PostgreSQL, what must be on for a commit to outlive a power cut
_PROMISES = ("fsync", "synchronous_commit", "full_page_writes")
_FULL = 2


@dataclass(frozen=True, kw_only=True)
class DatabaseFacts:
    """What was found."""

    #: e.g. "SQLite 3.45.1"
    version: str
    #: of our tables, "" without any
    revision: str
    #: what this mailbot would make of them
    newest: str
    #: settings that let a commit be lost
    unsafe: tuple[str, ...] = ()


def read_facts(database: Database) -> DatabaseFacts:
    """Return what is found; nothing is changed. Raises Temporary."""
    with database.reading() as session:
        is_sqlite = database.is_sqlite
        version, unsafe = _of_sqlite(session) if is_sqlite else _of_postgresql(session)
        revision = find_revision(session.connection())
    return DatabaseFacts(
        version=version, revision=revision, newest=newest_revision(), unsafe=unsafe
    )


def _of_sqlite(session: Session) -> tuple[str, tuple[str, ...]]:
    version = session.scalar(sa.text("SELECT sqlite_version()"))
    mode = str(session.scalar(sa.text("PRAGMA journal_mode"))).lower()
    level = session.scalar(sa.text("PRAGMA synchronous"))
    unsafe = [] if mode == "wal" else [f"journal_mode {mode}"]
    unsafe += [] if int(level or 0) >= _FULL else [f"synchronous {level}"]
    return f"SQLite {version}", tuple(unsafe)


def _of_postgresql(session: Session) -> tuple[str, tuple[str, ...]]:
    version = session.scalar(sa.text("SHOW server_version"))
    found = {name: session.scalar(sa.text(f"SHOW {name}")) for name in _PROMISES}
    unsafe = tuple(f"{name} {value}" for name, value in found.items() if value == "off")
    return f"PostgreSQL {version}", unsafe
