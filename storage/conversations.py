"""What people wrote to each other about a document or a dossier."""

from collections.abc import Sequence

from sqlmodel import Session, select

from mailbot.domain.conversation import Message
from storage.tables import MessageRow


def record_message(session: Session, message: Message) -> None:
    """Keep a message; the same id again changes nothing."""
    session.merge(MessageRow(**vars(message)))


def messages_about(session: Session, document_id: str) -> Sequence[Message]:
    """Return the conversation about a document, oldest first."""
    rows = session.exec(
        select(MessageRow).where(MessageRow.document_id == document_id).order_by(MessageRow.id)
    )
    return [_message(row) for row in rows]


def _message(row: MessageRow) -> Message:
    return Message(**row.model_dump())
