"""A mail holds something harmful: it is set aside unopened, and who must know is told."""

from dataclasses import replace
from functools import partial

from handlers.context import Unit
from handlers.correspondence import (
    Post,
    find_person,
    is_proved,
    post,
    reader_of,
    readers_at_office,
)
from mailbot.compose.notices import write_infected_notice
from mailbot.domain.events import EventKind
from mailbot.domain.mail import Mail, MailState, StoredMail
from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.mail.address import read_recipient
from storage.definitions import find_dossier, first_office, get_office
from storage.mails import update_mail
from storage.reply_tokens import token_hash
from storage.tokens import find_token


def set_aside(unit: Unit, stored: StoredMail, mail: Mail, virus: str) -> None:
    """Keep the mail as it is; tell the office, and its sender if he is known and proved."""
    update_mail(unit.session, replace(stored, state=MailState.INFECTED))
    unit.note(EventKind.MAIL_INFECTED, stored.id, stored.sender, virus=virus)
    found = _place(unit, stored)
    if found is None:
        return
    office, employees, dossier = found
    readers = readers_at_office(unit.session, dossier, employees)
    told: dict[str, Person | Employee] = {r.email.lower(): r for r in readers[:1]}
    sender = find_person(unit.session, dossier, stored.sender) if dossier else None
    if sender is not None and is_proved(unit.context, stored):
        told[sender.email.lower()] = sender
    for email, reader in told.items():
        is_sender = email == stored.sender
        letter = Post(
            key=f"infected:{stored.id}:{email}",
            reader=reader_of(reader, office),
            office=office,
            dossier=dossier.code if dossier else "",
            answers=stored if is_sender else None,
            write=partial(
                write_infected_notice,
                mail_subject=mail.subject,
                virus=virus,
                sender="" if is_sender else stored.sender,
                mail_id=stored.id,
            ),
        )
        post(unit, letter)


def _place(
    unit: Unit, stored: StoredMail
) -> tuple[Office, tuple[Employee, ...], Dossier | None] | None:
    """Return the office, and dossier if any, that the mail was for."""
    recipient = read_recipient(stored.envelope_recipient)
    token = find_token(unit.session, token_hash(recipient.token)) if recipient.token else None
    code = recipient.dossier or (token.dossier if token else "")
    dossier = find_dossier(unit.session, code) if code else None
    if dossier is not None:
        return (*get_office(unit.session, dossier.office), dossier)
    found = get_office(unit.session, token.office) if token else first_office(unit.session)
    return (*found, None) if found else None
