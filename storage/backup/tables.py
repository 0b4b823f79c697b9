"""Every table of ours in one snapshot, and the jobs that have not ended."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

import storage.tables
from mailbot.domain.errors import Temporary
from storage.database import Database
from storage.tables import METADATA

# a table that is in no backup would be lost: each module of tables counts, whoever adds one
for _module in pkgutil.iter_modules(storage.tables.__path__):
    importlib.import_module(f"storage.tables.{_module.name}")

#: what is true of processes that run now, and of no others
_OF_THE_MOMENT = frozenset({"executor"})
#: jobs stand beside our tables, in those of DBOS (storage/jobs.py)
JOBS = "job"
JOB_COLUMNS = ("key", "kind", "ids", "not_before_ms")
_UNFINISHED = """
    SELECT coalesce(i.inputs, s.inputs), s.delay_until_epoch_ms
    FROM {schema}workflow_status s
    LEFT JOIN {schema}workflow_input i ON i.workflow_uuid = s.workflow_uuid
    WHERE s.status IN ('ENQUEUED', 'PENDING', 'DELAYED')
    ORDER BY s.workflow_uuid
"""


@contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """Give a session that sees one moment, whatever others write meanwhile. Raises Temporary."""
    engine = database.engine.execution_options(mailbot_reading=True)
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with Session(engine) as session:
            if not database.is_sqlite:
                # a slow disk may keep us from asking for longer than others are allowed
                session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            yield session
    except OperationalError as error:
        raise Temporary(f"the database did not answer: {error.orig}") from error


def revision_of(session: Session) -> str:
    """Return the version of our tables (alembic)."""
    return str(session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())


def tables_in(session: Session) -> list[sa.Table]:
    """Return our tables in this database, in an order in which they can be filled."""
    there = set(sa.inspect(session.connection()).get_table_names()) - _OF_THE_MOMENT
    return [table for table in METADATA.sorted_tables if table.name in there]


def key_first(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of a table, those of its key before the others."""
    keys = list(table.primary_key.columns)
    return keys + [column for column in table.columns if column not in keys]


def kind_of(column: sa.Column[Any]) -> type:
    """Return the Python type of a column's values, also of a type of our own."""
    made_of = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return made_of.python_type


def rows_in(session: Session, table: sa.Table) -> Iterator[Sequence[Any]]:
    """Yield every row, columns as in `key_first`, in the order of their keys."""
    query = sa.select(*key_first(table)).order_by(*table.primary_key.columns)
    yield from session.execute(query, execution_options={"yield_per": 1000})


def unfinished_jobs(session: Session) -> Iterator[Sequence[Any]]:
    """Yield every job that has not ended, as `JOB_COLUMNS`.

    Of the library's own interface nothing reads in our snapshot, and a job that was listed a
    moment before or after it may be lost, or done twice.
    """
    schema = "" if session.get_bind().dialect.name == "sqlite" else "dbos."
    query = sa.text(_UNFINISHED.format(schema=schema))
    for inputs, not_before in session.execute(query, execution_options={"yield_per": 1000}):
        yield [*json.loads(inputs)["positionalArgs"], not_before]
