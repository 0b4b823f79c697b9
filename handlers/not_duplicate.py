"""Somebody says that a document is not the invoice that it looks like (`geen dubbel`)."""

from dataclasses import replace

from handlers.acting import Act, Result
from mailbot.domain.document import Note
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import RecognitionStatus
from mailbot.domain.payment_blocks import DUPLICATES, without
from storage.documents import record_document


def not_duplicate(act: Act) -> Result:
    """Take the warnings off that keep a possible duplicate from being paid.

    Never by who delivered it alone. Raises Refused: not_a_duplicate, own_duplicate.
    """
    document = act.document
    cleared = without(document, DUPLICATES)
    if cleared == document and not document.possible_duplicate_of:
        raise Refused("not_a_duplicate")
    if document.delivered_by.lower() == act.email:
        raise Refused("own_duplicate")
    is_marked = document.recognition_status is RecognitionStatus.DUPLICATE
    note = Note(at=act.unit.context.now(), by=act.email, text=act.command.verb.value)
    after = replace(
        cleared,
        possible_duplicate_of="",
        recognition_status=RecognitionStatus.OK if is_marked else document.recognition_status,
        notes=(*document.notes, note),
    )
    record_document(act.unit.session, after)
    return Result(document=after, sentence="not_duplicate")
