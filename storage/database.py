"""The database: SQLite by default, PostgreSQL when outgrown; transactions are the only way in."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from dbos import DBOS
from psycopg.abc import Buffer
from psycopg.errors import IdleInTransactionSessionTimeout, ReadOnlySqlTransaction
from psycopg.types.string import StrDumper
from sqlalchemy import event
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from mailbot import measures
from mailbot.domain.errors import Temporary
from storage.migrating import knows_revision as knows_revision
from storage.migrating import migrate

#: no handler works so long in a transaction without asking the database anything
_IDLE_SECONDS = 30
#: a connection that was used so lately is there
_TRY_SECONDS = 1.0
_USED = "used"
#: what PostgreSQL calls internal errors, and are not ours
_PASSING = (IdleInTransactionSessionTimeout, ReadOnlySqlTransaction)


class Database:
    """One database; every change of state goes through `transaction`."""

    def __init__(self, url: str) -> None:
        """Connect on first use. Raises ValueError for what is no URL of a database."""
        self.url = _with_driver(url)
        try:
            self.engine = _make_engine(self.url)
        except sa.exc.ArgumentError as error:
            # the URL itself may hold a password
            raise ValueError("database.url is not the URL of a SQLite or PostgreSQL") from error

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session whose changes are committed together, or not at all.

        Raises Temporary when the database is down, locked or too slow.
        """
        session = Session(self.engine, expire_on_commit=False)
        with away_is_temporary(), session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only looks: it takes no write lock. Raises Temporary."""
        engine = self.engine.execution_options(mailbot_reading=True)
        with away_is_temporary(), Session(engine, expire_on_commit=False) as session:
            yield session
            # a rollback would have psycopg forget the statements that it prepared
            session.expunge_all()
            session.commit()

    def migrate(self, revision: str = "head") -> None:
        """Bring our tables to a version, and the job tables to the newest. Raises Temporary."""
        with away_is_temporary():
            migrate(self.engine, revision)
            DBOS.migrate(self.jobs_url)

    @property
    def file(self) -> Path:
        """The file of the embedded database."""
        return Path(sa.make_url(self.url).database or "")

    @property
    def jobs_url(self) -> str:
        """The same database as DBOS wants it spelled."""
        return self.url.replace("postgresql+psycopg://", "postgresql://")

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


@contextmanager
def away_is_temporary() -> Iterator[None]:
    """Raise Temporary for what goes by: a database that is down, locked, slow, or hangs up.

    So does one that has become read-only: after a failover the old half of a pair still answers.
    """
    try:
        yield
    except PoolTimeout as error:
        measures.STORE_ERRORS.labels("database").inc()
        raise Temporary(f"no connection to the database came free: {error}") from error
    except (OperationalError, InternalError) as error:
        if isinstance(error, InternalError) and not isinstance(error.orig, _PASSING):
            raise
        measures.STORE_ERRORS.labels("database").inc()
        raise Temporary(f"the database did not answer: {error.orig}") from error


def _with_driver(url: str) -> str:
    """Spell a PostgreSQL URL with the driver that we ship (psycopg 3)."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _make_engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        engine = sa.create_engine(url, pool_size=10, max_overflow=10)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_try_if_idle, engine.dialect))
        return engine
    path = sa.make_url(url).database or ""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30}, pool_size=20, max_overflow=20)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _TextDumper(StrDumper):
    """Writes text without NUL, which PostgreSQL keeps nowhere and hostile headers hold."""

    def dump(self, obj: str) -> Buffer | None:
        """Return the bytes that go over the wire."""
        return super().dump(obj.replace("\x00", ""))


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Keep text whole; let no machine that is paused in a transaction keep others waiting."""
    connection.adapters.register_dumper(str, _TextDumper)
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'")
    connection.commit()


def _note_use(_connection: object, record: Any) -> None:
    record.info[_USED] = time.monotonic()


def _try_if_idle(dialect: sa.Dialect, connection: Any, record: Any, _proxy: object) -> None:
    """Try a connection before its first use after a while: the server may have been restarted.

    To try it before every use costs as much as what most transactions ask.
    """
    if time.monotonic() - record.info.get(_USED, 0) < _TRY_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except psycopg.Error as error:
        raise sa.exc.InvalidatePoolError from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers go on while one writes; FULL syncs every commit to disk."""
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Take the write lock at once, so that read-then-write never meets a stale snapshot."""
    reading = connection.get_execution_options().get("mailbot_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
