"""Approval rules changed: who left one decides no more, and who came into one is asked.

Shared by handlers.
"""

from collections.abc import Iterator

from handlers.context import Unit
from handlers.progress import advance
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.domain.people import Definition, Dossier, Employee
from mailbot.rules.approval import propose_approvals, without_parts
from mailbot.rules.flow import waits_for_reading
from storage.approvals import approvals_of, record_approvals
from storage.documents import documents_in

#: where approvals may wait
_WAITING = (Status.QUARANTINED, Status.INBOX, Status.TO_REVIEW, Status.TO_APPROVE)

#: name of a rule and address of an approver
Part = tuple[str, str]


def follow_rules(unit: Unit, before: Definition, after: Definition) -> None:
    """Withdraw the open parts of approvers who left a rule, and ask those who came into one.

    What was passed on or handed over to somebody who was in no rule stays with them. What was
    approved stays approved.
    """
    old = {dossier.code: dossier for dossier in before.dossiers}
    for dossier in after.dossiers:
        had = set(_parts(old[dossier.code])) if dossier.code in old else set()
        have = set(_parts(dossier))
        if had != have:
            for document in documents_in(unit.session, [dossier.code], _WAITING):
                _follow(
                    unit, document, dossier, after.employees, left=had - have, stays=had & have
                )


def _parts(dossier: Dossier) -> Iterator[Part]:
    for rule in dossier.approval_rules:
        if rule.active:
            yield from ((rule.name, approver.lower()) for approver in rule.approvers)


def _follow(
    unit: Unit,
    document: Document,
    dossier: Dossier,
    employees: tuple[Employee, ...],
    *,
    left: set[Part],
    stays: set[Part],
) -> None:
    known = approvals_of(unit.session, document.id)
    withdrawn = without_parts(known, left)
    counting = {_part(a) for a in withdrawn if a.state is not ApprovalState.CANCELLED}
    # who was asked before and stays has decided, or passed it on
    asked = counting | {part for part in stays if part in map(_part, known)}
    fresh = [
        approval
        for approval in propose_approvals(document, dossier, employees, known=known)
        if _part(approval) not in asked and not _is_settled(approval.rule, known)
    ]
    if waits_for_reading(document):
        fresh = []  # no rule is judged yet
    if withdrawn == known and not fresh:
        return
    record_approvals(unit.session, (*withdrawn, *fresh))
    facts = {
        "was": ", ".join(sorted({who for _rule, who in left})),
        "to": ", ".join(sorted({approval.approver for approval in fresh})),
    }
    unit.note(EventKind.APPROVAL_HANDED_OVER, document.id, **facts)
    if document.status is Status.TO_APPROVE:
        advance(unit, document, dossier)
        key = f"{document.id}:{unit.context.new_id()}"
        unit.put(JobKind.REQUEST_APPROVAL, key=key, document=document.id)


def _is_settled(rule: str, known: tuple[Approval, ...]) -> bool:
    """Whether the one answer that the rule asks for was given."""
    return any(
        a.rule == rule and a.mode == "one" and a.state is ApprovalState.APPROVED for a in known
    )


def _part(approval: Approval) -> Part:
    return approval.rule, approval.approver
