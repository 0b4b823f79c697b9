"""Answers every mail with commands by one transcript; shared by handlers."""

from handlers.acting import Acted
from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from mailbot.compose.facts import heading
from mailbot.compose.transcript import write_transcript
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Employee, Person
from mailbot.domain.token import ShownItem, Token
from storage.definitions import get_office
from storage.documents import find_document


def send_transcript(
    unit: Unit, acted: Acted, token: Token, person: Person | Employee, *, answers: StoredMail
) -> None:
    """Put the transcript of one mail in the outbox; its answer may decide what is still open."""
    office, _employees = get_office(unit.session, token.office)
    items = tuple(_as_now(item, acted) for item in token.items)
    single = find_document(unit.session, items[0].document_id) if len(items) == 1 else None
    letter = Post(
        key=f"transcript:{answers.id}",
        reader=reader_of(person, office),
        office=office,
        shown=token.context,
        dossier=token.dossier,
        items=items,
        documents=[single] if single else (),
        subject=token.subject,
        answers=answers,
        write=lambda head: write_transcript(
            head,
            acted.outcomes,
            about=heading(single, head) if single else answers.subject,
        ),
    )
    post(unit, letter)


def _as_now(item: ShownItem, acted: Acted) -> ShownItem:
    """Bind the answer to this transcript to what the commands made of the document."""
    now = {document.id: document.version for document in acted.documents}
    version = now.get(item.document_id, item.version)
    return ShownItem(document_id=item.document_id, version=version, context=item.context)
