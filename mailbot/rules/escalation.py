"""When an approver is reminded, and who may decide when they do not answer in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.domain.approval import Approval
from mailbot.domain.calendar import after_working_days
from mailbot.domain.clock import local_date
from mailbot.domain.document import Document
from mailbot.domain.people import ApprovalRule, Dossier, Employee, Person
from mailbot.rules.approval import may_take, parties_of
from mailbot.rules.second import second_people


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What the rules say of a part that nobody has answered yet."""

    is_to_remind: bool = False
    is_to_escalate: bool = False


def judge_waiting(approval: Approval, dossier: Dossier, *, today: date, time_zone: str) -> Waiting:
    """Say what is to be done about a part that still waits; days are working days (CF-APPR-12).

    The reminder comes again after as many days; who may decide instead is asked once.
    """
    rule = rule_of(approval, dossier)
    if rule is None or approval.asked_at is None:
        return Waiting()
    asked = local_date(approval.asked_at, time_zone)
    last = local_date(approval.reminded_at or approval.asked_at, time_zone)
    return Waiting(
        is_to_remind=_is_over(rule.remind_after, last, today, time_zone),
        is_to_escalate=not approval.escalated_to
        and _is_over(rule.escalate_after, asked, today, time_zone),
    )


def find_escalation(
    approval: Approval,
    approvals: Sequence[Approval],
    document: Document,
    *,
    dossier: Dossier,
    employees: Sequence[Employee] = (),
) -> str:
    """Return who may decide a part in its approver's place from now on, "" for nobody.

    Whom the rule names, else a second person; never somebody who has a hand in the document or
    counts in the rule already.
    """
    rule = rule_of(approval, dossier)
    known: list[Person | Employee] = [*dossier.people, *employees]
    free = {person.email.lower() for person in known if not person.frozen}
    counting = {a.approver for a in approvals if a.rule == approval.rule}
    others = second_people(dossier, employees, {*parties_of(document), *counting})
    wanted = [rule.escalate_to.lower() if rule else "", *(each.email.lower() for each in others)]
    fitting = (w for w in wanted if w in free and may_take(w, [approval], approvals, document))
    return next(fitting, "")


def rule_of(approval: Approval, dossier: Dossier) -> ApprovalRule | None:
    """Return the rule that an approval belongs to, None when the definition has it no more."""
    return next((r for r in dossier.approval_rules if r.name == approval.rule), None)


def _is_over(days: int | None, since: date, today: date, time_zone: str) -> bool:
    return days is not None and after_working_days(since, days, time_zone) <= today
