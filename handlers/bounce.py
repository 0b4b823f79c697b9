"""One of our mails came back: see which, believe it if it can be true, and tell who must know.

A bounce proves nothing by itself: it has no sender. What it must know is the address b.<token>@
that only the servers on the way of that one mail have seen (VERP); it is another one than where
the answer goes, so that who was shown or forwarded the mail cannot make its reader unreachable.
"""

from datetime import timedelta

from handlers.context import Context, Unit
from handlers.correspondence import readers_at_office
from handlers.starting import Stray, bring_to_office
from handlers.undeliverable import note_passing, report_undeliverable, tell_office
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.mail import Mail, RecipientKind, StoredMail
from mailbot.domain.outbox import Failure, OutboxEntry, OutboxState
from mailbot.domain.token import Token
from mailbot.mail.address import read_recipient
from mailbot.mail.automatic import find_automatic
from mailbot.mail.bounce import Bounce, read_bounce
from mailbot.mail.bounce_reason import find_failure
from mailbot.mail.parse import parse_mail
from storage.definitions import find_dossier, get_office
from storage.mails import get_mail
from storage.outbox import find_entry, find_entry_from
from storage.reply_tokens import token_hash
from storage.tokens import find_token, find_token_of

#: servers try for five days (RFC 5321 §4.5.4.1); what comes much later is no bounce of ours
_LATEST = timedelta(days=14)
_READ = 1500


def handle(context: Context, job: Job) -> None:
    """Take note of one bounce, once."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    bounce = read_bounce(mail)
    failure = find_failure(
        status=bounce.status,
        # without a line that cites a code, what stands above the returned mail
        diagnostic=bounce.diagnostic or mail.text[:_READ],
        is_permanent=bounce.is_permanent,
    )
    is_written = find_automatic(mail, stored.envelope.envelope_sender) is None
    with context.transaction() as unit:
        entry = _entry(unit, stored)
        token = find_token_of(unit.session, entry.id) if entry else None
        if entry is None or token is None:
            _ignore(unit, stored, bounce, "nobody's")
        elif is_written:
            _bring(unit, stored, mail, token)
        elif not bounce.is_permanent:
            note_passing(unit, entry, bounce.diagnostic)
            _ignore(unit, stored, bounce, "passing")
        elif why := _why_unbelievable(stored, entry, token):
            _ignore(unit, stored, bounce, why)
        elif _is_about(bounce, entry) and _came_back(stored):
            report_undeliverable(unit, entry, token, why=failure, said=bounce.diagnostic)
        elif _came_back(stored):
            # a mailbox behind that of our reader: his own may well have taken it
            report_undeliverable(unit, entry, token, why=Failure.PASSING, said=bounce.diagnostic)
        else:
            tell_office(unit, entry, token, bounce.diagnostic, is_given_up=False)


def _bring(unit: Unit, stored: StoredMail, mail: Mail, token: Token) -> None:
    """Let the office read what no machine wrote, or one that does not say so.

    Nobody gets an answer: the next one could be a machine's again.
    """
    office, employees = get_office(unit.session, token.office)
    dossier = find_dossier(unit.session, token.dossier) if token.dossier else None
    readers = readers_at_office(unit.session, dossier, employees)
    reader = next((one for one in readers if one.email.lower() != stored.sender), None)
    if reader is not None:
        bring_to_office(unit, office, reader, Stray(stored=stored, mail=mail, dossier=dossier))


def _entry(unit: Unit, stored: StoredMail) -> OutboxEntry | None:
    """Return our mail that this is about: the one that left from this very address."""
    entry = find_entry_from(unit.session, stored.envelope_recipient)
    if entry is not None:
        return entry
    token = read_recipient(stored.envelope_recipient).token
    known = find_token(unit.session, token_hash(token)) if token else None
    return find_entry(unit.session, known.outbox_id) if known else None


def _came_back(stored: StoredMail) -> bool:
    """Whether it came to where bounces return, and not to where answers go."""
    return read_recipient(stored.envelope_recipient).kind is RecipientKind.BOUNCE


def _why_unbelievable(stored: StoredMail, entry: OutboxEntry, token: Token) -> str:
    """Return why our mail cannot have come back, "" when it can."""
    if token.spent_at is not None:
        return "answered"
    if entry.state is not OutboxState.SENT or entry.sent_at is None:
        return "not_sent"
    is_late = stored.envelope.received_at - entry.sent_at > _LATEST
    return "late" if is_late else ""


def _is_about(bounce: Bounce, entry: OutboxEntry) -> bool:
    return not bounce.recipients or entry.recipient in bounce.recipients


def _ignore(unit: Unit, stored: StoredMail, bounce: Bounce, why: str) -> None:
    unit.note(EventKind.MAIL_IGNORED, stored.id, why="bounce", status=bounce.status, because=why)
