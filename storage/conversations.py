"""Who talks with whom, what they wrote, and what an office writes to many at once."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from mailbot.domain.conversation import Batch, Conversation, ConversationState, Message
from mailbot.domain.document import StoredFile
from mailbot.domain.values import from_data, from_json, to_data, to_json
from storage.search_index import index_conversation, index_message
from storage.tables import BatchRow, ConversationRow, MessageRow

#: values of one statement
_MOST_VALUES = 500


def record_conversation(session: Session, conversation: Conversation) -> None:
    """Keep a conversation: new, or as it is now."""
    session.merge(
        ConversationRow(
            id=conversation.id,
            mark=conversation.mark,
            dossier=conversation.dossier,
            document_id=conversation.document_id,
            state=conversation.state.value,
            batch=conversation.batch,
            last_at=conversation.last_at,
            remind_at=conversation.remind_at,
            data=to_json(conversation),
        )
    )
    session.flush()
    index_conversation(session, conversation)


def find_conversation(
    session: Session, conversation_id: str, *, is_locked: bool = True
) -> Conversation | None:
    """Return it; locked until the end of the transaction, or only read."""
    query = select(ConversationRow).where(ConversationRow.id == conversation_id)
    row = session.exec(query.with_for_update() if is_locked else query).first()
    return from_json(Conversation, row.data) if row else None


def find_marked(session: Session, mark: str, reader: str) -> Conversation | None:
    """Return the one conversation whose mails carry `mark` and in which `reader` takes part."""
    rows = session.exec(select(ConversationRow).where(ConversationRow.mark == mark))
    marked = [from_json(Conversation, row.data) for row in rows]
    found = [each for each in marked if reader in each.readers]
    return found[0] if len(found) == 1 else None


def conversations_about(session: Session, document_id: str) -> Sequence[Conversation]:
    """Return the conversations about a document, the newest first."""
    rows = session.exec(
        select(ConversationRow)
        .where(ConversationRow.document_id == document_id)
        .order_by(col(ConversationRow.id).desc())
    )
    return [from_json(Conversation, row.data) for row in rows]


def conversations_in(
    session: Session, dossiers: Iterable[str], states: Iterable[ConversationState]
) -> Sequence[Conversation]:
    """Return the conversations of some dossiers that stand in some states, oldest first.

    There may be more dossiers than a statement takes values.
    """
    wanted, found = sorted(set(dossiers)), list[ConversationRow]()
    in_state = col(ConversationRow.state).in_([state.value for state in states])
    for at in range(0, len(wanted), _MOST_VALUES):
        some = wanted[at : at + _MOST_VALUES]
        query = select(ConversationRow).where(col(ConversationRow.dossier).in_(some), in_state)
        found += session.exec(query)
    return [from_json(Conversation, row.data) for row in sorted(found, key=lambda row: row.id)]


def conversations_to_remind(session: Session, now: datetime) -> Sequence[str]:
    """Return the ids of the conversations whose reminder is due, the longest due first."""
    rows = session.exec(
        select(ConversationRow.id)
        .where(col(ConversationRow.remind_at) <= now)
        .order_by(col(ConversationRow.remind_at))
    )
    return list(rows)


def find_in_batch(session: Session, batch: str, dossier: str) -> Conversation | None:
    """Return the conversation that a batch began with a dossier."""
    row = session.exec(
        select(ConversationRow)
        .where(ConversationRow.batch == batch)
        .where(ConversationRow.dossier == dossier)
    ).first()
    return from_json(Conversation, row.data) if row else None


def record_message(session: Session, message: Message) -> None:
    """Keep a message; the same id again changes nothing."""
    before = session.get(MessageRow, message.id)
    is_new = before is None or not before.conversation_id
    values = {
        **vars(message),
        "conversation_id": message.conversation_id or None,
        "only_for": " ".join(message.only_for) or None,
        "files": json.dumps([to_data(file) for file in message.files]) if message.files else None,
    }
    session.merge(MessageRow(**values))
    session.flush()
    if is_new:
        index_message(session, message)


def find_message(session: Session, message_id: str) -> Message | None:
    """Return the message with this id."""
    row = session.get(MessageRow, message_id) if message_id else None
    return _message(row) if row else None


def messages_about(
    session: Session, document_id: str, reader: str | None = None
) -> Sequence[Message]:
    """Return what was said about a document, oldest first; with `reader`, what they may read."""
    rows = session.exec(
        select(MessageRow).where(MessageRow.document_id == document_id).order_by(MessageRow.id)
    )
    return _readable(rows, reader)


def messages_in(
    session: Session, conversation_id: str, reader: str | None = None
) -> Sequence[Message]:
    """Return the messages of a conversation, oldest first; with `reader`, what they may read."""
    rows = session.exec(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id)
        .order_by(MessageRow.id)
    )
    return _readable(rows, reader)


def record_batch(session: Session, batch: Batch) -> None:
    """Keep a batch: new, or as it is now."""
    row = BatchRow(id=batch.id, office=batch.office, at=batch.at, data=to_json(batch))
    session.merge(row)
    session.flush()


def find_batch(session: Session, batch_id: str) -> Batch | None:
    """Return the batch with this id; locked until the end of the transaction."""
    query = select(BatchRow).where(BatchRow.id == batch_id).with_for_update()
    row = session.exec(query).first()
    return from_json(Batch, row.data) if row else None


def _readable(rows: Iterable[MessageRow], reader: str | None) -> list[Message]:
    messages = (_message(row) for row in rows)
    return [each for each in messages if reader is None or each.is_for(reader.lower())]


def _message(row: MessageRow) -> Message:
    files = json.loads(row.files) if row.files else []
    values = {
        **row.model_dump(),
        "conversation_id": row.conversation_id or "",
        "only_for": tuple((row.only_for or "").split()),
        "files": tuple(from_data(StoredFile, file) for file in files),
    }
    return Message(**values)
