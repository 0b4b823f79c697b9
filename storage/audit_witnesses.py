"""Looks for what is kept although no event of the audit log tells of it.

The chain alone cannot show that its newest events were cut off, or that a row was written past it:
then a mail, a letter, an approval or a status has no event.
"""

from collections.abc import Iterator

from sqlmodel import Session, select

from mailbot.domain.approval import ApprovalState
from mailbot.domain.events import Event, EventKind
from storage.audit import events_about
from storage.tables import DocumentRow, MailRow, OutboxRow
from storage.tables.approvals import ApprovalRow

_MOVES = frozenset({EventKind.DOCUMENT_MOVED, EventKind.DOCUMENT_RESTORED})
_DECIDED = {
    ApprovalState.APPROVED.value: EventKind.APPROVED,
    ApprovalState.REJECTED.value: EventKind.REJECTED,
}


def unwitnessed(session: Session) -> Iterator[str]:
    """Yield a sentence for everything that no event tells of."""
    yield from _mails(session)
    yield from _documents(session)
    yield from _letters(session)


def _mails(session: Session) -> Iterator[str]:
    for row in session.exec(select(MailRow).execution_options(yield_per=1000)):
        accepted = _of(events_about(session, row.id), EventKind.MAIL_ACCEPTED)
        if not any(event.data.get("sha256") == row.sha256 for event in accepted):
            yield f"mail {row.id} was not accepted with these bytes"


def _documents(session: Session) -> Iterator[str]:
    for row in session.exec(select(DocumentRow).execution_options(yield_per=1000)):
        events = events_about(session, row.id)
        moves = [event for event in events if event.kind in _MOVES]
        if moves and moves[-1].data.get("to_status") != row.status:
            yield f"document {row.id} is {row.status}, and no event says so"
        yield from _approvals(session, row.id, events)


def _approvals(session: Session, document_id: str, events: list[Event]) -> Iterator[str]:
    for row in session.exec(select(ApprovalRow).where(ApprovalRow.document_id == document_id)):
        kind = _DECIDED.get(row.state)
        # a stand-in decides in the place of who is away
        by = row.decided_by or row.approver
        if kind and not any(event.actor == by for event in _of(events, kind)):
            yield f"document {document_id} was never {row.state} by {by}"


def _letters(session: Session) -> Iterator[str]:
    for row in session.exec(select(OutboxRow).execution_options(yield_per=1000)):
        written = _of(events_about(session, row.document_id or row.id), EventKind.LETTER_WRITTEN)
        told = {event.data.get("sha256", "") for event in written}
        # letters of old installations were told of without their bytes
        if not told & {row.sha256, ""}:
            yield f"letter {row.id} to {row.recipient} was not written with these bytes"


def _of(events: list[Event], kind: EventKind) -> list[Event]:
    return [event for event in events if event.kind is kind]
