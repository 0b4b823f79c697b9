"""A provider asks whether mail may be forwarded to us: whoever set the rule is told what it says.

mailbot opens no link and confirms nothing: with that, all mail of a mailbox would come here.
"""

from functools import partial

from handlers.context import Context, Unit
from handlers.correspondence import Post, dossier_manager, post, reader_of, readers_at_office
from mailbot.compose.notices import write_forwarding_notice
from mailbot.domain.clock import local_date
from mailbot.domain.job import Job
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Office, Person
from mailbot.mail.address import read_recipient
from mailbot.mail.forwarding import ForwardingRequest, find_forwarding_request
from mailbot.mail.parse import parse_mail
from mailbot.rules.access import proves
from storage.definitions import find_dossier, first_office, get_office
from storage.mails import get_mail


def handle(context: Context, job: Job) -> None:
    """Tell the dossier's admins, else the office, about one such mail: once a day per mailbox."""
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    request = find_forwarding_request(mail)
    if request is None:
        return
    is_genuine = proves(stored.envelope.authentication, mail.sender)
    with context.transaction() as unit:
        code = read_recipient(stored.envelope_recipient).dossier
        dossier = find_dossier(unit.session, code) if code else None
        found = get_office(unit.session, dossier.office) if dossier else first_office(unit.session)
        if found is None:
            return
        office, employees = found
        for person in _readers(unit, dossier, employees):
            _tell(unit, office, person, stored, request, is_genuine=is_genuine)


def _readers(
    unit: Unit, dossier: Dossier | None, employees: tuple[Employee, ...]
) -> list[Person | Employee]:
    if dossier is not None:
        admins = [person for person in dossier.admins if not person.frozen]
        return [*admins] or [dossier_manager(unit.session, dossier)]
    return [*readers_at_office(unit.session, None, employees)[:1]]


def _tell(  # noqa: PLR0917 - who is told what about which mail
    unit: Unit,
    office: Office,
    person: Person | Employee,
    stored: StoredMail,
    request: ForwardingRequest,
    *,
    is_genuine: bool,
) -> None:
    # anybody can let a provider ask: who asks all day long is told of once
    day = local_date(unit.context.now(), office.time_zone)
    proof = "genuine" if is_genuine else "unproved"
    about = f"{stored.envelope_recipient}:{request.provider}:{request.mailbox}:{day}:{proof}"
    letter = Post(
        key=f"forwarding:{about}:{person.email.lower()}",
        reader=reader_of(person, office),
        office=office,
        dossier=stored.dossier,
        write=partial(
            write_forwarding_notice,
            provider=request.provider,
            mailbox=request.mailbox,
            address=stored.envelope_recipient,
            code=request.code,
            # a link of somebody unknown is not passed on
            link=request.link if is_genuine else "",
            is_genuine=is_genuine,
        ),
    )
    post(unit, letter)
