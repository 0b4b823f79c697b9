"""One of our mails came back: mark the address, and tell who must know."""

from functools import partial

from handlers.context import Context, Unit
from handlers.correspondence import Post, dossier_manager, post, reader_of
from mailbot.compose.notices import write_bounce_notice
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.outbox import OutboxEntry
from mailbot.domain.people import EmployeeRole
from mailbot.domain.token import Token
from mailbot.mail.address import read_recipient
from mailbot.mail.bounce import read_bounce
from mailbot.mail.parse import parse_mail
from storage.definitions import find_dossier, get_office
from storage.mails import get_mail
from storage.outbox import find_entry
from storage.people import record_bounce
from storage.reply_tokens import token_hash
from storage.tokens import find_token


def handle(context: Context, job: Job) -> None:
    """Take note of one bounce; the VERP address says which mail of ours it was."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    bounce = read_bounce(mail)
    with context.transaction() as unit:
        token = _token(unit, stored.envelope_recipient)
        entry = find_entry(unit.session, token.outbox_id) if token else None
        if token is None or entry is None or not bounce.is_permanent:
            unit.note(EventKind.MAIL_IGNORED, stored.id, why="bounce", status=bounce.status)
            return
        report_undeliverable(unit, entry, token, bounce.diagnostic)


def report_undeliverable(unit: Unit, entry: OutboxEntry, token: Token, diagnostic: str) -> None:
    """Mark the address; tell the dossier manager, or the office's admin when it is his own."""
    record_bounce(unit.session, entry.recipient, at=unit.context.now(), diagnostic=diagnostic)
    unit.note(
        EventKind.ADDRESS_BOUNCED,
        entry.document_id or entry.id,
        address=entry.recipient,
        letter=entry.letter,
        diagnostic=diagnostic[:500],
    )
    office, employees = get_office(unit.session, token.office)
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    admins = [e for e in employees if e.role is EmployeeRole.ADMIN]
    manager = [dossier_manager(unit.session, dossier)] if dossier else []
    # never to the address that just bounced, and never about such a notice: no bounce of a bounce
    readers = [e for e in (*manager, *admins) if e.email.lower() != entry.recipient]
    if not readers or entry.letter == "bounce":
        return
    letter = Post(
        key=f"bounce:{entry.id}",
        reader=reader_of(readers[0], office),
        office=office,
        dossier=token.dossier,
        write=partial(
            write_bounce_notice,
            address=entry.recipient,
            undelivered=entry.subject,
            diagnostic=diagnostic,
        ),
    )
    post(unit, letter)


def _token(unit: Unit, envelope_recipient: str) -> Token | None:
    token = read_recipient(envelope_recipient).token
    return find_token(unit.session, token_hash(token)) if token else None
