"""A document waits for approval: ask everyone whose turn it is.

Where approvers are asked in order, the next is asked when the one before has approved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from handlers.asking_approvers import ask_approver
from handlers.context import Context, Unit
from handlers.stand_ins import stand_ins
from mailbot.domain.approval import Approval
from mailbot.domain.document import Status
from mailbot.domain.job import Job
from mailbot.domain.people import Dossier
from mailbot.rules.approval import due
from storage.approvals import approvals_of, record_approvals
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
        waiting = due(approvals)
        for approver in _readers(unit, dossier, waiting):
            decided = [a for a in approvals if approver in (a.approver, a.decided_by)]
            # who has decided a part of this version is asked anew about another one
            done = sum(a.decided_at is not None and a.version == document.version for a in decided)
            key = f"approval:{document.id}:{document.version}{f':{done}' if done else ''}"
            ask_approver(unit, document, dossier, approver, key=key)
        now = context.now()
        asked = [replace(a, asked_at=now) for a in waiting if a.asked_at is None]
        record_approvals(unit.session, asked)


def _readers(unit: Unit, dossier: Dossier, waiting: Sequence[Approval]) -> Iterator[str]:
    """Yield each approver once, who stands in for them today, and who may decide instead."""
    now = unit.context.now()
    approvers = [a.approver for a in waiting]
    beside = [e for a in approvers for e in stand_ins(unit.session, dossier, a, now)]
    instead = [a.escalated_to for a in waiting if a.escalated_to]
    yield from dict.fromkeys((*approvers, *beside, *instead))
