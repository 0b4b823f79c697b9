"""Brings the tables of a database to the version of this mailbot, one process at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

log = structlog.get_logger(__name__)

_MIGRATIONS = Path(__file__).parent / "migrations"
#: any number that no other lock of the database has (storage/audit.py, storage/one_at_a_time.py)
_LOCK = 4_711_002
_LOOK_SECONDS = 0.2


def migrate(engine: sa.Engine, revision: str) -> None:
    """Bring the tables to a revision; tables of a newer mailbot stay as they are.

    Migrations only add, so the version before runs on them too: machines can be upgraded one
    after the other, and one that must start again meanwhile does. Raises OperationalError.
    """
    with _alone(engine), engine.connect() as connection:
        found = find_revision(connection)
        # alembic begins its own transactions
        connection.rollback()
        if found and not knows_revision(found):
            log.warning("the tables are of a newer mailbot", revision=found)
            return
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def knows_revision(revision: str) -> bool:
    """Whether this mailbot has tables of that version."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def find_revision(connection: sa.Connection) -> str:
    """Return the version of the tables, "" without any."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def newest_revision() -> str:
    """Return the version of the tables of this mailbot."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    """Wait until nobody else migrates; who dies gives the lock up."""
    if engine.dialect.name != "postgresql":
        with Path(f"{engine.url.database}.migrate.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    # asked again and again outside of transactions: CREATE INDEX CONCURRENTLY waits for every
    # transaction, and so for one that would wait for this lock
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))):
            time.sleep(_LOOK_SECONDS)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))
