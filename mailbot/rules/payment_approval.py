"""Who must approve a payment before it may leave, and when that is settled (CF-PAPP-02…08)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.domain.approval import ApprovalState
from mailbot.domain.errors import Refused
from mailbot.domain.payment import Payment, PaymentApproval
from mailbot.domain.people import Dossier, Employee, PaymentRule, Person, PersonRole
from mailbot.rules.second import second_people

#: stands among the approvers of a rule for everyone who may process documents
EVERYONE = "*"
_PROCESSING = frozenset(
    {
        PersonRole.ADMIN,
        PersonRole.FULL_ACCESS,
        PersonRole.DOCUMENT_PROCESSING,
        PersonRole.DOCUMENT_PROCESSING_ARCHIVE,
    }
)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Whose approval a payment takes, as the rules of its dossier say now."""

    rule: str
    #: e-mail addresses
    approvers: tuple[str, ...]
    #: all of them must approve; else one of them is enough
    takes_all: bool


def fitting_rule(payment: Payment, dossier: Dossier) -> PaymentRule:
    """Return the rule that was chosen, else the one with the smallest maximum that covers it.

    Raises Refused("payment_rule_unknown") or Refused("payment_no_rule").
    """
    active = [rule for rule in dossier.payment_rules if rule.active]
    if payment.rule:
        active = [rule for rule in active if rule.name.casefold() == payment.rule.casefold()]
        if not active:
            raise Refused("payment_rule_unknown", {"rule": payment.rule})
    covering = [rule for rule in active if _covers(rule, payment)]
    if not covering:
        raise Refused("payment_no_rule")
    # without a maximum a rule covers everything, so that it is the last to be taken
    return min(covering, key=lambda r: (r.max_amount is None, r.max_amount or 0))


def demand_of(payment: Payment, dossier: Dossier, employees: Sequence[Employee]) -> Demand | None:
    """Return whose approval the payment takes now; None where payments take none.

    Who prepared this version is never its only approver, and who is frozen is none: where that
    leaves nobody else, or one whom the rule names cannot act, a second person of the office or the
    client must approve, too. Of "everyone" one is enough, whatever the mode. Raises Refused as
    `fitting_rule`, and Refused("payment_no_approver").
    """
    if not dossier.payments.approval:
        return None
    rule = fitting_rule(payment, dossier)
    preparer = payment.prepared_by.lower()
    known: list[Person | Employee] = [*dossier.people, *employees]
    frozen = {person.email.lower() for person in known if person.frozen}
    named = _named(rule, dossier)
    able = [approver for approver in named if approver not in frozen]
    takes_all = rule.mode == "all" and EVERYONE not in rule.approvers
    if not takes_all:
        able = [approver for approver in able if approver != preparer]
    if set(able) <= {preparer} or (takes_all and len(able) < len(named)):
        able.append(_beside(dossier, employees, {preparer, *able, *frozen}))
    return Demand(rule=rule.name, approvers=tuple(dict.fromkeys(able)), takes_all=takes_all)


def proposed_parts(payment: Payment, demand: Demand) -> tuple[PaymentApproval, ...]:
    """Return an open part of each approver for this version of the payment."""
    return tuple(
        PaymentApproval(
            payment_id=payment.id, rule=demand.rule, approver=approver, version=payment.version
        )
        for approver in demand.approvers
    )


def is_settled(payment: Payment, demand: Demand, parts: Sequence[PaymentApproval]) -> bool:
    """Whether this version has what is demanded now; what others approved before is not enough."""
    given = {
        part.approver
        for part in parts
        if part.version == payment.version and part.state is ApprovalState.APPROVED
    }
    missing = [approver for approver in demand.approvers if approver not in given]
    if demand.takes_all:
        return not missing
    return len(missing) < len(demand.approvers)


def decide(
    parts: Sequence[PaymentApproval],
    approver: str,
    *,
    version: int,
    state: ApprovalState,
    at: datetime,
    cause: str = "",
) -> tuple[PaymentApproval, ...]:
    """Return the parts after one approver approved or rejected their own of this version.

    Raises Refused("already_done") when nothing of theirs is open.
    """
    mine = [part for part in parts if _is_open(part, version) and part.approver == approver]
    if not mine:
        raise Refused("already_done")
    return tuple(
        replace(part, state=state, decided_at=at, cause=cause) if part in mine else part
        for part in parts
    )


def without_open(parts: Sequence[PaymentApproval]) -> tuple[PaymentApproval, ...]:
    """Return the parts; what is still open is withdrawn."""
    return tuple(
        replace(part, state=ApprovalState.CANCELLED) if part.state is ApprovalState.OPEN else part
        for part in parts
    )


def _is_open(part: PaymentApproval, version: int) -> bool:
    return part.version == version and part.state is ApprovalState.OPEN


def _covers(rule: PaymentRule, payment: Payment) -> bool:
    return rule.max_amount is None or payment.amount <= rule.max_amount


def _named(rule: PaymentRule, dossier: Dossier) -> list[str]:
    """Return whom a rule names, each once; "everyone" is who may process documents."""
    named = [approver.lower() for approver in rule.approvers if approver != EVERYONE]
    if EVERYONE in rule.approvers:
        named += [p.email.lower() for p in dossier.people if _PROCESSING & set(p.roles)]
    return list(dict.fromkeys(named))


def _beside(dossier: Dossier, employees: Sequence[Employee], parties: set[str]) -> str:
    """Return who must approve beside `parties`. Raises Refused when there is nobody."""
    others = second_people(dossier, employees, parties)
    if not others:
        raise Refused("payment_no_approver")
    return others[0].email.lower()
