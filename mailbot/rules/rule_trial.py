"""Tries the approval rules of a dossier on one document: which hold, why, and who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.domain.approval import Approval
from mailbot.domain.document import Document
from mailbot.domain.people import ApprovalRule, Dossier, Employee, JournalKind, Person
from mailbot.rules.approval import (
    holding_rules,
    matching_rules,
    parties_of,
    propose_approvals,
)
from mailbot.rules.approval_conditions import Condition, conditions, holds, version_of
from mailbot.rules.standins import absences_of, stand_ins_of


@dataclass(frozen=True, kw_only=True)
class AskedPerson:
    """Somebody whom a rule asks."""

    email: str
    #: after how many others, in a rule whose approvers are asked in order
    turn: int
    #: whom the rule does not name: a second pair of eyes
    is_beside: bool
    #: who may decide in their place today
    stand_ins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TriedRule:
    """One rule, and what it says of the document."""

    name: str
    #: tells this text of the rule from any other, as the audit log names it
    version: str
    #: holds, held before, switched off, a condition fails, another rule holds, not a purchase
    verdict: str
    conditions: tuple[Condition, ...]
    mode: str
    asked: tuple[AskedPerson, ...] = ()
    #: approvers whom it names and does not ask, with the reason
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def applies(self) -> bool:
        """Whether its approvers must approve."""
        return self.verdict in ("holds", "held before")


def try_rules(
    document: Document,
    dossier: Dossier,
    *,
    today: date,
    employees: Sequence[Employee] = (),
    known: Sequence[Approval] = (),
) -> tuple[TriedRule, ...]:
    """Return every rule of the dossier, in its order; `known` are the approvals asked before."""
    proposed = propose_approvals(document, dossier, employees, known=known)
    absences = absences_of(dossier, employees)
    people: list[Person | Employee] = [*dossier.people, *employees]
    frozen = {person.email.lower() for person in people if person.frozen}
    tried = []
    for rule in dossier.approval_rules:
        named = {approver.lower() for approver in rule.approvers}
        asked = tuple(
            AskedPerson(
                email=a.approver,
                turn=a.turn,
                is_beside=a.approver not in named,
                stand_ins=stand_ins_of(a.approver, absences, today),
            )
            for a in proposed
            if a.rule == rule.name
        )
        tried.append(
            TriedRule(
                name=rule.name,
                version=version_of(rule),
                verdict=_verdict(rule, document, dossier, known),
                conditions=conditions(rule, document),
                mode=rule.mode,
                asked=asked,
                left_out=tuple(
                    (email, _why_not(email, document, frozen))
                    for email in sorted(named - {each.email for each in asked})
                    if asked
                ),
            )
        )
    return tuple(tried)


def _verdict(
    rule: ApprovalRule, document: Document, dossier: Dossier, known: Sequence[Approval]
) -> str:
    if not rule.active:
        return "switched off"
    if rule in matching_rules(document, dossier):
        return "holds"
    if rule in holding_rules(document, dossier, known):
        return "held before"
    if document.kind is not JournalKind.PURCHASE:
        return "not a purchase"
    return "another rule holds" if holds(rule, document) else "a condition fails"


def _why_not(email: str, document: Document, frozen: set[str]) -> str:
    """Return why a rule does not ask somebody whom it names."""
    if email in frozen:
        return "frozen"
    if email == document.iban_changed_by.lower():
        return "changed the account"
    return "delivered the document" if email in parties_of(document) else "not asked"
