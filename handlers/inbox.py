"""A document lies in the client's inbox (postbus): tell who may send it to the office."""

from handlers.asking import Showing, show
from handlers.context import Context
from handlers.correspondence import dossier_manager
from mailbot.compose.requests import write_inbox_notice
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.job import Job
from storage.definitions import get_dossier
from storage.documents import get_document


def handle(context: Context, job: Job) -> None:
    """Ask the dossier's admins once for this version of the document."""
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.INBOX or document.on_hold:
            return
        dossier = get_dossier(unit.session, document.dossier)
        for person in dossier.admins or (dossier_manager(unit.session, dossier),):
            show(
                unit,
                document,
                dossier,
                Showing(
                    to=person,
                    key=f"inbox:{document.id}:{document.version}",
                    shown=Shown.INBOX,
                    write=write_inbox_notice,
                ),
            )
