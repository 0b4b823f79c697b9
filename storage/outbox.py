"""The mails that must still leave, and those that have."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.outbox import OutboxEntry, OutboxState
from storage.tables import OutboxRow

#: written out in the query, so that PostgreSQL sees that the index of what waits is enough, and
#: never walks through all that has left
_WAITING: sa.BindParameter[list[str]] = sa.bindparam(
    "waiting",
    [OutboxState.QUEUED.value, OutboxState.DEFERRED.value],
    expanding=True,
    literal_execute=True,
)


def has_entry(session: Session, key: str) -> bool:
    """Whether a mail for this cause was already made."""
    return session.exec(select(OutboxRow.id).where(OutboxRow.key == key)).first() is not None


def find_entry_for(session: Session, key: str) -> OutboxEntry | None:
    """Return the mail of ours that a cause made."""
    row = session.exec(select(OutboxRow).where(OutboxRow.key == key)).first()
    return _entry(row) if row else None


def put_entry(session: Session, entry: OutboxEntry) -> None:
    """Put a mail out, in the transaction of its cause."""
    session.add(OutboxRow(**{**vars(entry), "state": entry.state.value}))
    session.flush()


def update_entry(session: Session, entry: OutboxEntry) -> None:
    """Keep an entry as it is now, whoever has claimed it."""
    session.merge(OutboxRow(**{**vars(entry), "state": entry.state.value}))


def settle_entry(session: Session, claimed: OutboxEntry, settled: OutboxEntry) -> bool:
    """Keep what the other server said; return whether it was ours to say.

    It is not when the claim ran out, as it does for a machine that is paused, and another sender
    took the mail. That a mail has left is kept all the same: nobody is to send it again.
    """
    row = session.get(OutboxRow, claimed.id, with_for_update=True, populate_existing=True)
    if row is None or row.state == OutboxState.SENT.value:
        return False
    if row.not_before != claimed.not_before and settled.state is not OutboxState.SENT:
        return False
    update_entry(session, settled)
    return True


def renew_claim(session: Session, claimed: OutboxEntry, until: datetime) -> OutboxEntry:
    """Keep a claim until then, unless another sender has the mail by now; return it as it is."""
    row = session.get(OutboxRow, claimed.id, with_for_update=True)
    if row is None or row.not_before != claimed.not_before:
        return claimed
    row.not_before = until
    session.add(row)
    return replace(claimed, not_before=until)


def waiting_entries(session: Session, now: datetime, limit: int = 20) -> Sequence[OutboxEntry]:
    """Return the mails whose time has come, oldest first."""
    rows = session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.state).in_(_WAITING), OutboxRow.not_before <= now)
        .order_by(OutboxRow.id)
        .limit(limit)
    )
    return [_entry(row) for row in rows]


def release_claims(session: Session, now: datetime) -> None:
    """Let every mail that was claimed but never tried to its end be sent now.

    A queued mail waits for no timetable, so a later `not_before` can only be a claim.
    """
    rows = session.exec(
        select(OutboxRow).where(
            OutboxRow.state == OutboxState.QUEUED.value, OutboxRow.not_before > now
        )
    )
    for row in rows:
        row.not_before = now
        session.add(row)


def claim_entries(
    session: Session, now: datetime, until: datetime, limit: int = 20
) -> Sequence[OutboxEntry]:
    """Take the mails whose time has come, oldest first: nobody else is given them before `until`.

    That is their `not_before` meanwhile, by which their sender knows them for his own. What
    another sender is taking at this moment is left to him, not waited for.
    """
    rows = session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.state).in_(_WAITING), OutboxRow.not_before <= now)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.not_before = until
        session.add(row)
    return [_entry(row) for row in rows]


def find_entry(session: Session, entry_id: str) -> OutboxEntry | None:
    """Return the mail of ours with this id."""
    row = session.get(OutboxRow, entry_id)
    return _entry(row) if row else None


def find_entry_from(session: Session, envelope_sender: str) -> OutboxEntry | None:
    """Return the mail of ours that left from this address (VERP), in any case."""
    row = session.exec(
        select(OutboxRow).where(OutboxRow.envelope_sender == envelope_sender.lower())
    ).first()
    return _entry(row) if row else None


def has_message_id(session: Session, message_id: str) -> bool:
    """Whether a mail of ours has this Message-ID."""
    if not message_id:
        return False
    query = select(OutboxRow.id).where(OutboxRow.message_id == message_id)
    return session.exec(query).first() is not None


def count_answers(
    session: Session, recipient: str, since: datetime, *, document_id: str = ""
) -> int:
    """Return how many answers to mails of `recipient` were made since then; of one document."""
    query = select(sa.func.count()).where(
        OutboxRow.recipient == recipient,
        OutboxRow.created_at >= since,
        col(OutboxRow.is_answer).is_(True),
    )
    if document_id:
        query = query.where(OutboxRow.document_id == document_id)
    return session.exec(query).one()


def find_entry_of(session: Session, key: str) -> OutboxEntry | None:
    """Return the mail of ours that was made for this cause."""
    row = session.exec(select(OutboxRow).where(OutboxRow.key == key)).first()
    return _entry(row) if row else None


def entries_about(session: Session, document_id: str) -> Sequence[OutboxEntry]:
    """Return every mail of ours about a document, oldest first."""
    rows = session.exec(
        select(OutboxRow).where(OutboxRow.document_id == document_id).order_by(OutboxRow.id)
    )
    return [_entry(row) for row in rows]


def entries_in(session: Session, state: OutboxState) -> Sequence[OutboxEntry]:
    """Return the mails of ours that stand in a state which few do, oldest first."""
    query = select(OutboxRow).where(OutboxRow.state == state.value).order_by(OutboxRow.id)
    return [_entry(row) for row in session.exec(query)]


def recent_entries(session: Session, limit: int = 200) -> Sequence[OutboxEntry]:
    """Return the newest mails of ours, newest first."""
    rows = session.exec(select(OutboxRow).order_by(col(OutboxRow.id).desc()).limit(limit))
    return [_entry(row) for row in rows]


def outbox_counts(session: Session) -> dict[str, int]:
    """Return how many mails of ours stand in each state."""
    rows = session.exec(select(OutboxRow.state, sa.func.count()).group_by(OutboxRow.state))
    return dict(rows.all())


def _entry(row: OutboxRow) -> OutboxEntry:
    known = {"state": OutboxState(row.state), "is_answer": bool(row.is_answer)}
    return OutboxEntry(**{**row.model_dump(), **known})
