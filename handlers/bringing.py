"""Brings what is said in a conversation to one person, with all that stands around it; shared."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from sqlmodel import Session

from handlers.asking import view_of
from handlers.context import Context, Unit
from handlers.correspondence import Post, find_person, is_proved, post, reader_of
from handlers.participants import office_of, people_of
from mailbot.compose.messages import write_message
from mailbot.compose.notices import write_answer
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import write_question
from mailbot.compose.thread import Spoken, Thread
from mailbot.domain.booking import ExportFile
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Conversation, Message
from mailbot.domain.document import Document, StoredFile
from mailbot.domain.letter import Letter
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Office, Person
from storage.conversations import find_message, messages_in
from storage.definitions import get_dossier
from storage.documents import find_document
from storage.mails import get_mail

#: of what was said before, enough to know what it is about
_EARLIER = 4
#: bytes of attachments that travel along; more are named, and kept
_MOST_ATTACHED = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Step:
    """One message, and the conversation before and after it."""

    before: Conversation
    after: Conversation
    message: Message

    @property
    def is_answer(self) -> bool:
        """Whether it settles what its author was asked."""
        author = self.message.author
        return author in self.before.waits_for and author not in self.after.waits_for

    def asks(self, email: str) -> bool:
        """Whether this person must answer it."""
        return self.after.question == self.message.id and email in self.after.waits_for


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One letter of a conversation to one person."""

    #: what caused it
    key: str
    #: id of the message that an answer is about
    message: str
    write: Callable[[Letterhead], Letter]
    #: the mail that it answers
    answers: StoredMail | None = None
    #: address of the other side
    subject: str = ""


def deliver(
    unit: Unit, conversation: Conversation, person: Person | Employee, delivery: Delivery
) -> None:
    """Put a letter in the outbox; its answer goes into the conversation."""
    office = office_of(unit.session, conversation)
    key = delivery.key
    letter = Post(
        key=key if delivery.answers else f"{key}:{person.email.lower()}",
        reader=reader_of(person, office),
        office=office,
        shown=Shown.QUESTION,
        dossier=conversation.dossier,
        documents=_document(unit.session, conversation),
        subject=delivery.subject or conversation.asked_by,
        message=delivery.message,
        thread=conversation.id,
        last_from_reader=_last_mail_of(unit.session, conversation, person.email.lower()),
        answers=delivery.answers,
        write=delivery.write,
    )
    post(unit, letter)


def bring(unit: Unit, step: Step, person: Person | Employee) -> None:
    """Put the letter with a message to one person in the outbox."""
    message, email = step.message, person.email.lower()
    dossier = get_dossier(unit.session, step.after.dossier)
    author = find_person(unit.session, dossier, message.author)
    said = partial(_write, step, name=author.name if author else message.author, question="")
    quoted = step.before.question if step.is_answer and not step.asks(email) else ""
    if quoted:
        asked = find_message(unit.session, quoted)
        said = partial(said, question=asked.text if asked and asked.is_for(email) else "")
    thread = thread_for(unit, replace(step.after, question=quoted), message, person)
    delivery = Delivery(
        key=f"message:{message.id}",
        message=message.id,
        subject=message.author,
        write=partial(said, email, thread),
    )
    deliver(unit, step.after, person, delivery)


def thread_for(
    unit: Unit, conversation: Conversation, message: Message, person: Person | Employee
) -> Thread:
    """Return what a mail to `person` shows around a message."""
    dossier = get_dossier(unit.session, conversation.dossier)
    office = office_of(unit.session, conversation)
    email = person.email.lower()
    hidden = (message.id, conversation.question)
    before = [m for m in messages_in(unit.session, conversation.id, email) if m.id not in hidden]
    others = people_of(unit.session, dossier, conversation, message)
    files, too_large = attached(unit.context, message.files)
    return replace(
        bare_thread(unit, conversation),
        earlier=[_spoken(unit.session, dossier, office, m) for m in before[-_EARLIER:]],
        also=[each.name for each in others if each.email.lower() != email],
        is_private=bool(message.only_for),
        is_proved=not message.mail_id
        or is_proved(unit.context, get_mail(unit.session, message.mail_id)),
        files=files,
        too_large=too_large,
    )


def attached(
    context: Context, files: Iterable[StoredFile]
) -> tuple[tuple[ExportFile, ...], tuple[str, ...]]:
    """Return the files that travel along, and the names of those that are too large together."""
    taken: list[ExportFile] = []
    left: list[str] = []
    room = _MOST_ATTACHED
    for file in files:
        if file.size > room:
            left.append(file.name)
            continue
        room -= file.size
        content = context.blobs.get(file.sha256)
        taken.append(ExportFile(name=file.name, media_type=file.media_type, content=content))
    return tuple(taken), tuple(left)


def bare_thread(unit: Unit, conversation: Conversation) -> Thread:
    """Return what a conversation is about, without what was said in it."""
    dossier = get_dossier(unit.session, conversation.dossier)
    documents = _document(unit.session, conversation)
    return Thread(
        dossier=dossier.name,
        subject=conversation.subject,
        view=view_of(unit, documents[0], dossier) if documents else None,
        mark=conversation.mark,
    )


def _write(
    step: Step, email: str, thread: Thread, head: Letterhead, *, name: str, question: str
) -> Letter:
    """Return a message as an answer, as a question to who must answer it, or as it is."""
    text = step.message.text
    if step.asks(email):
        return write_question(head, thread, question=text, asked_by=name)
    if step.is_answer:
        return write_answer(head, thread, question=question, answer=text, answered_by=name)
    return write_message(head, thread, message=text, author=name)


def _spoken(session: Session, dossier: Dossier, office: Office, message: Message) -> Spoken:
    author = find_person(session, dossier, message.author)
    name = author.name if author else message.author
    return Spoken(name=name, day=local_date(message.at, office.time_zone), text=message.text)


def _document(session: Session, conversation: Conversation) -> list[Document]:
    if not conversation.document_id:
        return []
    found = find_document(session, conversation.document_id, is_locked=False)
    return [found] if found else []


def _last_mail_of(session: Session, conversation: Conversation, email: str) -> str:
    """Return the Message-ID of the last mail that this person wrote in a conversation."""
    mails = [m.mail_id for m in messages_in(session, conversation.id) if m.author == email]
    last = next((mail_id for mail_id in reversed(mails) if mail_id), "")
    return get_mail(session, last).message_id if last else ""
