"""A mail to the office itself: a question, a late answer, a word to the postmaster, help."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from handlers.answering import Written, files_of, read_mail_of, take
from handlers.batches import ask_to_send, find_named_dossier, select_dossiers
from handlers.context import Context, Unit
from handlers.correspondence import (
    Post,
    dossier_manager,
    find_person,
    is_proved,
    post,
    reader_of,
)
from handlers.payment_mail import answer_about_payments
from handlers.readers import unwrapped
from handlers.searching import answer_searches
from handlers.starting import Stray, bring_to_office, start_by_mail
from mailbot.compose.transcript import write_help
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Batch, Conversation, Message
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.mail import Automatic, Mail, RecipientKind, StoredMail
from mailbot.domain.people import Dossier, Employee, EmployeeRole, Office, Person
from mailbot.mail.address import read_recipient
from mailbot.mail.automatic import find_automatic
from mailbot.mail.batch_mail import read_batch
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_text import read_reply, read_written
from mailbot.mail.talk import read_marks, read_topic
from storage.conversations import find_conversation, find_marked, find_message
from storage.definitions import (
    dossiers_of,
    find_definition,
    find_dossier,
    first_office,
    get_office,
)
from storage.mails import get_mail
from storage.outbox import find_entry, has_entry
from storage.tokens import find_token_of

#: characters of a mail in which a mark is looked for
_MOST_LOOKED_AT = 300_000


@dataclass(frozen=True, kw_only=True)
class _Arrived:
    """One mail to the office, and what is known about it."""

    stored: StoredMail
    mail: Mail
    office: Office
    employees: tuple[Employee, ...]
    dossier: Dossier | None
    #: the sender, when they are known in the dossier, or at the office
    person: Person | Employee | None
    is_proved: bool


def handle(context: Context, job: Job) -> None:
    """Bring one mail to whoever must read it, once."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    with context.transaction() as unit:
        if _is_done(unit, stored):
            return
        arrived = _look(unit, stored, mail)
        if arrived is None:
            unit.note(EventKind.MAIL_IGNORED, stored.id, why="no_office")
        elif automatic := find_automatic(mail, stored.envelope.envelope_sender):
            _by_machine(unit, arrived, automatic)
        elif not _goes_on(unit, arrived):
            _begins(unit, arrived)


def _is_done(unit: Unit, stored: StoredMail) -> bool:
    first_search = f"found:{stored.id}:1"
    keys = (f"transcript:{stored.id}", f"message:{stored.id}", f"help:{stored.id}", first_search)
    return any(has_entry(unit.session, key) for key in keys)


def _look(unit: Unit, stored: StoredMail, mail: Mail) -> _Arrived | None:
    recipient = read_recipient(stored.envelope_recipient)
    dossier = find_dossier(unit.session, recipient.dossier) if recipient.dossier else None
    found = get_office(unit.session, dossier.office) if dossier else first_office(unit.session)
    if found is None:
        return None
    office, employees = found
    proved = is_proved(unit.context, stored) and len(mail.senders) == 1
    dossier = dossier or (_only_dossier_of(unit, stored.sender) if proved else None)
    person = find_person(unit.session, dossier, stored.sender) if dossier else None
    at_office = next((e for e in employees if e.email.lower() == stored.sender), None)
    return _Arrived(
        stored=stored,
        mail=mail,
        office=office,
        employees=employees,
        dossier=dossier,
        person=person or at_office,
        is_proved=proved,
    )


def _by_machine(unit: Unit, arrived: _Arrived, automatic: Automatic) -> None:
    """Let the office have the documents that a machine sent; the rest of such mail says nothing.

    It reaches us here at the address that our mails come from, and nobody answers it.
    """
    if not unwrapped(unit.context.sandbox, arrived.mail).documents:
        unit.note(EventKind.MAIL_IGNORED, arrived.stored.id, why=automatic.value)
        return
    reader = _reader(unit, arrived)
    if reader is not None:
        stray = Stray(stored=arrived.stored, mail=arrived.mail, dossier=arrived.dossier)
        bring_to_office(unit, arrived.office, reader, stray)


def _reader(unit: Unit, arrived: _Arrived) -> Employee | None:
    """Return who at the office reads what goes into no conversation."""
    if arrived.dossier is not None:
        return dossier_manager(unit.session, arrived.dossier)
    return _admin(arrived.employees)


def _only_dossier_of(unit: Unit, email: str) -> Dossier | None:
    """Return the dossier of a client who wrote to no dossier; None when it is not clear which."""
    theirs = dossiers_of(unit.session, email)
    return theirs[0] if len(theirs) == 1 else None


def _goes_on(unit: Unit, arrived: _Arrived) -> bool:
    """Take a mail that lost the address of our mail into its conversation.

    References and marks can be copied by anybody: they count only for somebody who takes part
    and whose mail is proved. Returns whether there was such a conversation.
    """
    if not arrived.is_proved:
        return False
    for conversation, about in _candidates(unit, arrived):
        dossier = find_dossier(unit.session, conversation.dossier)
        sender = arrived.stored.sender
        if dossier is None or sender not in conversation.readers:
            continue
        person = find_person(unit.session, dossier, sender)
        if person is None or person.frozen:
            continue
        talk, mail = read_mail_of(unit, arrived.stored, arrived.office.time_zone)
        written = Written(
            by=person,
            dossier=dossier,
            talk=talk,
            mail=arrived.stored,
            files=files_of(unit.context, mail),
            about=about if about and about.is_for(sender) else None,
        )
        take(unit, conversation, written)
        return True
    return False


