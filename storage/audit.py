"""The audit log: append only, each event chained to the one before by SHA-256.

An event's hash covers the hash before it and the hash of what it says. So a stretch of the chain
can be shown to an auditor without what other events say, and each link still be checked.
"""

import json
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import sqlalchemy as sa
from sqlalchemy.event import listens_for
from sqlmodel import Session, col, select

from mailbot.domain.events import Event, EventKind, Link, content_hash, link_hash, plain_hash
from storage.tables import AuditRow

#: any number that nothing else locks: appends wait for one another on PostgreSQL
_LOCK = 4_711_001
_FIRST = "0" * 64
#: where a session keeps what it will append
_UNWRITTEN = "unwritten events"
#: number and hash before the first event
_BEGINNING = (0, _FIRST)

#: of a database, or of a backup
_Row = AuditRow | SimpleNamespace


def record_event(session: Session, event: Event) -> None:
    """Append `event` in the transaction of its effect.

    It is written right before the commit, unless somebody looks at the log in between: on
    PostgreSQL whoever appends keeps all others waiting until then.
    """
    session.info.setdefault(_UNWRITTEN, []).append(event)


@listens_for(Session, "before_commit")
def _write_events(session: Session) -> None:
    """Chain what was recorded to the end of the log."""
    events: list[Event] = session.info.pop(_UNWRITTEN, [])
    if not events:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)).first()
    newest, previous = (last.number or 0, last.hash) if last else _BEGINNING
    for number, event in enumerate(events, newest + 1):
        row = _row(number, event, previous)
        session.add(row)
        previous = row.hash
    session.flush()


def _row(number: int, event: Event, previous: str) -> AuditRow:
    data = json.dumps(event.data, sort_keys=True, ensure_ascii=False)
    content = content_hash(event, data)
    return AuditRow(
        number=number,
        at=event.at,
        event=event.kind.value,
        actor=event.actor,
        subject=event.subject,
        data=data,
        previous_hash=previous,
        content_hash=content,
        hash=link_hash(previous, content),
    )


def events_about(session: Session, subject: str) -> list[Event]:
    """Return what happened to one mail or document, oldest first."""
    _write_events(session)
    rows = session.exec(
        select(AuditRow).where(AuditRow.subject == subject).order_by(col(AuditRow.number))
    )
    return [_event(row) for row in rows]


def find_event(session: Session, number: int) -> Event | None:
    """Return the event with this number."""
    _write_events(session)
    row = session.get(AuditRow, number)
    return _event(row) if row else None


def last_event(session: Session) -> Event | None:
    """Return the newest event: its hash stands for everything before it."""
    _write_events(session)
    row = session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(1)).first()
    return _event(row) if row else None


def links_between(session: Session, first: int, last: int) -> Iterator[Link]:
    """Yield the links of the chain from one number to another, without what the events say."""
    rows = session.exec(
        select(AuditRow)
        .where(col(AuditRow.number).between(first, last))
        .order_by(col(AuditRow.number))
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield Link(
            number=row.number or 0,
            previous_hash=row.previous_hash,
            content_hash=row.content_hash,
            hash=row.hash,
        )


def broken_links(
    session: Session, *, after: tuple[int, str] = _BEGINNING, limit: int | None = None
) -> Iterator[int]:
    """Yield the number of every event whose hash or chain is not right.

    `after` is number and hash of an event that is known to be right, `limit` how many events
    behind it are looked at.
    """
    rows = session.exec(
        select(AuditRow)
        .where(col(AuditRow.number) > after[0])
        .order_by(col(AuditRow.number))
        .limit(limit)
        .execution_options(yield_per=1000)
    )
    yield from broken_rows(rows, after=after)


def broken_rows(rows: Iterable[_Row], *, after: tuple[int, str] = _BEGINNING) -> Iterator[int]:
    """Yield the number of every row that is not right; `rows` are all behind `after`, in order."""
    expected, previous = after[0] + 1, after[1]
    for row in rows:
        if row.previous_hash != previous or row.number != expected or not _is_right(row):
            yield row.number or 0
        previous, expected = row.hash, (row.number or 0) + 1


def _is_right(row: _Row) -> bool:
    try:
        event = _event(row)
    except ValueError:  # a kind of event that there is not, or data that is no JSON
        return False
    if not row.content_hash:
        return row.hash == plain_hash(row.previous_hash, event, row.data)
    content = content_hash(event, row.data)
    return row.content_hash == content and row.hash == link_hash(row.previous_hash, content)


def _event(row: _Row) -> Event:
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
