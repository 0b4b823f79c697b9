"""Which workers live: each says so again and again, by the clock of the database.

The clocks of machines differ; of one database there is one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.tables import UtcDateTime
from storage.tables.machines import ExecutorRow


def record_beat(session: Session, executor_id: str) -> timedelta | None:
    """Write down that a worker lives; return how long it had been silent, None for a new one."""
    now = _database_time(session)
    row = session.get(ExecutorRow, executor_id)
    if row is None:
        session.add(ExecutorRow(id=executor_id, beat_at=now))
        return None
    silence = now - row.beat_at
    row.beat_at = now
    session.add(row)
    return silence


def silent_executors(session: Session, among: Iterable[str], limit: timedelta) -> set[str]:
    """Return who of these has not been heard of for so long, or never."""
    since = _database_time(session) - limit
    heard = session.exec(select(ExecutorRow.id).where(ExecutorRow.beat_at >= since))
    return set(among) - set(heard)


def forget_executor(session: Session, executor_id: str) -> None:
    """Delete the row of one that ends as it should: nobody is to miss it."""
    session.exec(sa.delete(ExecutorRow).where(col(ExecutorRow.id) == executor_id))


def forget_executors(session: Session, silent_for: timedelta) -> None:
    """Delete the rows of those that will not come back under their name."""
    before = _database_time(session) - silent_for
    session.exec(sa.delete(ExecutorRow).where(col(ExecutorRow.beat_at) < before))


def _database_time(session: Session) -> datetime:
    """Return the present moment of the database."""
    now: datetime = session.scalars(
        sa.select(sa.func.current_timestamp(type_=UtcDateTime()))
    ).one()
    return now