def _candidates(unit: Unit, arrived: _Arrived) -> Iterator[tuple[Conversation, Message | None]]:
    """Yield the conversations that a mail says it is of, by what it answers, then by its mark."""
    domain = unit.context.settings.service.domain
    mail = arrived.mail
    for reference in dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))):
        name, _, host = reference.strip("<>").rpartition("@")
        if host.lower() != domain.lower():
            continue
        entry = find_entry(unit.session, name)
        token = find_token_of(unit.session, entry.id) if entry else None
        about = find_message(unit.session, token.message) if token else None
        found = about.conversation_id if about else name.removeprefix("conversation.")
        conversation = find_conversation(unit.session, found)
        if conversation is not None:
            yield conversation, about
    for mark in read_marks(f"{mail.text[:_MOST_LOOKED_AT]}\n{mail.html[:_MOST_LOOKED_AT]}"):
        marked = find_marked(unit.session, mark, arrived.stored.sender)
        conversation = find_conversation(unit.session, marked.id) if marked else None
        if conversation is not None:
            yield conversation, find_message(unit.session, conversation.question)


def _begins(unit: Unit, arrived: _Arrived) -> None:
    """Begin a conversation of somebody we know; what others write, the office reads."""
    kind = read_recipient(arrived.stored.envelope_recipient).kind
    person, dossier = arrived.person, arrived.dossier
    if kind is RecipientKind.COMMANDS and _asks_about_payments(unit, arrived):
        return
    if kind is RecipientKind.COMMANDS and isinstance(person, Employee) and arrived.is_proved:
        if not _asks_many(unit, arrived, person) and not _looks_for(unit, arrived, person):
            _send_help(unit, arrived, person)
        return
    if kind is not RecipientKind.POSTMASTER and person and dossier and _may_begin(arrived):
        start_by_mail(unit, arrived.stored, person, dossier)
        return
    reader = _reader(unit, arrived)
    if reader is not None:
        stray = Stray(
            stored=arrived.stored,
            mail=arrived.mail,
            dossier=dossier,
            author=person if dossier else None,
            doubt="unproved" if person and not arrived.is_proved else "",
        )
        bring_to_office(unit, arrived.office, reader, stray)


def _asks_about_payments(unit: Unit, arrived: _Arrived) -> bool:
    """Send the basket, the list of payments, or a file; False when it asks something else."""
    person = arrived.person
    return (
        person is not None
        and arrived.is_proved
        and answer_about_payments(
            unit, arrived.stored, arrived.mail, person=person, office=arrived.office
        )
    )


def _may_begin(arrived: _Arrived) -> bool:
    return arrived.is_proved and arrived.person is not None and not arrived.person.frozen


def _asks_many(unit: Unit, arrived: _Arrived, employee: Employee) -> bool:
    """Show an employee what would go to many dossiers; False when the mail names none."""
    asked = read_batch(read_written(arrived.mail))
    definition = find_definition(unit.session, arrived.office.code)
    if asked is None or definition is None or employee.frozen:
        return False
    chosen = select_dossiers(unit, definition, asked.which) if asked.which else ()
    named = tuple(find_named_dossier(definition, name) for name in asked.dossiers)
    batch = Batch(
        id=unit.context.new_id(),
        office=arrived.office.code,
        by=employee.email.lower(),
        at=unit.context.now(),
        dossiers=tuple(dict.fromkeys((*(dossier.code for dossier in chosen), *named))),
        texts={"": (read_topic(arrived.mail.subject), asked.text)},
        mail_id=arrived.stored.id,
        files=files_of(unit.context, arrived.mail),
    )
    ask_to_send(unit, batch, employee, arrived.office)
    return True


def _looks_for(unit: Unit, arrived: _Arrived, employee: Employee) -> bool:
    """Mail an employee what they look for; False when the mail asks something else."""
    asked = read_answer(
        read_reply(arrived.mail),
        language=employee.language,
        context=Shown.NONE,
        shown_items=0,
        sent_on=local_date(unit.context.now(), arrived.office.time_zone),
    )
    if asked.doubt or employee.frozen:
        return False
    office = arrived.office.code
    return answer_searches(unit, employee, office, asked.commands, mail=arrived.stored)


def _send_help(unit: Unit, arrived: _Arrived, employee: Employee) -> None:
    """Send the command card."""
    letter = Post(
        key=f"help:{arrived.stored.id}",
        reader=reader_of(employee, arrived.office),
        office=arrived.office,
        answers=arrived.stored,
        write=partial(write_help, context=Shown.NONE),
    )
    post(unit, letter)


def _admin(employees: tuple[Employee, ...]) -> Employee | None:
    admins = (e for e in employees if e.role is EmployeeRole.ADMIN)
    return next(admins, employees[0] if employees else None)
