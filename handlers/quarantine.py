"""A sender is not on the whitelist: ask the dossier's admin whether he is welcome."""

from functools import partial

from handlers.asking import Showing, show
from handlers.context import Context
from handlers.correspondence import dossier_manager
from mailbot.compose.requests import write_quarantine_request
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.job import Job
from mailbot.mail.parse import parse_mail
from storage.definitions import get_dossier
from storage.documents import get_document
from storage.mails import get_mail
from storage.people import find_verdict


def handle(context: Context, job: Job) -> None:
    """Ask the dossier's admins once about this sender; a blocked one is not asked about."""
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.QUARANTINED or document.on_hold:
            return
        dossier = get_dossier(unit.session, document.dossier)
        if find_verdict(unit.session, dossier.code, document.delivered_by) == "block":
            return
        stored = get_mail(unit.session, document.mail_id)
        mail = parse_mail(context.blobs.get(stored.sha256))
        for person in dossier.admins or (dossier_manager(unit.session, dossier),):
            show(
                unit,
                document,
                dossier,
                Showing(
                    to=person,
                    key=f"quarantine:{document.id}:{document.version}",
                    shown=Shown.QUARANTINE,
                    subject=document.delivered_by,
                    write=partial(
                        write_quarantine_request,
                        sender=mail.sender,
                        is_authenticated=stored.envelope.authentication.aligned,
                    ),
                ),
            )
