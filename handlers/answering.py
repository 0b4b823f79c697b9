"""Takes what somebody answers in a conversation, by mail or on a page; shared by handlers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from handlers.bringing import Delivery, bare_thread, deliver
from handlers.context import Context, Unit
from handlers.correspondence import find_person
from handlers.participants import find_named
from handlers.progress import ask
from handlers.readers import unwrapped
from handlers.threads import Said, Topic, begin, close, say, talk_about
from mailbot.compose.messages import PassedOn, write_passed_on
from mailbot.domain.clock import local_date
from mailbot.domain.conversation import Conversation, Message
from mailbot.domain.document import StoredFile
from mailbot.domain.job import JobKind
from mailbot.domain.mail import Mail, PartRole, StoredMail
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.token import Token
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply_text import read_written
from mailbot.mail.talk import Talk, read_talk, read_topic
from storage.conversations import find_conversation, find_message, record_message
from storage.definitions import get_office
from storage.documents import find_document
from storage.mails import get_mail

#: parts of a mail that people send on purpose
_PASSED_ON = frozenset({PartRole.DOCUMENT, PartRole.UNSUPPORTED})


@dataclass(frozen=True, kw_only=True)
class Written:
    """What somebody wrote in a conversation."""

    by: Person | Employee
    dossier: Dossier
    talk: Talk
    #: the mail that brought it, None for a page
    mail: StoredMail | None = None
    files: tuple[StoredFile, ...] = ()
    #: the message that it is about, None when that is not known
    about: Message | None = None
    #: address of the other side, "" when it is not known
    other: str = ""

    @property
    def email(self) -> str:
        """The address of who wrote."""
        return self.by.email.lower()


def read_mail_of(unit: Unit, stored: StoredMail, time_zone: str) -> tuple[Talk, Mail]:
    """Return what was newly typed in a mail of a conversation, and the mail."""
    mail = parse_mail(unit.context.blobs.get(stored.sha256))
    sent_on = local_date(mail.sent_at or unit.context.now(), time_zone)
    return read_talk(read_written(mail), sent_on), mail


def files_of(context: Context, mail: Mail) -> tuple[StoredFile, ...]:
    """Keep what hangs on a mail, and return it: no logos, and nothing that does harm."""
    unpacked = unwrapped(context.sandbox, mail)
    parts = [p for p in (*unpacked.documents, *unpacked.left_out) if p.role in _PASSED_ON]
    return tuple(
        StoredFile(
            role="attachment",
            name=part.name,
            media_type=part.media_type,
            sha256=context.blobs.put(part.content),
            size=len(part.content),
        )
        for part in parts
    )


def takes_part(unit: Unit, token: Token, person: Person | Employee) -> bool:
    """Whether somebody reads along in the conversation of a token, and may read its message."""
    about = find_message(unit.session, token.message)
    found = find_conversation(unit.session, about.conversation_id) if about else None
    email = person.email.lower()
    return bool(found and about and email in found.readers and about.is_for(email))


def answer_by_mail(
    unit: Unit, token: Token, person: Person | Employee, *, dossier: Dossier, stored: StoredMail
) -> None:
    """Take the answer to a mail of a conversation, and tell who wrote it what became of it."""
    office, _employees = get_office(unit.session, dossier.office)
    talk, mail = read_mail_of(unit, stored, office.time_zone)
    written = Written(
        by=person,
        dossier=dossier,
        talk=talk,
        mail=stored,
        files=files_of(unit.context, mail),
        about=find_message(unit.session, token.message),
        other=token.subject,
    )
    conversation = _conversation_of(unit, token, written, topic=read_topic(mail.subject))
    take(unit, conversation, written)
    # the answer may settle what the asker was asked: he gets the document again with it
    document = find_document(unit.session, conversation.document_id)
    if document is not None:
        ask(unit, document)


def answer_on_page(
    unit: Unit, token: Token, person: Person | Employee, *, dossier: Dossier, text: str
) -> None:
    """Take an answer that was typed on the page of a conversation."""
    office, _employees = get_office(unit.session, dossier.office)
    written = Written(
        by=person,
        dossier=dossier,
        talk=read_talk(text, local_date(unit.context.now(), office.time_zone)),
        about=find_message(unit.session, token.message),
        other=token.subject,
    )
    take(unit, _conversation_of(unit, token, written), written)


def take(unit: Unit, conversation: Conversation, written: Written) -> Conversation:
    """Add what was written to its conversation; a mail gets an answer that says what became of it.

    A name that is nobody's stops it: what was meant for one must not go to all.
    """
    talk = written.talk
    if talk.is_invoice and _books(unit, written):
        return _acknowledge(unit, conversation, written, PassedOn(is_booked=True))
    unknown = unknown_names(unit, written.dossier, (*talk.to, *talk.cc, *talk.only))
    if unknown:
        return _acknowledge(unit, conversation, written, PassedOn(unknown=unknown, text=talk.text))
    people: Sequence[Person | Employee] = ()
    if talk.text or written.files:
        said = _said(unit, conversation, written)
        conversation, people = say(unit, conversation, said)
        written = replace(written, about=find_message(unit.session, said.id))
    if talk.closes:
        conversation = close(unit, conversation, written.by)
    done = PassedOn(
        to=[person.name for person in people],
        is_private=talk.is_private,
        files=[file.name for file in written.files],
        is_closed=talk.closes,
        until=date.fromisoformat(talk.until) if talk.until else None,
    )
    return _acknowledge(unit, conversation, written, done)


def unknown_names(unit: Unit, dossier: Dossier, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are nobody's in this dossier, or of more than one."""
    return tuple(name for name in names if find_named(unit.session, dossier, name) is None)


