"""A document waits for approval: ask everyone whose part is still open."""

from collections.abc import Iterator, Sequence
from functools import partial

from handlers.asking import Showing, show
from handlers.context import Context, Unit
from handlers.correspondence import find_person
from handlers.stand_ins import places, stand_ins
from mailbot.compose.requests import write_approval_request
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job
from mailbot.domain.people import Dossier
from mailbot.rules.approval import parts_for
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
        for approver in _readers(unit, dossier, waiting):
            taken = places(unit.session, dossier, approver, context.now())
            parts = parts_for(approvals, approver, taken, document)
            rules = tuple(dict.fromkeys(part.rule for part in parts))
            mine = {part.approver for part in parts}
            emails = {a.approver for a in approvals if a.rule in rules} - mine - {approver}
            others = [find_person(unit.session, dossier, email) for email in sorted(emails)]
            absent = [find_person(unit.session, dossier, e) for e in sorted(mine - {approver})]
            person = find_person(unit.session, dossier, approver)
            if person is None or not parts:
                continue  # `mailbot apply` gives what waits for who left to somebody else
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
                        in_place_of=tuple(other.name for other in absent if other),
                    ),
                ),
            )
            about = ", ".join(rules)
            unit.note(EventKind.APPROVAL_ASKED, document.id, approver, rules=about)


def _readers(unit: Unit, dossier: Dossier, waiting: Sequence[Approval]) -> Iterator[str]:
    """Yield each approver once, and who stands in for them today."""
    now = unit.context.now()
    approvers = [a.approver for a in waiting]
    beside = [e for a in approvers for e in stand_ins(unit.session, dossier, a, now)]
    yield from dict.fromkeys((*approvers, *beside))
