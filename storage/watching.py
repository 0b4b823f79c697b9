"""What waits in the database, counted over what waits alone; and the troubles that were seen."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.approval import ApprovalState
from mailbot.domain.document import Status
from mailbot.domain.outbox import OutboxState
from mailbot.domain.values import from_json, to_json
from mailbot.domain.watching import NOTHING_WAITS, KnownTrouble, Trouble, Waiting
from storage.tables import AuditRow, DocumentRow, FailedJobRow, OutboxRow, UtcDateTime
from storage.tables.approvals import ApprovalRow
from storage.tables.machines import ExecutorRow
from storage.tables.watching import CheckpointRow, TroubleRow

_LEAVING = (OutboxState.QUEUED.value, OutboxState.DEFERRED.value)
#: what has come to its end grows for ever, and is not counted
_ENDED = frozenset({Status.EXPORTED, Status.REJECTED, Status.SPLIT, Status.DELETED})
#: how long a worker may be silent; and for how long after it went somebody may want to know
_SILENT, _FORGOTTEN = timedelta(minutes=2), timedelta(days=1)
_WAITING_JOBS = """
    SELECT queue_name, count(*), min(coalesce(delay_until_epoch_ms, created_at))
    FROM {schema}workflow_status WHERE status IN ('ENQUEUED', 'PENDING') GROUP BY queue_name
"""
_OPEN = tuple(status.value for status in Status if status not in _ENDED)


def waiting_letters(session: Session) -> dict[str, Waiting]:
    """Return the mails of ours that must still leave, by state."""
    return _grouped(session, OutboxRow.state, OutboxRow.created_at, _LEAVING)


def waiting_jobs(session: Session) -> dict[str, Waiting]:
    """Return the jobs that wait or run, by queue, and since when the oldest could run.

    DBOS has no call that counts; its index over what is under way makes this quick.
    """
    schema = "dbos." if session.get_bind().dialect.name == "postgresql" else ""
    rows = session.execute(sa.text(_WAITING_JOBS.format(schema=schema)))
    return {
        str(name): Waiting(count=count, since=datetime.fromtimestamp(oldest / 1000, UTC))
        for name, count, oldest in rows
    }


def busiest_approvers(session: Session, *, limit: int) -> dict[str, int]:
    """Return who has the most approvals to give, and how many."""
    number = sa.func.count()
    rows = session.exec(
        select(ApprovalRow.approver, number)
        .where(ApprovalRow.state == ApprovalState.OPEN.value)
        .group_by(ApprovalRow.approver)
        .order_by(number.desc(), ApprovalRow.approver)
        .limit(limit)
    )
    return dict(rows.all())


def gone_workers(session: Session) -> tuple[str, ...]:
    """Return the workers that have not been heard of for some minutes, by the database's clock."""
    now = session.scalars(sa.select(sa.func.current_timestamp(type_=UtcDateTime()))).one()
    rows = session.exec(
        select(ExecutorRow.id)
        .where(col(ExecutorRow.beat_at).between(now - _FORGOTTEN, now - _SILENT))
        .order_by(ExecutorRow.id)
    )
    return tuple(rows)


def waiting_documents(session: Session) -> dict[str, Waiting]:
    """Return the documents that have not come to their end, by status."""
    return _grouped(session, DocumentRow.status, DocumentRow.received_at, _OPEN)


def failed_counts(session: Session) -> dict[str, Waiting]:
    """Return the jobs that did not end well, by state, since their last failure."""
    return _grouped(session, FailedJobRow.state, FailedJobRow.at, ("retry", "buried"))


def began_at(session: Session) -> datetime | None:
    """Return when the first thing happened here."""
    first = session.exec(select(AuditRow).order_by(col(AuditRow.number)).limit(1)).first()
    return first.at if first else None


def record_checkpoint(session: Session, name: str, at: datetime, data: str = "") -> None:
    """Remember that something was done, and how far it came."""
    session.merge(CheckpointRow(name=name, at=at, data=data))


def find_checkpoint(session: Session, name: str) -> tuple[datetime, str] | None:
    """Return when something was last done, and how far it came."""
    row = session.get(CheckpointRow, name)
    return (row.at, row.data) if row else None


def known_troubles(session: Session, keys: Collection[str]) -> Sequence[KnownTrouble]:
    """Return the troubles with these keys that were seen before."""
    rows = session.exec(
        select(TroubleRow).where(col(TroubleRow.key).in_(keys)).order_by(col(TroubleRow.key))
    )
    return [_known(row) for row in rows]


def all_troubles(session: Session) -> Sequence[KnownTrouble]:
    """Return every trouble that lasts, the oldest first."""
    rows = session.exec(
        select(TroubleRow)
        .where(col(TroubleRow.over_since).is_(None))
        .order_by(col(TroubleRow.since))
    )
    return [_known(row) for row in rows]


def record_trouble(session: Session, known: KnownTrouble) -> None:
    """Keep what is known of a trouble."""
    session.merge(
        TroubleRow(
            key=known.trouble.key,
            since=known.since,
            seen_at=known.seen_at,
            told_at=known.told_at,
            over_since=known.over_since,
            data=to_json(known.trouble),
        )
    )


def forget_trouble(session: Session, known: KnownTrouble) -> None:
    """Take a trouble off the list: it is over."""
    session.execute(sa.delete(TroubleRow).where(col(TroubleRow.key) == known.trouble.key))


def forget_unseen_troubles(session: Session, before: datetime) -> None:
    """Forget what was seen by machines that are not there any more."""
    session.execute(sa.delete(TroubleRow).where(col(TroubleRow.seen_at) < before))


def _known(row: TroubleRow) -> KnownTrouble:
    return KnownTrouble(
        trouble=from_json(Trouble, row.data),
        since=row.since,
        seen_at=row.seen_at,
        told_at=row.told_at,
        over_since=row.over_since,
    )


def _grouped(
    session: Session, group: Any, moment: Any, wanted: Sequence[str]
) -> dict[str, Waiting]:
    """Count by one column and find the oldest, through its index."""
    rows = session.exec(
        select(group, sa.func.count(), sa.func.min(moment))
        .where(col(group).in_(wanted))
        .group_by(group)
    )
    found = {name: Waiting(count=count, since=since) for name, count, since in rows}
    return {name: found.get(name, NOTHING_WAITS) for name in wanted}
