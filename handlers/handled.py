"""Whether a document is marked as handled: by a person, or because it was paid (CF-PAY-32)."""

from dataclasses import replace

from handlers.acting import Act
from handlers.context import Unit
from mailbot.domain.command import Verb
from mailbot.domain.document import Document, Note
from storage.documents import record_document

_SAID = (Verb.HANDLED.value, Verb.NOT_HANDLED.value)


def is_handled(document: Document) -> bool:
    """Whether what was last said is that it is handled."""
    said = [note.text for note in document.notes if note.text in _SAID]
    return bool(said) and said[-1] == Verb.HANDLED.value


def with_handled(document: Document, act: Act, *, is_on: bool) -> Document:
    """Return the document marked, or not any more, and keep it so."""
    return marked(act.unit, document, by=act.email, is_on=is_on)


def marked(unit: Unit, document: Document, *, by: str, is_on: bool) -> Document:
    """Return the document marked by a person or by mailbot, or not any more, and keep it so."""
    if is_handled(document) == is_on:
        return document
    text = Verb.HANDLED.value if is_on else Verb.NOT_HANDLED.value
    note = Note(at=unit.context.now(), by=by, text=text)
    after = replace(document, notes=(*document.notes, note))
    record_document(unit.session, after)
    return after
