"""Makes findable what was kept before its words were; an operator asks for it after an upgrade."""

from collections.abc import Iterator

from handlers.context import Context
from handlers.readers import recognised
from mailbot.domain.document import Document
from mailbot.domain.learning import knows_nobody
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply_text import read_written
from storage.blobs import BlobError
from storage.conversations import messages_in
from storage.documents import find_document
from storage.mails import get_mail
from storage.search_index import (
    index_conversation,
    index_document,
    index_message,
    index_text,
    index_written,
    unfound_conversations,
    unread_documents,
)

#: rows that are asked for at a time
_BATCH = 50


def make_findable(context: Context) -> Iterator[str]:
    """Yield the id of each document and conversation that can be found now, and could not before.

    Each is a transaction of its own: it can be stopped at any time, and goes on where it was.
    Raises Temporary.
    """
    yield from _conversations(context)
    after = ""
    while True:
        with context.database.reading() as session:
            documents = unread_documents(session, after, _BATCH)
        for document in documents:
            _index(context, document)
            yield document.id
        if not documents:
            return
        after = documents[-1].id


def _conversations(context: Context) -> Iterator[str]:
    while True:
        with context.transaction() as unit:
            found = unfound_conversations(unit.session, _BATCH)
            for conversation in found:
                index_conversation(unit.session, conversation)
                for message in messages_in(unit.session, conversation.id):
                    index_message(unit.session, message)
        yield from (conversation.id for conversation in found)
        if not found:
            return


def _index(context: Context, document: Document) -> None:
    """Read what stands on a document and in its mail; what cannot be read says nothing."""
    text, written = _text_of(context, document), _written_of(context, document)
    with context.transaction() as unit:
        now = find_document(unit.session, document.id)
        if now is not None:
            index_document(unit.session, now)
            index_written(unit.session, document.id, written)
            index_text(unit.session, document.id, text)


def _text_of(context: Context, document: Document) -> str:
    for file in dict.fromkeys((document.original, document.visual)):
        try:
            content = context.blobs.get(file.sha256)
        except BlobError:
            continue
        read = recognised(context.sandbox, content, file.name, own_vat="", habits_of=knows_nobody)
        if not read.password_required:
            return read.text
    return ""


def _written_of(context: Context, document: Document) -> str:
    with context.database.reading() as session:
        stored = get_mail(session, document.mail_id)
    try:
        return read_written(parse_mail(context.blobs.get(stored.sha256)))
    except BlobError:
        return ""
