"""Tells what a bank statement brought, and asks what the rest was for; shared by handlers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from handlers.context import Unit
from handlers.correspondence import (
    Post,
    dossier_manager,
    find_person,
    is_proved,
    post,
    reader_of,
)
from handlers.threads import Said, Topic, begin, say
from mailbot.compose.statements import (
    Taken,
    write_question_about,
    write_statement_taken,
    write_statement_waits,
)
from mailbot.domain.booking import ExportFile
from mailbot.domain.mail import StoredMail
from mailbot.domain.movement import KeptStatement, MovementState
from mailbot.domain.people import Dossier, Employee, Person
from storage.definitions import get_office
from storage.documents import find_document

#: movements of one question
_MOST_ASKED = 40


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A file of statements with the mail that brought it, and whose it is."""

    kept: KeptStatement
    mail: StoredMail
    dossier: Dossier


def tell_taken(unit: Unit, arrived: Arrived, taken: Sequence[Taken]) -> None:
    """Tell who sent a statement, when we know them, what became of it.

    Where nobody can be asked about what is open, the dossier manager gets the same.
    """
    dossier, mail = arrived.dossier, arrived.mail
    sender = find_person(unit.session, dossier, mail.sender)
    if sender and not sender.frozen and is_proved(unit.context, mail):
        _tell(unit, arrived, taken, sender)
    is_open = any(each.count(MovementState.OPEN) for each in taken)
    if is_open and not dossier.admins:
        _tell(unit, arrived, taken, dossier_manager(unit.session, dossier))


def _tell(unit: Unit, arrived: Arrived, taken: Sequence[Taken], to: Person | Employee) -> None:
    office, _employees = get_office(unit.session, arrived.dossier.office)
    ids = {movement.document_id for each in taken for movement in each.movements}
    found = (find_document(unit.session, one, is_locked=False) for one in sorted(ids) if one)
    documents = {document.id: document for document in found if document}
    is_sender = to.email.lower() == arrived.mail.sender
    letter = Post(
        key=f"statement:{arrived.kept.id}:{to.email.lower()}",
        reader=reader_of(to, office),
        office=office,
        dossier=arrived.dossier.code,
        answers=arrived.mail if is_sender else None,
        write=partial(
            write_statement_taken,
            taken=taken,
            documents=documents,
            dossier=arrived.dossier.name,
        ),
    )
    post(unit, letter)


def tell_waiting(unit: Unit, arrived: Arrived, reason: str) -> None:
    """Tell the dossier manager that nothing of a statement was taken, with the file."""
    dossier, kept = arrived.dossier, arrived.kept
    office, _employees = get_office(unit.session, dossier.office)
    content = unit.context.blobs.get(kept.sha256)
    file = ExportFile(name=kept.name, media_type="application/octet-stream", content=content)
    letter = Post(
        key=f"statement-waits:{kept.id}",
        reader=reader_of(dossier_manager(unit.session, dossier), office),
        office=office,
        dossier=dossier.code,
        write=partial(
            write_statement_waits,
            file=file,
            reason=reason,
            sender=arrived.mail.sender,
            dossier=dossier.name,
        ),
    )
    post(unit, letter)


def ask_about(unit: Unit, dossier: Dossier, taken: Sequence[Taken]) -> None:
    """Ask the client's admins, in the name of the dossier manager, what movements were for.

    It is a conversation: what they answer is kept and reaches the manager, and who does not
    answer is reminded.
    """
    still_open = [
        movement
        for each in taken
        for movement in each.movements
        if movement.state is MovementState.OPEN
    ]
    asked = tuple(admin.email.lower() for admin in dossier.admins)
    if not asked:
        return
    manager = dossier_manager(unit.session, dossier)
    readers = tuple(dict.fromkeys((manager.email.lower(), *asked)))
    for at in range(0, len(still_open), _MOST_ASKED):
        some = still_open[at : at + _MOST_ASKED]
        subject, text = write_question_about(dossier.language, some)
        conversation = begin(unit, dossier, readers, Topic(subject=subject))
        said = Said(by=manager, text=text, id=unit.context.new_id(), asks=asked)
        say(unit, conversation, said)
