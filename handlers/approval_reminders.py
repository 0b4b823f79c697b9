"""Approvals that nobody gives: the approver is reminded, in the end somebody else may decide.

Days are working days at the office; what a rule says of them stands in `rules/escalation.py`.
Shared by handlers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.asking_approvers import ask_approver
from handlers.context import Context, Unit
from handlers.stand_ins import stand_ins
from mailbot.domain.approval import Approval
from mailbot.domain.calendar import is_working_day
from mailbot.domain.clock import local_date, local_hour
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.people import Dossier
from mailbot.rules.approval import due
from mailbot.rules.escalation import find_escalation, judge_waiting, rule_of
from storage.approvals import approvals_asked_before, approvals_of, record_approvals
from storage.definitions import get_dossier, get_office
from storage.documents import find_document, get_document

#: what was asked since has not waited for a working day
_SOONEST = timedelta(hours=6)


def remind_approvers(context: Context) -> None:
    """Look at every approval that waits; each is reminded, or laid before somebody else, once."""
    for document_id in _waiting(context):
        with context.transaction() as unit:
            _remind(unit, document_id)


def _waiting(context: Context) -> Sequence[str]:
    """Return the documents with an approval that a rule says something of."""
    found: dict[str, None] = {}
    with context.database.reading() as session:
        for approval in approvals_asked_before(session, context.now() - _SOONEST):
            document = find_document(session, approval.document_id, is_locked=False)
            if document is None or document.status is not Status.TO_APPROVE:
                continue
            rule = rule_of(approval, get_dossier(session, document.dossier))
            if rule is not None and (rule.remind_after or rule.escalate_after):
                found[document.id] = None
    return tuple(found)


def _remind(unit: Unit, document_id: str) -> None:
    document = get_document(unit.session, document_id)
    dossier = get_dossier(unit.session, document.dossier)
    office, _employees = get_office(unit.session, dossier.office)
    now = unit.context.now()
    today = local_date(now, office.time_zone)
    is_time = is_working_day(today, office.time_zone)
    is_time = is_time and local_hour(now, office.time_zone) >= office.digest_hour
    if document.status is not Status.TO_APPROVE or document.on_hold or not is_time:
        return
    for approval in due(approvals_of(unit.session, document.id)):
        judged = judge_waiting(approval, dossier, today=today, time_zone=office.time_zone)
        laid = approval
        if judged.is_to_escalate:
            laid = _lay_before_another(unit, document, dossier, approval)
        if judged.is_to_remind:
            _remind_one(unit, document, dossier, laid)


def _lay_before_another(
    unit: Unit, document: Document, dossier: Dossier, approval: Approval
) -> Approval:
    """Let somebody else decide, too; the approver still may, and the first answer counts."""
    _office, employees = get_office(unit.session, dossier.office)
    known = approvals_of(unit.session, document.id)
    to = find_escalation(approval, known, document, dossier=dossier, employees=employees)
    if not to:
        return approval
    laid = replace(approval, escalated_to=to)
    record_approvals(unit.session, [laid])
    facts = {"rule": approval.rule, "was": approval.approver, "to": to, "why": "no answer"}
    unit.note(EventKind.APPROVAL_HANDED_OVER, document.id, **facts)
    key = f"approval-instead:{document.id}:{document.version}:{approval.approver}"
    ask_approver(unit, document, dossier, to, key=key)
    return laid


def _remind_one(unit: Unit, document: Document, dossier: Dossier, approval: Approval) -> None:
    """Ask the approver again, and who stands in for them; of several rules in one mail."""
    now = unit.context.now()
    record_approvals(unit.session, [replace(approval, reminded_at=now)])
    beside = stand_ins(unit.session, dossier, approval.approver, now)
    for reader in (approval.approver, *beside):
        key = f"approval-reminder:{document.id}:{document.version}:{now:%Y-%m-%d}"
        ask_approver(unit, document, dossier, reader, key=key, is_reminder=True)
