"""Asks the person on file to confirm what needs more proof than there is; shared by handlers."""

from collections.abc import Sequence

from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from mailbot.compose.facts import heading
from mailbot.compose.requests import write_confirmation_request
from mailbot.compose.transcript import command_words
from mailbot.domain.command import Command
from mailbot.domain.command import Context as Shown
from mailbot.domain.events import EventKind
from mailbot.domain.people import Employee, Person
from mailbot.domain.token import Token
from storage.definitions import get_office
from storage.documents import find_document


def ask_to_confirm(
    unit: Unit,
    token: Token,
    person: Person | Employee,
    commands: Sequence[Command],
    *,
    cause: str,
) -> None:
    """Mail the commands to the address on file, with a fresh token that alone can do them.

    `cause` is what brought them, a mail or a form: the same cause asks once.
    """
    office, _employees = get_office(unit.session, token.office)
    documents = [find_document(unit.session, item.document_id) for item in token.items]
    known = [document for document in documents if document is not None]
    single = known[0] if len(known) == 1 else None
    letter = Post(
        key=f"confirmation:{cause}",
        reader=reader_of(person, office),
        office=office,
        shown=Shown.CONFIRMATION,
        dossier=token.dossier,
        items=token.items,
        documents=[single] if single else (),
        subject=token.subject,
        commands=tuple(commands),
        write=lambda head: write_confirmation_request(
            head,
            asked=tuple(command_words(head, command) for command in commands),
            about=heading(single, head) if single else "",
            code="",
            confirm_url=head.links.document,
        ),
    )
    post(unit, letter)
    about = single.id if single else token.hash
    unit.note(EventKind.CONFIRMATION_ASKED, about, to=token.person, cause=cause)
