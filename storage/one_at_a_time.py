"""What only one process at a time may do, whatever machine it runs on."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from storage.database import Database

#: any number: locks of two numbers are none of those of one (storage/audit.py)
_LOCKS = 4711


@contextmanager
def only_one(database: Database, what: str) -> Iterator[bool]:
    """Give whether nobody else does `what` now; who was told so keeps others out in the block.

    A lock of the database, or of the kernel beside SQLite: both end with their process. A machine
    that is paused loses it to the time that PostgreSQL lets a transaction idle. Raises Temporary.
    """
    if database.is_sqlite:
        with _only_here(Path(f"{database.file}.{what}.lock")) as is_mine:
            yield is_mine
        return
    with database.transaction() as session:
        key = sa.func.hashtext(what)
        yield session.scalars(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCKS, key))).one()


@contextmanager
def _only_here(path: Path) -> Iterator[bool]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