def addresses_of(unit: Unit, dossier: Dossier, names: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of people with these names or addresses."""
    found = (find_named(unit.session, dossier, name) for name in names)
    return tuple(dict.fromkeys(person.email.lower() for person in found if person))


def _said(unit: Unit, conversation: Conversation, written: Written) -> Said:
    """Return what is said, to whom, and who must answer it."""
    talk, me = written.talk, written.email
    only = _only_for(unit, conversation, written)
    named = addresses_of(unit, written.dossier, talk.to)
    asker = _other_side(conversation, written)
    asks: tuple[str, ...] = ()
    if "?" in talk.text:
        asks = only or named or ((asker,) if asker else ())
        asks = asks or tuple(email for email in conversation.readers if email != me)
    return Said(
        by=written.by,
        text=talk.text,
        id=unit.context.new_id(),
        mail=written.mail,
        files=written.files,
        asks=asks,
        reads_along=(*named, *addresses_of(unit, written.dossier, talk.cc)),
        only_for=only,
        until=date.fromisoformat(talk.until) if talk.until else None,
    )


def _only_for(unit: Unit, conversation: Conversation, written: Written) -> tuple[str, ...]:
    """Return who alone may read it; an answer to something private stays private."""
    talk, me = written.talk, written.email
    if talk.only:
        return addresses_of(unit, written.dossier, talk.only)
    if talk.is_private:
        asker = _other_side(conversation, written)
        return (asker,) if asker else ()
    about = written.about
    if about is None or not about.only_for:
        return ()
    return tuple(email for email in dict.fromkeys((about.author, *about.only_for)) if email != me)


def _other_side(conversation: Conversation, written: Written) -> str:
    """Return the address of who wrote what this is an answer to."""
    about = written.about.author if written.about else ""
    known = (about, written.other, conversation.asked_by)
    return next((email for email in known if email and email != written.email), "")


def _books(unit: Unit, written: Written) -> bool:
    """Put files of the message before in the books' way after all; whether there were any."""
    about = written.about
    if about is None or not about.files or not about.mail_id:
        return False
    mail, dossier = about.mail_id, written.dossier.code
    unit.put(JobKind.NEW_DOCUMENTS, key=mail, mail=mail, dossier=dossier)
    return True


def _conversation_of(
    unit: Unit, token: Token, written: Written, *, topic: str = ""
) -> Conversation:
    """Return the conversation that a token is of; of an old one it is begun now."""
    about = written.about
    if about is not None and about.conversation_id:
        found = find_conversation(unit.session, about.conversation_id)
        if found is not None and found.dossier == written.dossier.code:
            return found
    other = token.subject or written.dossier.dossier_manager.lower()
    if find_person(unit.session, written.dossier, other) is None:
        other = written.dossier.dossier_manager.lower()
    readers = tuple(dict.fromkeys((other, written.email)))
    document = find_document(unit.session, token.items[0].document_id) if token.items else None
    if document is not None:
        return talk_about(unit, document, readers)
    if about is None or not about.mail_id:
        return begin(unit, written.dossier, readers, Topic(subject=topic))
    # a mail that went into no conversation begins one when it is answered
    topic = read_topic(get_mail(unit.session, about.mail_id).subject)
    begun = begin(unit, written.dossier, readers, Topic(subject=topic))
    record_message(unit.session, replace(about, conversation_id=begun.id))
    return begun


def _acknowledge(
    unit: Unit, conversation: Conversation, written: Written, done: PassedOn
) -> Conversation:
    """Tell who wrote a mail what became of it; its answer adds to the same conversation."""
    if written.mail is None:
        return conversation
    delivery = Delivery(
        key=f"transcript:{written.mail.id}",
        message=written.about.id if written.about else conversation.question,
        subject=_other_side(conversation, written),
        answers=written.mail,
        write=partial(write_passed_on, thread=bare_thread(unit, conversation), done=done),
    )
    deliver(unit, conversation, written.by, delivery)
    return conversation
