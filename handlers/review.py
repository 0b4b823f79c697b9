"""A booking proposal waits for a look: ask the office's or the client's reviewers."""

from functools import partial

from handlers.asking import Showing, show
from handlers.context import Context
from handlers.correspondence import dossier_manager, find_person
from handlers.learned import choosable_templates
from mailbot.compose.requests import write_review_request
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.job import Job
from mailbot.rules.flow import reviewers
from storage.definitions import get_dossier
from storage.documents import get_document


def handle(context: Context, job: Job) -> None:
    """Ask each reviewer once for this version of the document."""
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.TO_REVIEW or document.on_hold:
            return
        dossier = get_dossier(unit.session, document.dossier)
        step = len(document.reviewed_by)
        ways = choosable_templates(unit.session, document, dossier)
        choices = [([part.ledger_account for part in w.parts], w.n_bookings) for w in ways]
        for email in reviewers(document, dossier):
            person = find_person(unit.session, dossier, email)
            if person is None or person.frozen:
                # only a dossier manager can be: the clients who are asked decide
                person = dossier_manager(unit.session, dossier)
            show(
                unit,
                document,
                dossier,
                Showing(
                    to=person,
                    key=f"review:{document.id}:{document.version}:{step}",
                    shown=Shown.REVIEW,
                    write=partial(write_review_request, choices=choices),
                ),
            )
