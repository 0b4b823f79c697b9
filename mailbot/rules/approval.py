"""Who must approve a document, and when that is settled (CF-APPR-02…11)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document
from mailbot.domain.people import (
    ApprovalMode,
    ApprovalRule,
    Dossier,
    Employee,
    JournalKind,
    Person,
)
from mailbot.rules.approval_conditions import holds
from mailbot.rules.second import second_people


def matching_rules(document: Document, dossier: Dossier) -> tuple[ApprovalRule, ...]:
    """Return every active rule that holds; a catch-all only when no other does."""
    if document.kind is not JournalKind.PURCHASE:
        return ()
    active = [rule for rule in dossier.approval_rules if rule.active]
    special = tuple(r for r in active if not r.catch_all and holds(r, document))
    return special or tuple(r for r in active if r.catch_all and holds(r, document))


def holding_rules(
    document: Document, dossier: Dossier, approvals: Sequence[Approval]
) -> tuple[ApprovalRule, ...]:
    """Return the rules that hold, and those that held once: no change escapes an approver.

    A lower total, another label or kind of journal adds approvers and takes none away; only the
    definition does. What was taken back (version 0) never held.
    """
    names = {rule.name for rule in matching_rules(document, dossier)}
    names |= {approval.rule for approval in approvals if approval.version}
    return tuple(r for r in dossier.approval_rules if r.active and r.name in names)


def propose_approvals(
    document: Document,
    dossier: Dossier,
    employees: Sequence[Employee] = (),
    *,
    known: Sequence[Approval] = (),
) -> tuple[Approval, ...]:
    """Return one open approval per rule and approver for this version of the document.

    `known` are those of before: their rules hold on. Who delivered the document or changed its
    account is never its only approver, and who is frozen is none: then a second person must
    agree, too.
    """
    return tuple(
        Approval(
            document_id=document.id,
            rule=rule.name,
            approver=approver,
            mode=mode,
            version=document.version,
            turn=number if mode == "in_order" else 0,
        )
        for rule in holding_rules(document, dossier, known)
        for approvers, mode in (_asked(rule, document, dossier, employees),)
        for number, approver in enumerate(approvers)
    )


def _asked(
    rule: ApprovalRule, document: Document, dossier: Dossier, employees: Sequence[Employee]
) -> tuple[tuple[str, ...], ApprovalMode]:
    """Return who is asked by a rule, each once, in order, and how many of them must approve."""
    interested = parties_of(document)
    people: list[Person | Employee] = [*dossier.people, *employees]
    frozen = {person.email.lower() for person in people if person.frozen}
    named = [approver.lower() for approver in rule.approvers]
    approvers = [approver for approver in named if approver not in frozen]
    if rule.mode == "one":
        # where one answer is enough, it must be that of somebody else
        approvers = [a for a in approvers if a not in interested] or approvers
    four_eyes = set(approvers) <= interested
    if four_eyes or (rule.mode != "one" and len(approvers) < len(named)):
        approvers.append(_beside(dossier, employees, {*interested, *approvers, *frozen}))
    mode = "all" if four_eyes and rule.mode == "one" else rule.mode
    return tuple(dict.fromkeys(approvers)), mode


def parties_of(document: Document) -> set[str]:
    """Return who has a hand in a document: who delivered it, and who changed its account."""
    return {document.delivered_by.lower(), document.iban_changed_by.lower()}


def due(approvals: Sequence[Approval]) -> tuple[Approval, ...]:
    """Return the open parts whose turn it is: where approvers are asked in order, the next."""
    waiting = [a for a in approvals if a.state is ApprovalState.OPEN]
    first: dict[str, int] = {}
    for approval in waiting:
        first[approval.rule] = min(approval.turn, first.get(approval.rule, approval.turn))
    return tuple(a for a in waiting if a.turn == first[a.rule])


def _beside(dossier: Dossier, employees: Sequence[Employee], parties: set[str]) -> str:
    """Return who must agree beside `parties`: the dossier manager, or who can in their place."""
    manager = dossier.dossier_manager.lower()
    if manager not in parties:
        return manager
    others = second_people(dossier, employees, parties)
    return others[0].email.lower() if others else manager


def parts_for(
    approvals: Sequence[Approval], email: str, places: Collection[str], document: Document
) -> tuple[Approval, ...]:
    """Return the open parts that a person may decide: their own, and those of who is away.

    Those of who did not answer in time, too, when they were laid before this person. In one rule a
    person counts once, and who delivered the document or changed its account takes nobody's place.
    `places` are the addresses for whom they stand in today.
    """
    waiting = due(approvals)
    own = [a for a in waiting if a.approver == email]
    if email in parties_of(document):
        return tuple(own)
    taken = {
        a.rule
        for a in approvals
        if email in (a.approver, a.decided_by) and a.state is not ApprovalState.CANCELLED
    }
    others: dict[str, Approval] = {}
    for approval in waiting:
        is_theirs = approval.approver in places or approval.escalated_to == email
        if is_theirs and approval.rule not in taken:
            others.setdefault(approval.rule, approval)
    return (*own, *others.values())


def may_take(
    email: str, parts: Sequence[Approval], approvals: Sequence[Approval], document: Document
) -> bool:
    """Whether a person may be given the parts of another: in one rule a person counts once.

    Who delivered the document or changed its account takes nobody's place.
    """
    who = email.lower()
    if who in parties_of(document):
        return False
    rules = {part.rule for part in parts}
    taken = [a for a in approvals if a.rule in rules and a.state is not ApprovalState.CANCELLED]
    return not any(who in (a.approver, a.decided_by) for a in taken)


def decide(
    approvals: Sequence[Approval],
    approver: str,
    *,
    state: ApprovalState,
    at: datetime,
    mail_id: str = "",
    parts: Sequence[Approval] | None = None,
) -> tuple[Approval, ...]:
    """Return the approvals after `approver` approved or rejected `parts`, by default their own.

    A rule of mode "one" is settled by its first approval: the others are cancelled. A rejection
    settles everything.
    """
    waiting = due(approvals) if state is ApprovalState.APPROVED else approvals
    own = [a for a in waiting if a.approver == approver and a.state is ApprovalState.OPEN]
    chosen = {(a.rule, a.approver) for a in (own if parts is None else parts)}
    decided = tuple(
        replace(
            a,
            state=state,
            decided_at=at,
            mail_id=mail_id,
            decided_by="" if a.approver == approver else approver,
        )
        if (a.rule, a.approver) in chosen
        else a
        for a in approvals
    )
    if state is ApprovalState.REJECTED:
        return _cancel_open(decided, {a.rule for a in decided})
    return _cancel_open(decided, {a.rule for a in decided if _settled_by_one(a)})


def is_complete(rules: Sequence[ApprovalRule], approvals: Sequence[Approval]) -> bool:
    """Whether every one of `rules` has what it asks: all its approvers, or one of them."""
    return all(_is_settled([a for a in approvals if a.rule == rule.name]) for rule in rules)


def cancelled(approvals: Sequence[Approval]) -> tuple[Approval, ...]:
    """Return the approvals, all withdrawn: what they were given for has changed."""
    return tuple(replace(a, state=ApprovalState.CANCELLED) for a in approvals)


def without_parts(
    approvals: Sequence[Approval], parts: Collection[tuple[str, str]]
) -> tuple[Approval, ...]:
    """Return the approvals without open ones of these rules and approvers: they are withdrawn."""
    return tuple(
        replace(a, state=ApprovalState.CANCELLED)
        if a.state is ApprovalState.OPEN and (a.rule, a.approver) in parts
        else a
        for a in approvals
    )


def _is_settled(approvals: Sequence[Approval]) -> bool:
    """Look at what still counts: what was withdrawn neither approves nor stands in the way."""
    counting = [a for a in approvals if a.state is not ApprovalState.CANCELLED]
    given = [a.state is ApprovalState.APPROVED for a in counting]
    return any(given) if counting and counting[0].mode == "one" else bool(given) and all(given)


def _settled_by_one(approval: Approval) -> bool:
    return approval.mode == "one" and approval.state is ApprovalState.APPROVED


def _cancel_open(approvals: Sequence[Approval], rules: set[str]) -> tuple[Approval, ...]:
    return tuple(
        replace(a, state=ApprovalState.CANCELLED)
        if a.rule in rules and a.state is ApprovalState.OPEN
        else a
        for a in approvals
    )
