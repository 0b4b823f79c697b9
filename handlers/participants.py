"""Finds who takes part in conversations, by name or address, and what they may read."""

from sqlmodel import Session

from handlers.correspondence import find_person
from mailbot.domain.conversation import Conversation, Message
from mailbot.domain.people import Dossier, Employee, Office, Person
from storage.conversations import conversations_about, messages_about
from storage.definitions import get_dossier, get_office


def find_named(session: Session, dossier: Dossier, wanted: str) -> Person | Employee | None:
    """Return the one person of dossier or office with this address, first name or full name."""
    _office, employees = get_office(session, dossier.office)
    known: list[Person | Employee] = [*dossier.people, *employees]
    name = wanted.strip().casefold()
    by_address = [p for p in known if p.email.lower() == name]
    by_name = [p for p in known if name in (p.first_name.casefold(), p.name.casefold())]
    found = {p.email.lower(): p for p in (by_address or by_name) if not p.frozen}
    return next(iter(found.values())) if len(found) == 1 else None


def read_messages(session: Session, document_id: str, reader: Person | Employee) -> list[Message]:
    """Return what somebody may read of what was said about a document, oldest first.

    Remarks belong to no conversation. The office reads along everywhere but in private.
    """
    email = reader.email.lower()
    mine = {c.id for c in conversations_about(session, document_id) if email in c.readers}
    return [
        message
        for message in messages_about(session, document_id, email)
        if not message.conversation_id
        or message.conversation_id in mine
        or isinstance(reader, Employee)
    ]


def office_of(session: Session, conversation: Conversation) -> Office:
    """Return the office whose client it is with."""
    office, _employees = get_office(session, get_dossier(session, conversation.dossier).office)
    return office


def people_of(
    session: Session, dossier: Dossier, conversation: Conversation, message: Message
) -> tuple[Person | Employee, ...]:
    """Return everyone who gets a message: who reads along and may read it, but not its author."""
    emails = [e for e in conversation.readers if e != message.author and message.is_for(e)]
    found = (find_person(session, dossier, email) for email in emails)
    return tuple(person for person in found if person is not None and not person.frozen)
