"""Keeps conversations: begins them, adds what is said, postpones and ends them; shared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from handlers.bringing import Delivery, Step, bare_thread, bring, deliver
from handlers.context import Context, Unit
from handlers.correspondence import dossier_manager, find_person
from handlers.participants import office_of, people_of
from mailbot.compose.messages import write_closed
from mailbot.domain.calendar import after_working_days
from mailbot.domain.clock import local_date
from mailbot.domain.conversation import (
    Conversation,
    ConversationKind,
    ConversationState,
    Message,
    answered,
    closed,
    seen_by,
    with_readers,
)
from mailbot.domain.document import Document, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Office, Person
from storage.conversations import (
    conversations_about,
    find_conversation,
    messages_about,
    record_conversation,
    record_message,
)
from storage.definitions import get_dossier


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that one person says."""

    by: Person | Employee
    text: str
    #: id of the message
    id: str
    #: the mail that brought it, None for a page
    mail: StoredMail | None = None
    files: tuple[StoredFile, ...] = ()
    #: addresses of those who must answer
    asks: tuple[str, ...] = ()
    #: addresses of people who read along from now on
    reads_along: tuple[str, ...] = ()
    #: addresses of those who alone may read it; empty: everybody
    only_for: tuple[str, ...] = ()
    #: who was asked will answer after this day
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a conversation is about, and how it began."""

    document: Document | None = None
    subject: str = ""
    kind: ConversationKind = ConversationKind.QUESTION
    batch: str = ""


def begin(unit: Unit, dossier: Dossier, readers: Sequence[str], topic: Topic) -> Conversation:
    """Begin a conversation; `readers` are addresses, that of who begins it first."""
    now = unit.context.now()
    conversation = Conversation(
        id=unit.context.new_id(),
        dossier=dossier.code,
        document_id=topic.document.id if topic.document else "",
        subject=topic.subject,
        kind=topic.kind,
        state=ConversationState.ANSWERED,
        participants=(),
        started_by=readers[0],
        started_at=now,
        last_at=now,
        batch=topic.batch,
    )
    begun = with_readers(conversation, tuple(readers))
    record_conversation(unit.session, begun)
    unit.note(EventKind.CONVERSATION_STARTED, begun.id, readers[0], dossier=dossier.code)
    return begun


def talk_about(unit: Unit, document: Document, readers: Sequence[str]) -> Conversation:
    """Return the conversation of these people about a document; begun when there is none.

    What was said before conversations had ids is taken in when it was between these people.
    """
    wanted = set(readers)
    for known in conversations_about(unit.session, document.id):
        found = find_conversation(unit.session, known.id)
        if found is not None and set(found.readers) == wanted:
            return found
    dossier = get_dossier(unit.session, document.dossier)
    begun = begin(unit, dossier, readers, Topic(document=document))
    for message in messages_about(unit.session, document.id):
        ours = {message.author, message.recipient} <= wanted
        if ours and not message.conversation_id:
            record_message(unit.session, replace(message, conversation_id=begun.id))
    return begun


def say(
    unit: Unit, conversation: Conversation, said: Said
) -> tuple[Conversation, tuple[Person | Employee, ...]]:
    """Keep what somebody says, and bring it to everyone who may read it.

    Returns the conversation as it is now, and who gets it. When nobody whom it was for is left,
    the dossier manager reads it.
    """
    dossier = get_dossier(unit.session, conversation.dossier)
    author = said.by.email.lower()
    message = Message(
        id=said.id,
        dossier=dossier.code,
        document_id=conversation.document_id,
        at=unit.context.now(),
        author=author,
        recipient=next(iter(said.asks), ""),
        text=said.text,
        mail_id=said.mail.id if said.mail else "",
        conversation_id=conversation.id,
        only_for=said.only_for,
        files=said.files,
    )
    after = _after(unit, conversation, message, said)
    people = people_of(unit.session, dossier, after, message)
    if not people and author != dossier.dossier_manager.lower():
        people = (dossier_manager(unit.session, dossier),)
        after = with_readers(after, (people[0].email.lower(),))
    record_message(unit.session, message)
    record_conversation(unit.session, after)
    to = ", ".join(person.email.lower() for person in people)
    unit.note(EventKind.MESSAGE, conversation.document_id or conversation.id, author, to=to)
    for person in people:
        bring(unit, Step(before=conversation, after=after, message=message), person)
    return after, people


def close(unit: Unit, conversation: Conversation, by: Person | Employee) -> Conversation:
    """End a conversation; who was asked is told, once, that no answer is needed any more."""
    if conversation.state is ConversationState.CLOSED:
        return conversation
    after = closed(conversation, by.email.lower())
    record_conversation(unit.session, after)
    unit.note(EventKind.CONVERSATION_CLOSED, conversation.id, by.email.lower())
    dossier = get_dossier(unit.session, conversation.dossier)
    for email in conversation.waits_for:
        person = find_person(unit.session, dossier, email)
        if person is None or email == by.email.lower():
            continue
        delivery = Delivery(
            key=f"closed:{conversation.id}:{conversation.question}",
            message=conversation.question,
            write=partial(write_closed, thread=bare_thread(unit, conversation), closed_by=by.name),
        )
        deliver(unit, conversation, person, delivery)
    return after


def postpone(
    unit: Unit, conversation: Conversation, by: Person | Employee, until: date
) -> Conversation:
    """Remind nobody before a day."""
    seen = seen_by(conversation, by.email.lower(), unit.context.now())
    office = office_of(unit.session, conversation)
    after = replace(seen, remind_at=at_hour_of(office, until) if seen.waits_for else None)
    record_conversation(unit.session, after)
    return after


def next_reminder(context: Context, office: Office) -> datetime:
    """Return when a question that is asked now is reminded of."""
    today = local_date(context.now(), office.time_zone)
    days = context.settings.conversations.remind_after_days
    return at_hour_of(office, after_working_days(today, days, office.time_zone))


def at_hour_of(office: Office, day: date) -> datetime:
    """Return the moment of a day at which the office sends what the clock asks for."""
    return datetime.combine(day, time(office.digest_hour), tzinfo=ZoneInfo(office.time_zone))


def _after(unit: Unit, conversation: Conversation, message: Message, said: Said) -> Conversation:
    """Return the conversation after a message."""
    office = office_of(unit.session, conversation)
    known = with_readers(conversation, (*said.asks, *said.reads_along, *said.only_for))
    if said.until and message.author in conversation.waits_for:
        seen = seen_by(known, message.author, message.at)
        return replace(seen, last_at=message.at, remind_at=at_hour_of(office, said.until))
    after = answered(known, message, waits_for=said.asks)
    return replace(after, remind_at=next_reminder(unit.context, office)) if said.asks else after
