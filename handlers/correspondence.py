"""Puts a letter in the outbox, with the token that its answer will carry; shared by handlers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from sqlmodel import Session

from handlers.context import Context, Unit
from mailbot.compose.message import write_message
from mailbot.compose.notices import write_unreachable_notice
from mailbot.compose.render import Letterhead
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.letter import Letter, Links, Reader
from mailbot.domain.mail import MailAddress, StoredMail
from mailbot.domain.outbox import OutboxEntry, OutboxState
from mailbot.domain.people import Dossier, Employee, EmployeeRole, Office, Person
from mailbot.domain.reach import Reach
from mailbot.domain.token import ShownItem, Token
from mailbot.mail.address import write_bounce_address, write_reply_address
from mailbot.rules.access import proves, speaks_against
from storage.addresses import find_reach
from storage.audit import last_event
from storage.definitions import find_dossier, get_office
from storage.outbox import count_answers, has_entry, put_entry
from storage.reply_tokens import new_token, token_hash
from storage.tokens import record_token

#: letters that carry what a program waits for: they go out, and come back, each time
_FOR_MACHINES = frozenset({"export"})
#: letters whose subject is for their reader alone: it holds a code
_SECRET = frozenset({"code"})


@dataclass(frozen=True, kw_only=True)
class Post:
    """One letter to one reader, and what its answer may do."""

    #: what caused it; the same cause never sends a second letter
    key: str
    reader: Reader
    office: Office
    shown: Shown = Shown.NONE
    dossier: str = ""
    #: what it is about; the first one's thread is joined
    documents: Sequence[Document] = ()
    #: what its answer may decide on, in the order of the numbered lines; default: `documents`
    items: tuple[ShownItem, ...] = ()
    subject: str = ""
    commands: tuple[Command, ...] = ()
    #: of a confirmation: whose code it takes and who asked, as in `Token`
    confirms: str = ""
    asked_by: str = ""
    #: the token that its answer will carry, when it was made before; "" makes one
    token: str = field(default="", repr=False)
    #: of a conversation: the message that an answer is about, the id that threads its mails, and
    #: the Message-ID of the reader's own last mail in it
    message: str = ""
    thread: str = ""
    last_from_reader: str = ""
    #: the mail that this letter answers
    answers: StoredMail | None = None
    write: Callable[[Letterhead], Letter] = field(repr=False)


def post(unit: Unit, letter: Post) -> None:
    """Put a letter in the outbox in the transaction of its cause; the same again is a no-op."""
    if has_entry(unit.session, letter.key):
        return
    if find_unreachable(unit, letter.reader.email):
        if letter.shown is Shown.DIGEST:
            return
        letter = _for_the_office(unit, letter) or letter
    token = letter.token or new_token(unit.context.token_secret)
    entry = _write_entry(unit, letter, token)
    if letter.answers and _is_answered_enough(unit, entry):
        entry = replace(entry, state=OutboxState.FAILED, last_answer="too many answers")
        unit.note(EventKind.LETTER_WITHHELD, entry.id, to=entry.recipient, letter=entry.letter)
    put_entry(unit.session, entry)
    record_token(unit.session, _token(unit.context, letter, token, entry.id))
    facts = {"to": entry.recipient, "letter": entry.letter, "sha256": entry.sha256}
    unit.note(EventKind.LETTER_WRITTEN, entry.document_id or entry.id, **facts)


def _write_entry(unit: Unit, letter: Post, token: str) -> OutboxEntry:
    """Write the mail, keep its bytes, and return what the outbox holds of it."""
    context = unit.context
    domain = context.settings.service.domain
    entry_id = context.new_id()
    message_id = f"<{entry_id}@{domain}>"
    written = letter.write(_letterhead(context, letter, token))
    raw = write_message(
        written,
        sender=MailAddress(address=letter.office.address, display_name=letter.office.name),
        recipient=letter.reader,
        message_id=message_id,
        reply_to=write_reply_address(token, domain),
        date=context.now(),
        in_reply_to=letter.answers.message_id if letter.answers else letter.last_from_reader,
        references=_references(letter, domain),
        list_unsubscribe=written.unsubscribe_url,
        audit_anchor=_audit_anchor(unit.session),
    )
    return OutboxEntry(
        id=entry_id,
        key=letter.key,
        not_before=context.now(),
        created_at=context.now(),
        recipient=letter.reader.email,
        # another secret than that of the answer: who was forwarded the mail cannot fake a bounce
        envelope_sender=write_bounce_address(new_token(context.token_secret), domain),
        message_id=message_id,
        subject=written.subject,
        letter=written.name,
        document_id=letter.documents[0].id if len(letter.documents) == 1 else "",
        dossier=letter.dossier,
        sha256=context.blobs.put(raw),
        is_answer=letter.answers is not None,
    )


def _letterhead(context: Context, letter: Post, token: str) -> Letterhead:
    return Letterhead(
        office=letter.office,
        reader=letter.reader,
        today=local_date(context.now(), letter.reader.time_zone),
        links=make_links(context, token),
        is_answer=letter.answers is not None,
    )


def find_unreachable(unit: Unit, email: str) -> Reach | None:
    """Return why nothing is written to this address any more, None if mail reaches it."""
    reach = find_reach(unit.session, email)
    return reach if reach and reach.given_up_at else None


def readers_at_office(
    session: Session, dossier: Dossier | None, employees: Sequence[Employee]
) -> list[Employee]:
    """Return who at the office looks after something: the dossier manager, then the admins."""
    manager = [dossier_manager(session, dossier)] if dossier else []
    return [*manager, *(e for e in employees if e.role is EmployeeRole.ADMIN)]


def _for_the_office(unit: Unit, letter: Post) -> Post | None:
    """Return the letter that tells the office what was not sent; None to send it all the same.

    It carries no authority of the reader: its token is that of who reads it.
    """
    reach = find_unreachable(unit, letter.reader.email)
    _office, employees = get_office(unit.session, letter.office.code)
    dossier = find_dossier(unit.session, letter.dossier) if letter.dossier else None
    readers = readers_at_office(unit.session, dossier, employees)
    able = (r for r in readers if not r.frozen and not find_unreachable(unit, r.email))
    reader = next(able, None)
    if reach is None or reader is None:
        return None
    today = local_date(unit.context.now(), letter.reader.time_zone)
    head = Letterhead(office=letter.office, reader=letter.reader, today=today, links=Links())
    written = letter.write(head)
    if written.name in _FOR_MACHINES:
        return None
    return replace(
        letter,
        reader=reader_of(reader, letter.office),
        shown=Shown.NONE,
        items=(),
        commands=(),
        confirms="",
        message="",
        thread="",
        last_from_reader="",
        asked_by="",
        token="",
        answers=None,
        write=partial(
            write_unreachable_notice,
            person=letter.reader,
            undelivered="" if written.name in _SECRET else written.subject,
            diagnostic=reach.diagnostic,
        ),
    )


def _is_answered_enough(unit: Unit, entry: OutboxEntry) -> bool:
    """Whether this would be one automatic answer too many to one address within an hour.

    Two robots that do not know each other for one would write for ever; a person does not.
    """
    limits, since = unit.context.settings.limits, unit.context.now() - timedelta(hours=1)
    made = count_answers(unit.session, entry.recipient, since)
    if made >= limits.answers_per_hour:
        return True
    about = entry.document_id
    made = count_answers(unit.session, entry.recipient, since, document_id=about) if about else 0
    return made >= limits.answers_per_document_hour


def make_links(context: Context, token: str) -> Links:
    """Return the pages that one token opens, and the address that its answers go to."""
    page = f"{context.settings.service.public_url}/d/{token}"
    return Links(
        document=page,
        approve=f"{page}/approve",
        reject=f"{page}/reject",
        correct=f"{page}/correct",
        reply_address=write_reply_address(token, context.settings.service.domain),
    )


def reader_of(person: Person | Employee, office: Office) -> Reader:
    """Return how to write to a person."""
    return Reader(
        email=person.email.lower(),
        first_name=person.first_name,
        name=person.name,
        language=person.language,
        time_zone=office.time_zone,
    )


def find_person(session: Session, dossier: Dossier, email: str) -> Person | Employee | None:
    """Return the person of the dossier, or the employee of its office, with this address."""
    wanted = email.lower()
    _office, employees = get_office(session, dossier.office)
    known: list[Person | Employee] = [*dossier.people, *employees]
    return next((p for p in known if p.email.lower() == wanted), None)


def dossier_manager(session: Session, dossier: Dossier) -> Employee:
    """Return the employee who keeps the dossier; while that one is frozen, an admin of the office.

    Raises KeyError when there is none.
    """
    _office, employees = get_office(session, dossier.office)
    wanted = dossier.dossier_manager.lower()
    keeper = next((e for e in employees if e.email.lower() == wanted), None)
    if keeper is not None and not keeper.frozen:
        return keeper
    admins = [e for e in employees if e.role is EmployeeRole.ADMIN and not e.frozen]
    if found := keeper if not admins else admins[0]:
        return found
    raise KeyError(dossier.dossier_manager)


def is_development(context: Context, stored: StoredMail) -> bool:
    """Whether mailbot is being tried out: no smarthost is set, the mail is from this machine."""
    local = stored.envelope.client_address in ("127.0.0.1", "::1")
    return local and not context.settings.outbound.host


def is_proved(context: Context, stored: StoredMail) -> bool:
    """Whether the mail comes from who it says, as far as we can know."""
    authentication = stored.envelope.authentication
    if proves(authentication, MailAddress(address=stored.sender)):
        return True
    return is_development(context, stored) and not speaks_against(authentication)


def _audit_anchor(session: Session) -> str:
    last = last_event(session)
    return f"{last.number} {last.hash}" if last else ""


def _references(letter: Post, domain: str) -> tuple[str, ...]:
    """Thread every mail about one document together, and answers under what they answer."""
    thread = tuple(f"<document.{d.id}@{domain}>" for d in letter.documents[:1])
    if letter.thread:
        thread = (*thread, f"<conversation.{letter.thread}@{domain}>")
    answered = (letter.answers.message_id,) if letter.answers else ()
    return thread + tuple(reference for reference in answered if reference)


def _token(context: Context, letter: Post, token: str, outbox_id: str) -> Token:
    now = context.now()
    return Token(
        hash=token_hash(token),
        person=letter.reader.email,
        context=letter.shown,
        office=letter.office.code,
        dossier=letter.dossier,
        items=letter.items
        or tuple(
            ShownItem(document_id=d.id, version=d.version, context=letter.shown)
            for d in letter.documents
        ),
        subject=letter.subject,
        message=letter.message,
        commands=letter.commands,
        confirms=letter.confirms,
        asked_by=letter.asked_by,
        outbox_id=outbox_id,
        created_at=now,
        expires_at=now + timedelta(days=context.settings.retention.token_days),
    )
