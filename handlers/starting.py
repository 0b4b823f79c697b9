"""Begins conversations by a mail of their own, and brings stray mail to the office; shared."""

from dataclasses import dataclass
from functools import partial

from handlers.answering import addresses_of, files_of, read_mail_of, unknown_names
from handlers.bringing import Delivery, attached, bare_thread, deliver
from handlers.context import Unit
from handlers.correspondence import Post, find_person, post, reader_of
from handlers.threads import Said, Topic, begin, say
from mailbot.compose.messages import PassedOn, write_message_notice, write_passed_on
from mailbot.compose.thread import Thread
from mailbot.domain.command import Context as Shown
from mailbot.domain.conversation import Message
from mailbot.domain.events import EventKind
from mailbot.domain.mail import Mail, StoredMail
from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.mail.reply_text import read_written
from mailbot.mail.talk import Talk, read_topic
from storage.conversations import record_message
from storage.definitions import get_office


@dataclass(frozen=True, kw_only=True)
class _Start:
    """What somebody wants to begin."""

    person: Person | Employee
    dossier: Dossier
    talk: Talk
    mail: Mail
    stored: StoredMail

    @property
    def email(self) -> str:
        return self.person.email.lower()

    @property
    def topic(self) -> str:
        return read_topic(self.mail.subject)


def start_by_mail(
    unit: Unit, stored: StoredMail, person: Person | Employee, dossier: Dossier
) -> None:
    """Begin a conversation with what somebody wrote, and tell them who got it.

    The office is asked by clients, the client's admins by the office, unless `aan: An` or a copy
    of the mail says who.
    """
    office, _employees = get_office(unit.session, dossier.office)
    talk, mail = read_mail_of(unit, stored, office.time_zone)
    start = _Start(person=person, dossier=dossier, talk=talk, mail=mail, stored=stored)
    unknown = unknown_names(unit, dossier, (*talk.to, *talk.cc, *talk.only))
    copied = _copied(unit, start)
    asked = _asked(unit, start) or copied or _admins(start)
    if unknown or not asked:
        _refuse(unit, start, PassedOn(unknown=unknown or ("?",), text=talk.text))
        return
    readers = tuple(dict.fromkeys((start.email, *asked, *copied)))
    conversation = begin(unit, dossier, readers, Topic(subject=start.topic))
    said = Said(
        by=person,
        text=talk.text or start.topic,
        id=unit.context.new_id(),
        mail=stored,
        files=files_of(unit.context, mail),
        asks=asked,
        only_for=asked if talk.is_private else (),
    )
    conversation, people = say(unit, conversation, said)
    done = PassedOn(
        to=[each.name for each in people],
        is_private=talk.is_private,
        files=[file.name for file in said.files],
    )
    delivery = Delivery(
        key=f"transcript:{stored.id}",
        message=said.id,
        subject=asked[0],
        answers=stored,
        write=partial(write_passed_on, thread=bare_thread(unit, conversation), done=done),
    )
    deliver(unit, conversation, person, delivery)


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A mail that goes into no conversation; the office must read it all the same."""

    stored: StoredMail
    mail: Mail
    dossier: Dossier | None = None
    #: the person of the dossier who wrote it: an answer goes to the address on file
    author: Person | Employee | None = None
    #: id in table `talk`: why nobody else gets it
    doubt: str = ""


def bring_to_office(unit: Unit, office: Office, reader: Employee, stray: Stray) -> None:
    """Pass a mail on to somebody in the office."""
    stored, dossier = stray.stored, stray.dossier
    text = read_written(stray.mail)
    files, _too_large = attached(unit.context, files_of(unit.context, stray.mail))
    if dossier is not None:
        message = Message(
            id=stored.id,
            dossier=dossier.code,
            at=stored.envelope.received_at,
            author=stored.sender,
            recipient=reader.email.lower(),
            text=text,
            mail_id=stored.id,
        )
        record_message(unit.session, message)
        unit.note(EventKind.MESSAGE, stored.id, stored.sender, to=message.recipient)
    letter = Post(
        key=f"message:{stored.id}",
        reader=reader_of(reader, office),
        office=office,
        shown=Shown.QUESTION if stray.author else Shown.NONE,
        dossier=dossier.code if dossier else "",
        subject=stray.author.email.lower() if stray.author else "",
        message=stored.id if stray.author and dossier else "",
        write=partial(
            write_message_notice,
            author=stray.mail.sender,
            subject=stray.mail.subject,
            text=text,
            dossier=dossier.name if dossier else "",
            files=files,
            doubt=stray.doubt,
        ),
    )
    post(unit, letter)


def _asked(unit: Unit, start: _Start) -> tuple[str, ...]:
    """Return the addresses of those who must answer, () when nobody was named and none is due."""
    names = (*start.talk.to, *start.talk.only)
    named = addresses_of(unit, start.dossier, names)
    if not named and not isinstance(start.person, Employee):
        named = (start.dossier.dossier_manager.lower(),)
    return tuple(email for email in named if email != start.email)


def _copied(unit: Unit, start: _Start) -> tuple[str, ...]:
    """Return the people of dossier and office to whom the mail went, too, and of `cc: Karim`."""
    addresses = [each.address for each in (*start.mail.to, *start.mail.cc)]
    found = (find_person(unit.session, start.dossier, address) for address in addresses)
    people = [person.email.lower() for person in found if person and not person.frozen]
    people += addresses_of(unit, start.dossier, start.talk.cc)
    return tuple(email for email in dict.fromkeys(people) if email != start.email)


def _admins(start: _Start) -> tuple[str, ...]:
    admins = (a.email.lower() for a in start.dossier.admins if not a.frozen)
    return tuple(email for email in admins if email != start.email)


def _refuse(unit: Unit, start: _Start, done: PassedOn) -> None:
    """Tell who wrote that nothing was passed on, and why."""
    office, _employees = get_office(unit.session, start.dossier.office)
    thread = Thread(dossier=start.dossier.name, subject=start.topic)
    letter = Post(
        key=f"transcript:{start.stored.id}",
        reader=reader_of(start.person, office),
        office=office,
        dossier=start.dossier.code,
        answers=start.stored,
        write=partial(write_passed_on, thread=thread, done=done),
    )
    post(unit, letter)
