"""Who sent a mail, against what the office knows of senders; shared by handlers."""

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session

from handlers.context import Context
from mailbot.domain.domain_names import organisation
from mailbot.domain.mail import Mail, StoredMail
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.domain.seen_senders import SeenSender, answers_of
from mailbot.mail.from_domain import read_domain
from mailbot.mail.parse import parse_mail
from mailbot.rules.suspicion import KnownSenders, find_suspicions, name_key
from storage.definitions import get_office
from storage.senders import proved_domains, record_sender, seen_with_address, seen_with_name

#: addresses of one Reply-To that are looked at
_MOST_REPLIES = 5
#: proved mails with a Reply-To, this one among them, after which it is no news
_USUAL_REPLIES = 3


def note_sender(session: Session, office: str, stored: StoredMail, mail: Mail) -> None:
    """Remember that this address, under this name, sent a mail to the office."""
    at = stored.envelope.received_at
    seen = SeenSender(
        address=mail.sender.address,
        name=name_key(mail.sender.display_name),
        mails=1,
        proved=int(_is_proved(stored)),
        first_at=at,
        last_at=at,
    )
    domain = organisation(read_domain(mail.sender.domain))
    record_sender(session, office, seen, domain=domain, mail=stored.id)
    for one in mail.reply_to[:_MOST_REPLIES]:
        if one.address != mail.sender.address:
            answered = replace(seen, address=one.address, name=answers_of(mail.sender.address))
            # not a domain that we know: nobody there has written
            record_sender(session, office, answered, domain="", mail=stored.id)


def sender_warnings(
    context: Context,
    session: Session,
    stored: StoredMail,
    dossier: Dossier,
    *,
    expects_known_sender: bool,
) -> list[str]:
    """Return what is odd about the sender of a mail, as warnings on what it brought."""
    mail = parse_mail(context.blobs.get(stored.sha256))
    return find_suspicions(
        mail.sender,
        mail.reply_to,
        stored.envelope.authentication,
        _known_senders(session, stored, mail, dossier, our_domain=context.settings.service.domain),
        expects_known_sender=expects_known_sender,
    )


def _known_senders(
    session: Session, stored: StoredMail, mail: Mail, dossier: Dossier, *, our_domain: str
) -> KnownSenders:
    office, employees = get_office(session, dossier.office)
    people: tuple[Person | Employee, ...] = (*employees, *dossier.people)
    ours = {
        our_domain,
        office.address.rpartition("@")[2],
        *(one.email.rpartition("@")[2] for one in people),
    }
    known = (read_domain(one) for one in ours)
    proved = proved_domains(session, office.code, before_mail=stored.id)
    key = name_key(mail.sender.display_name)
    same_address = seen_with_address(
        session, office.code, mail.sender.address, before_mail=stored.id
    )
    of_itself = [one for one in same_address if ":" not in one.name]
    return KnownSenders(
        people=_names(people),
        domains=frozenset((*filter(None, known), *proved)),
        same_address=[_before(stored, seen, key) for seen in of_itself],
        same_name=seen_with_name(session, office.code, key, before_mail=stored.id),
        usual_replies=_usual_replies(session, office.code, stored, mail),
    )


def _usual_replies(session: Session, office: str, stored: StoredMail, mail: Mail) -> list[str]:
    """Return those of a mail's Reply-To that proved mails of its sender had before."""
    name = answers_of(mail.sender.address)
    counts = {
        one.address: seen.proved
        for one in mail.reply_to[:_MOST_REPLIES]
        for seen in seen_with_address(session, office, one.address, before_mail=stored.id)
        if seen.name == name
    }
    return [address for address, proved in counts.items() if proved > _USUAL_REPLIES]


def _before(stored: StoredMail, seen: SeenSender, key: str) -> SeenSender:
    """Return what was seen without the mail that is judged: it was counted when it came."""
    if seen.name != key:
        return seen
    proved = seen.proved - int(_is_proved(stored))
    return replace(seen, mails=seen.mails - 1, proved=proved)


def _names(people: Iterable[Person | Employee]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in people:
        found.setdefault(name_key(one.name), set()).add(one.email.lower())
    return found


def _is_proved(stored: StoredMail) -> bool:
    authentication = stored.envelope.authentication
    return authentication.aligned and authentication.source != "import"
