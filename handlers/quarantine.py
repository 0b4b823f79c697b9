"""A sender is not on the whitelist: ask the dossier's admin whether he is welcome."""

from functools import partial

from handlers.asking import Showing, show
from handlers.context import Context
from handlers.correspondence import dossier_manager
from handlers.quarantined import waiting_from
from handlers.welcome import judge_welcome
from mailbot.compose.requests import write_quarantine_request
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.job import Job
from mailbot.mail.parse import parse_mail
from storage.definitions import get_dossier, get_office
from storage.documents import get_document
from storage.mails import get_mail


def handle(context: Context, job: Job) -> None:
    """Ask the dossier's admins about this sender, once a day with all that waits from him.

    The question is about the oldest document that waits; what comes the same day changes nothing.
    About a blocked sender nobody is asked: what came in all the same stands in the daily list.
    """
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.QUARANTINED or document.on_hold:
            return
        dossier = get_dossier(unit.session, document.dossier)
        first, *others = waiting_from(unit.session, dossier.code, document.delivered_by)
        stored = get_mail(unit.session, first.mail_id)
        if judge_welcome(unit.session, dossier, stored).is_blocked:
            return
        office, _employees = get_office(unit.session, dossier.office)
        day = local_date(context.now(), office.time_zone)
        mail = parse_mail(context.blobs.get(stored.sha256))
        for person in dossier.admins or (dossier_manager(unit.session, dossier),):
            show(
                unit,
                first,
                dossier,
                Showing(
                    to=person,
                    key=f"quarantine:{first.id}:{first.version}:{day}",
                    shown=Shown.QUARANTINE,
                    subject=first.delivered_by,
                    write=partial(
                        write_quarantine_request,
                        sender=mail.sender,
                        is_authenticated=stored.envelope.authentication.aligned,
                        others=others,
                    ),
                ),
            )
