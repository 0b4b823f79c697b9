"""What a document must be for an approval rule to hold, condition by condition."""

import hashlib
import re
from dataclasses import dataclass

from mailbot.domain.document import Document
from mailbot.domain.people import ApprovalRule
from mailbot.domain.values import to_json


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition of a rule, and what it says of one document."""

    #: name of the field of `ApprovalRule`
    name: str
    holds: bool
    #: what the rule wants and what the document has, as text
    wanted: str
    seen: str


def conditions(rule: ApprovalRule, document: Document) -> tuple[Condition, ...]:
    """Return every condition that a rule has; one that has none holds for every document."""
    looks = (_suppliers, _labels, _amount_from, _document_classes, _titles)
    found = (look(rule, document) for look in looks)
    return tuple(condition for condition in found if condition is not None)


def holds(rule: ApprovalRule, document: Document) -> bool:
    """Whether every condition of a rule holds."""
    return all(condition.holds for condition in conditions(rule, document))


def version_of(rule: ApprovalRule) -> str:
    """Return what tells the text of a rule from any other: for the audit log."""
    return hashlib.sha256(to_json(rule).encode()).hexdigest()[:12]


def _suppliers(rule: ApprovalRule, document: Document) -> Condition | None:
    if not rule.suppliers:
        return None
    invoice = document.invoice
    vat = (invoice.supplier_vat or "").upper() if invoice else ""
    name = (invoice.supplier_name or "") if invoice else ""
    return Condition(
        name="suppliers",
        holds=any(s.upper() == vat or s.casefold() in name.casefold() for s in rule.suppliers),
        wanted=", ".join(rule.suppliers),
        seen=", ".join(filter(None, (name, vat))),
    )


def _labels(rule: ApprovalRule, document: Document) -> Condition | None:
    if not rule.labels:
        return None
    worn = {label.casefold() for label in document.labels}
    return Condition(
        name="labels",
        holds=any(label.casefold() in worn for label in rule.labels),
        wanted=", ".join(rule.labels),
        seen=", ".join(document.labels),
    )


def _amount_from(rule: ApprovalRule, document: Document) -> Condition | None:
    """Hold for an unknown amount: what nobody has read must not slip past an approver."""
    if rule.amount_from is None:
        return None
    total = document.invoice.total_incl if document.invoice else None
    return Condition(
        name="amount_from",
        holds=total is None or abs(total) >= rule.amount_from,
        wanted=str(rule.amount_from),
        seen="" if total is None else str(total),
    )


def _document_classes(rule: ApprovalRule, document: Document) -> Condition | None:
    """Hold for a document that nobody has read, for the same reason."""
    if not rule.document_classes:
        return None
    seen = document.invoice.document_class if document.invoice else None
    return Condition(
        name="document_classes",
        holds=seen is None or seen in rule.document_classes,
        wanted=", ".join(rule.document_classes),
        seen=seen or "",
    )


def _titles(rule: ApprovalRule, document: Document) -> Condition | None:
    if not rule.titles:
        return None
    names = dict.fromkeys((document.title, document.original.name, document.visual.name))
    called = [name for name in names if name]
    return Condition(
        name="titles",
        holds=any(_is_like(name, pattern) for name in called for pattern in rule.titles),
        wanted=", ".join(rule.titles),
        seen=", ".join(called),
    )


def _is_like(name: str, pattern: str) -> bool:
    """Whether a whole name is like a pattern, in which `*` stands for any letters."""
    parts = (re.escape(part) for part in pattern.casefold().split("*"))
    return re.fullmatch(".*".join(parts), name.casefold(), re.DOTALL) is not None
