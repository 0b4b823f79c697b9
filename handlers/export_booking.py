"""A document is complete: make the booking, deliver it, or say which field must be mended."""

from dataclasses import replace
from functools import partial

from connectors.base import ExportJob
from connectors.delivery import deliver_to_folder
from connectors.registry import find_connector
from handlers.asking import Showing, show
from handlers.context import Context, Unit
from handlers.correspondence import Post, dossier_manager, post
from handlers.progress import change_status
from mailbot.compose.exports import write_export_mail, write_export_problem
from mailbot.domain.booking import BookingProposal, ExportFile, Problem
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.people import Dossier
from mailbot.rules.booking import propose_booking
from storage.definitions import get_dossier, get_office
from storage.documents import find_export, get_document, record_document, record_export


def handle(context: Context, job: Job) -> None:
    """Export one document, once: the booking's key makes a second export the same one."""
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.TO_EXPORT:
            return
