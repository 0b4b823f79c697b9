"""A mail to the office itself: a question, a word to the postmaster, a call for help."""

from functools import partial

from handlers.context import Context, Unit
from handlers.correspondence import (
    Post,
    dossier_manager,
    find_person,
    is_proved,
    post,
    reader_of,
)
from mailbot.compose.messages import write_message_notice
from mailbot.compose.transcript import write_help
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Message
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.mail import Mail, RecipientKind, StoredMail
from mailbot.domain.people import Dossier, Employee, EmployeeRole, Office
from mailbot.mail.address import read_recipient
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply_text import read_written
from storage.conversations import record_message
from storage.definitions import find_dossier, first_office, get_office
from storage.mails import get_mail


def handle(context: Context, job: Job) -> None:
    """Bring one mail to whoever must read it, once."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    recipient = read_recipient(stored.envelope_recipient)
    with context.transaction() as unit:
        dossier = find_dossier(unit.session, recipient.dossier) if recipient.dossier else None
        found = get_office(unit.session, dossier.office) if dossier else first_office(unit.session)
        if found is None:
            unit.note(EventKind.MAIL_IGNORED, stored.id, why="no_office")
            return
        office, employees = found
        if recipient.kind is RecipientKind.COMMANDS and _answer_help(
            unit, stored, office, employees
        ):
            return
        reader = dossier_manager(unit.session, dossier) if dossier else _admin(employees)
        if reader is not None:
            _bring(unit, stored, mail, _Office(office, reader, dossier))


class _Office:
    """Who in which office reads it, and about which dossier."""

    def __init__(self, office: Office, reader: Employee, dossier: Dossier | None) -> None:
        self.office, self.reader, self.dossier = office, reader, dossier


def _bring(unit: Unit, stored: StoredMail, mail: Mail, to: _Office) -> None:
    """Pass it on; an answer goes back to the sender only when the dossier knows that person."""
    text = read_written(mail)
    author = None
    if to.dossier is not None:
        author = find_person(unit.session, to.dossier, stored.sender)
        message = Message(
            id=stored.id,
            dossier=to.dossier.code,
            at=stored.envelope.received_at,
            author=stored.sender,
            recipient=to.reader.email.lower(),
            text=text,
            mail_id=stored.id,
        )
        record_message(unit.session, message)
        unit.note(EventKind.MESSAGE, stored.id, stored.sender, to=message.recipient)
    letter = Post(
        key=f"message:{stored.id}",
        reader=reader_of(to.reader, to.office),
        office=to.office,
        shown=Shown.QUESTION if author else Shown.NONE,
        dossier=to.dossier.code if to.dossier else "",
        subject=author.email.lower() if author else "",
        write=partial(
            write_message_notice,
            author=mail.sender,
            subject=mail.subject,
            text=text,
            dossier=to.dossier.name if to.dossier else "",
        ),
    )
    post(unit, letter)


def _answer_help(
    unit: Unit, stored: StoredMail, office: Office, employees: tuple[Employee, ...]
) -> bool:
    """Send the command card to an employee whose mail is proved; others reach the admin."""
    person = next((e for e in employees if e.email.lower() == stored.sender), None)
    if person is None or not is_proved(unit.context, stored):
        return False
    letter = Post(
        key=f"help:{stored.id}",
        reader=reader_of(person, office),
        office=office,
        answers=stored,
        write=partial(write_help, context=Shown.NONE),
    )
    post(unit, letter)
    return True


def _admin(employees: tuple[Employee, ...]) -> Employee | None:
    admins = (e for e in employees if e.role is EmployeeRole.ADMIN)
    return next(admins, employees[0] if employees else None)
