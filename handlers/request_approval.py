"""A document waits for approval: ask everyone whose part is still open."""

from functools import partial

from handlers.asking import Showing, show
from handlers.context import Context
from handlers.correspondence import find_person
from mailbot.compose.requests import write_approval_request
from mailbot.domain.approval import ApprovalState
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from storage.approvals import approvals_of
from storage.definitions import get_dossier
from storage.documents import get_document


def handle(context: Context, job: Job) -> None:
    """Ask each approver once for this version of the document."""
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if document.status is not Status.TO_APPROVE or document.on_hold:
            return
        dossier = get_dossier(unit.session, document.dossier)
        approvals = approvals_of(unit.session, document.id)
        waiting = [a for a in approvals if a.state is ApprovalState.OPEN]
        for approver in dict.fromkeys(a.approver for a in waiting):
            rules = tuple(a.rule for a in waiting if a.approver == approver)
            emails = {a.approver for a in approvals if a.rule in rules} - {approver}
            others = [find_person(unit.session, dossier, email) for email in sorted(emails)]
            person = find_person(unit.session, dossier, approver)
            if person is None:
                continue  # `mailbot apply` refuses rules with unknown approvers
            show(
                unit,
                document,
                dossier,
                Showing(
                    to=person,
                    key=f"approval:{document.id}:{document.version}",
                    shown=Shown.APPROVAL,
                    write=partial(
                        write_approval_request,
                        rules=rules,
                        together_with=tuple(other.first_name for other in others if other),
                    ),
                ),
            )
            about = ", ".join(rules)
            unit.note(EventKind.APPROVAL_ASKED, document.id, approver, rules=about)
