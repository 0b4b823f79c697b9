"""A mail was kept: read it, see whether a person wrote it, and say what must happen with it."""

from dataclasses import replace

from sqlmodel import Session

from handlers.context import Context, Unit
from handlers.correspondence import is_proved
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import (
    Automatic,
    Channel,
    Mail,
    MailState,
    Recipient,
    RecipientKind,
    StoredMail,
)
from mailbot.mail.address import read_recipient
from mailbot.mail.automatic import find_automatic
from mailbot.mail.parse import parse_mail
from storage.addresses import forget_reach
from storage.definitions import all_definitions, find_dossier
from storage.mails import find_earlier_copy, get_mail, lock_address, update_mail

#: what a mail to each kind of address is about; automatic mail only ever delivers or bounces
_ROUTES = {
    RecipientKind.DELIVER: JobKind.NEW_DOCUMENTS,
    RecipientKind.REPLY: JobKind.REPLY,
    RecipientKind.QUESTION: JobKind.CONVERSATION,
    RecipientKind.COMMANDS: JobKind.CONVERSATION,
    RecipientKind.POSTMASTER: JobKind.CONVERSATION,
    RecipientKind.BOUNCE: JobKind.BOUNCE,
}


def handle(context: Context, job: Job) -> None:
    """Route one mail, once."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    if stored.state is not MailState.ACCEPTED:
        return
    mail = parse_mail(context.blobs.get(stored.sha256))
    automatic = find_automatic(mail, stored.envelope.envelope_sender)
    recipient = read_recipient(stored.envelope_recipient)
    with context.transaction() as unit:
        known = _learn(unit.session, stored, mail, recipient)
        if automatic is None:
            _heal(unit, known)
        if stored.envelope.channel is not Channel.IMPORT and _is_own(unit, mail):
            _ignore(unit, known, "own_mail")
        else:
            _route(unit, known, recipient, automatic)


def _heal(unit: Unit, stored: StoredMail) -> None:
    """Write again to whoever writes to us, if it is really he."""
    if is_proved(unit.context, stored) and forget_reach(unit.session, stored.sender):
        unit.note(EventKind.ADDRESS_HEALED, stored.id, stored.sender)


def _is_own(unit: Unit, mail: Mail) -> bool:
    """Whether a mail of ours came back, by a rule or an alias that forwards everything.

    A person who forwards one is another sender; a server may give it another Message-ID.
    """
    domain = unit.context.settings.service.domain.lower()
    if mail.sender.domain == domain or mail.message_id.lower().endswith(f"@{domain}>"):
        return True
    offices = {each.office.address.lower() for each in all_definitions(unit.session)}
    is_machine = mail.header("auto-submitted").lower().startswith("auto")
    return is_machine and mail.sender.address in offices


def _learn(session: Session, stored: StoredMail, mail: Mail, recipient: Recipient) -> StoredMail:
    dossier = find_dossier(session, recipient.dossier) if recipient.dossier else None
    return replace(
        stored,
        message_id=mail.message_id,
        subject=mail.subject,
        sender=mail.sender.address,
        dossier=dossier.code if dossier else "",
    )


def _route(
    unit: Unit,
    stored: StoredMail,
    recipient: Recipient,
    automatic: Automatic | None,
) -> None:
    lock_address(unit.session, stored.envelope_recipient)
    earlier = find_earlier_copy(unit.session, stored)
    if earlier is not None:
        repeated = replace(stored, state=MailState.REPEATED, repeat_of=earlier.id)
        update_mail(unit.session, repeated)
        unit.note(EventKind.MAIL_REPEATED, stored.id, repeat_of=earlier.id)
        return
    kind = _ROUTES.get(recipient.kind)
    if automatic is Automatic.BOUNCE and kind is not JobKind.NEW_DOCUMENTS:
        kind = JobKind.BOUNCE
    elif automatic is not None and kind is not JobKind.NEW_DOCUMENTS:
        kind = None  # automatic mail never commands and is never answered (RFC 3834)
    elif kind is JobKind.BOUNCE:
        # an absence goes there, too; what no machine wrote, a person of the office reads
        kind = JobKind.CONVERSATION
    if kind is None:
        _ignore(unit, stored, automatic.value if automatic else recipient.kind.value)
        return
    update_mail(unit.session, replace(stored, state=MailState.READ))
    unit.note(EventKind.MAIL_ROUTED, stored.id, to=kind.value)
    unit.put(kind, key=stored.id, mail=stored.id)


def _ignore(unit: Unit, stored: StoredMail, why: str) -> None:
    update_mail(unit.session, replace(stored, state=MailState.IGNORED))
    unit.note(EventKind.MAIL_IGNORED, stored.id, why=why)
