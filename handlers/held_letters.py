"""Letters that were on their way when a backup was made: held after a restore, until released."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlmodel import Session

from handlers.context import Context
from mailbot.domain.events import EventKind
from mailbot.domain.outbox import OutboxEntry, OutboxState
from storage.outbox import entries_in, find_entry, update_entry


def held_letters(session: Session) -> Sequence[OutboxEntry]:
    """Return the letters that are held, oldest first."""
    return entries_in(session, OutboxState.HELD)


def release_letters(context: Context, ids: Iterable[str]) -> None:
    """Let letters leave, each in its own transaction; one that is not held any more stays."""
    for entry_id in ids:
        with context.transaction() as unit:
            entry = find_entry(unit.session, entry_id)
            if entry is None or entry.state is not OutboxState.HELD:
                continue
            now = context.now()
            update_entry(unit.session, replace(entry, state=OutboxState.QUEUED, not_before=now))
            about = entry.document_id or entry.id
            unit.note(EventKind.LETTER_RELEASED, about, to=entry.recipient, letter=entry.letter)
