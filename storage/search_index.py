"""Keeps the words under which documents and conversations are found, in step with both."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from mailbot.domain.conversation import Conversation, Message
from mailbot.domain.document import Document, Status
from mailbot.domain.mail import StoredMail
from mailbot.domain.search import MOST_TEXT, conversation_words, document_words, folded
from mailbot.domain.values import from_json
from storage.tables import ConversationRow, DocumentRow, DossierRow, MailRow
from storage.tables.search import SearchEntryRow

#: bits of a number that tell apart what came in the same millisecond
_BITS = 15


def index_document(session: Session, document: Document) -> None:
    """Keep under which words a document is found now; what stands on it is kept as it was."""
    row = session.get(MailRow, document.mail_id)
    mail = from_json(StoredMail, row.data) if row else None
    office = _office_of(session, document.dossier)
    words = document_words(document, office=office, mail=mail)
    entry: dict[str, Any] = {"key": document.id, "is_document": True, "dossier": document.dossier}
    _keep(session, document.received_at, **entry, words=words)


def index_text(session: Session, document_id: str, text: str) -> None:
    """Keep what stands on a document, as it was read."""
    _set(session, document_id, text=folded(text))


def index_written(session: Session, document_id: str, written: str) -> None:
    """Keep what was written in the mail that brought a document."""
    _set(session, document_id, written=folded(written))


def index_conversation(session: Session, conversation: Conversation) -> None:
    """Keep under which words a conversation is found now, by whom."""
    office = _office_of(session, conversation.dossier)
    words = conversation_words(conversation, office=office)
    entry: dict[str, Any] = {
        "key": conversation.id,
        "is_document": False,
        "dossier": conversation.dossier,
    }
    _keep(session, conversation.started_at, **entry, words=words)


def index_message(session: Session, message: Message) -> None:
    """Add what was said to the words of its conversation; what is private is found by nobody."""
    key = message.conversation_id
    if not key or message.only_for:
        return
    query = select(SearchEntryRow.written).where(SearchEntryRow.key == key)
    said = session.exec(query).first()
    names = " ".join(file.name for file in message.files)
    if said is not None:
        added = f"{said} {folded(f'{message.text} {names}')}".strip()
        _set(session, key, written=added[:MOST_TEXT])


def unread_documents(session: Session, after: str, limit: int) -> Sequence[Document]:
    """Return documents behind an id that nobody can find yet by what stands on them, by id.

    Those that are still to be read are left to their job.
    """
    rows = session.exec(
        select(DocumentRow)
        .outerjoin(SearchEntryRow, col(SearchEntryRow.key) == col(DocumentRow.id))
        .where(col(DocumentRow.id) > after, col(SearchEntryRow.text).is_(None))
        .where(DocumentRow.status != Status.RECEIVED.value)
        .order_by(DocumentRow.id)
        .limit(limit)
    )
    return [from_json(Document, row.data) for row in rows]


def unfound_conversations(session: Session, limit: int) -> Sequence[Conversation]:
    """Return conversations that nobody can find yet."""
    rows = session.exec(
        select(ConversationRow)
        .outerjoin(SearchEntryRow, col(SearchEntryRow.key) == col(ConversationRow.id))
        .where(col(SearchEntryRow.key).is_(None))
        .order_by(ConversationRow.id)
        .limit(limit)
    )
    return [from_json(Conversation, row.data) for row in rows]


def _keep(session: Session, at: datetime, *, key: str, words: str, **entry: Any) -> None:
    """Keep the words of something that came at a moment: new, or as they are now."""
    known = session.exec(select(SearchEntryRow.words).where(SearchEntryRow.key == key)).first()
    if known is None:
        number = _free_number(session, at, key)
        session.add(SearchEntryRow(number=number, key=key, words=words, written="", **entry))
        session.flush()
    elif known != words:
        _set(session, key, words=words)


def _free_number(session: Session, at: datetime, key: str) -> int:
    """Return a number that nothing else has and that sorts by a moment."""
    number = (int(at.timestamp() * 1000) << _BITS) | (zlib.crc32(key.encode()) % (1 << _BITS))
    while session.exec(
        select(SearchEntryRow.number).where(SearchEntryRow.number == number)
    ).first():
        number += 1
    return number


def _set(session: Session, key: str, **values: str) -> None:
    """Change words of an entry, unless they are the same: the index has much to do for each."""
    ((name, value),) = values.items()
    column = getattr(SearchEntryRow, name)
    session.exec(
        update(SearchEntryRow)
        .where(col(SearchEntryRow.key) == key, column.is_distinct_from(value))
        .values(values)
    )


def _office_of(session: Session, dossier: str) -> str:
    query = select(DossierRow.office).where(DossierRow.code == dossier)
    return session.exec(query).first() or ""
