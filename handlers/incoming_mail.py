"""A mail was kept: read it, see whether a person wrote it, and say what must happen with it."""

from dataclasses import replace

from sqlmodel import Session

from handlers.context import Context, Unit
from handlers.correspondence import is_proved
from handlers.infected import set_aside
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import (
    Automatic,
    Mail,
    MailState,
    Recipient,
    RecipientKind,
    StoredMail,
)
from mailbot.mail.address import read_recipient
from mailbot.mail.automatic import find_automatic
from mailbot.mail.forwarding import find_forwarding_request
from mailbot.mail.parse import parse_mail
from storage.addresses import forget_reach
from storage.definitions import find_dossier, is_office_address
from storage.mails import find_earlier_copy, get_mail, lock_address, update_mail
from storage.outbox import has_message_id

#: what a mail to each kind of address is about; automatic mail only ever delivers or bounces
_ROUTES = {
    RecipientKind.DELIVER: JobKind.NEW_DOCUMENTS,
    RecipientKind.REPLY: JobKind.REPLY,
    RecipientKind.QUESTION: JobKind.CONVERSATION,
    RecipientKind.COMMANDS: JobKind.CONVERSATION,
    RecipientKind.POSTMASTER: JobKind.CONVERSATION,
    RecipientKind.BOUNCE: JobKind.BOUNCE,
}

#: addresses of ours that never send
_NOBODYS = (RecipientKind.REPLY, RecipientKind.BOUNCE, RecipientKind.COMMANDS)
#: addresses that people write down as where their mail is to be forwarded to
_MAY_BE_ASKED = (JobKind.NEW_DOCUMENTS, JobKind.CONVERSATION)


def handle(context: Context, job: Job) -> None:
    """Route one mail, once; one that holds a virus stays as it came.

    `job.ids`: mail, and released when an operator lets one in all the same.
    """
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    is_released = stored.state is MailState.INFECTED and "released" in job.ids
    if stored.state is not MailState.ACCEPTED and not is_released:
        return
    raw = context.blobs.get(stored.sha256)
    virus = "" if is_released else context.find_virus(raw)
    mail = parse_mail(raw)
    automatic = find_automatic(mail, stored.envelope.envelope_sender)
    recipient = read_recipient(stored.envelope_recipient)
    with context.transaction() as unit:
        known = _learn(unit.session, stored, mail, recipient)
        if virus:
            set_aside(unit, known, mail, virus)
            return
        if automatic is None:
            _heal(unit, known)
        if _is_own(unit, mail):
            _ignore(unit, known, "own_mail")
        else:
            why = automatic.value if automatic else recipient.kind.value
            _route(unit, known, _find_job(mail, recipient, automatic), why)


def _heal(unit: Unit, stored: StoredMail) -> None:
    """Write again to whoever writes to us, if it is really he."""
    if is_proved(unit.context, stored) and forget_reach(unit.session, stored.sender):
        unit.note(EventKind.ADDRESS_HEALED, stored.id, stored.sender)


def _is_own(unit: Unit, mail: Mail) -> bool:
    """Whether a mail of ours came back, by a rule or an alias that forwards everything.

    A person who forwards one is another sender, with another Message-ID. A server on the way may
    change the Message-ID; that a machine wrote it, it leaves. People of the office may well have
    mailboxes in the same domain as we.
    """
    if has_message_id(unit.session, mail.message_id):
        return True
    is_here = mail.sender.domain == unit.context.settings.service.domain.lower()
    if is_here and read_recipient(mail.sender.address).kind in _NOBODYS:
        return True
    is_machine = mail.header("auto-submitted").lower().startswith("auto")
    return is_machine and is_office_address(unit.session, mail.sender.address)


def _learn(session: Session, stored: StoredMail, mail: Mail, recipient: Recipient) -> StoredMail:
    dossier = find_dossier(session, recipient.dossier) if recipient.dossier else None
    return replace(
        stored,
        message_id=mail.message_id,
        subject=mail.subject,
        sender=mail.sender.address,
        dossier=dossier.code if dossier else "",
    )


def _route(unit: Unit, stored: StoredMail, kind: JobKind | None, why: str) -> None:
    """Put the job that follows unless a copy of the mail was here; `why` there is none."""
    lock_address(unit.session, stored.envelope_recipient)
    earlier = find_earlier_copy(unit.session, stored)
    if earlier is not None:
        repeated = replace(stored, state=MailState.REPEATED, repeat_of=earlier.id)
        update_mail(unit.session, repeated)
        unit.note(EventKind.MAIL_REPEATED, stored.id, repeat_of=earlier.id)
        return
    if kind is None:
        _ignore(unit, stored, why)
        return
    update_mail(unit.session, replace(stored, state=MailState.READ))
    unit.note(EventKind.MAIL_ROUTED, stored.id, to=kind.value)
    unit.put(kind, key=stored.id, mail=stored.id)


def _find_job(mail: Mail, recipient: Recipient, automatic: Automatic | None) -> JobKind | None:
    """Return what must happen with a mail; None: nothing, for no person wrote it (RFC 3834)."""
    kind = _ROUTES.get(recipient.kind)
    if kind in _MAY_BE_ASKED and find_forwarding_request(mail):
        return JobKind.FORWARDING
    if kind is JobKind.NEW_DOCUMENTS:
        # what a mail system returns was sent by somebody else, in our name perhaps
        return None if automatic is Automatic.BOUNCE else kind
    if automatic is not None:
        return JobKind.BOUNCE if automatic is Automatic.BOUNCE else None
    return kind


def _ignore(unit: Unit, stored: StoredMail, why: str) -> None:
    update_mail(unit.session, replace(stored, state=MailState.IGNORED))
    unit.note(EventKind.MAIL_IGNORED, stored.id, why=why)
