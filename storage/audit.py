"""The audit log: append only, each event chained to the one before by SHA-256."""

import hashlib
import json
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.events import Event, EventKind
from storage.tables import AuditRow

#: any number that nothing else locks: appends wait for one another on PostgreSQL
_LOCK = 4_711_001
_FIRST = "0" * 64


def record_event(session: Session, event: Event) -> None:
    """Append `event` in the transaction of its effect."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)).first()
    previous = last.hash if last else _FIRST
    data = json.dumps(event.data, sort_keys=True, ensure_ascii=False)
    session.add(
        AuditRow(
            number=(last.number or 0) + 1 if last else 1,
            at=event.at,
            event=event.kind.value,
            actor=event.actor,
            subject=event.subject,
            data=data,
            previous_hash=previous,
            hash=_hash(previous, event, data),
        )
    )
    session.flush()


def events_about(session: Session, subject: str) -> Sequence[Event]:
    """Return what happened to one mail or document, oldest first."""
    rows = session.exec(
        select(AuditRow).where(AuditRow.subject == subject).order_by(col(AuditRow.number))
    )
    return [_event(row) for row in rows]


def broken_links(session: Session) -> Iterator[int]:
    """Yield the number of every event whose hash or chain is not right."""
    previous, expected = _FIRST, 1
    for row in session.exec(select(AuditRow).order_by(col(AuditRow.number))):
        right = _hash(previous, _event(row), row.data)
        if row.previous_hash != previous or row.hash != right or row.number != expected:
            yield row.number or 0
        previous, expected = row.hash, (row.number or 0) + 1


def _hash(previous: str, event: Event, data: str) -> str:
    fields = (previous, event.at.isoformat(), event.kind.value, event.actor, event.subject, data)
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


def _event(row: AuditRow) -> Event:
    return Event(
        at=row.at,
        kind=EventKind(row.event),
        actor=row.actor,
        subject=row.subject,
        data=json.loads(row.data),
        number=row.number or 0,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
