"""Collects the amounts of a document and what the labels beside and above them say of each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mailbot.domain.money import to_cents
from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.grammars import AmountReading
from mailbot.recognition.labels import Label, find_labels
from mailbot.recognition.layout import Layout
from mailbot.recognition.links import link

_KINDS = (
    "total_incl", "total_excl", "vat_total", "amount_due", "prepaid", "discount", "other_amount",
    "cash", "change",
)  # fmt: skip
HUNDRED = Decimal(100)
#: amounts of one document that are compared
_MAX_VALUES = 400
#: a whole number is an amount when a label names it at least so well
_WELL_NAMED = 0.85


@dataclass(slots=True)
class Value:
    """An amount in cents wherever it stands on the page, and which labels name it how well."""

    cents: int
    candidates: list[Candidate[AmountReading]] = field(default_factory=list)
    roles: dict[str, float] = field(default_factory=dict)
    by_role: dict[str, Candidate[AmountReading]] = field(default_factory=dict)

    def role(self, name: str) -> float:
        """Return how well labels call it `name`, 0.0 when they do not."""
        return self.roles.get(name, 0.0)

    def place(self, name: str) -> Candidate[AmountReading]:
        """Return where it stands as `name`, else where it stands last."""
        return self.by_role.get(name) or self.candidates[-1]


def find_values(layout: Layout, candidates: Candidates) -> dict[int, Value]:
    """Return the amounts of the document by their cents, with the roles their labels give them."""
    money = [c for c in candidates.amounts if c.value.is_money]
    labels = find_labels(layout, _KINDS)
    roles = _roles(layout, labels, candidates.amounts)
    # Whole numbers count as amounts only beside a label that means nothing but an amount.
    named = [c for c in candidates.amounts if not c.value.is_money and _is_named(roles.get(c, {}))]
    values: dict[int, Value] = {}
    # Amounts with a label first: page upon page of details must not crowd out the totals.
    every = sorted([*money, *named], key=lambda candidate: not roles.get(candidate))
    for candidate in every[:_MAX_VALUES]:
        cents = abs(to_cents(candidate.value.amount))
        value = values.setdefault(cents, Value(cents))
        value.candidates.append(candidate)
        for role, score in roles.get(candidate, {}).items():
            if score > value.role(role):
                value.roles[role] = score
                value.by_role[role] = candidate
    return values


def _is_named(roles: dict[str, float]) -> bool:
    return roles.get("total_incl", 0.0) > _WELL_NAMED


def _roles(
    layout: Layout, labels: Sequence[Label], amounts: Sequence[Candidate[AmountReading]]
) -> dict[Candidate[AmountReading], dict[str, float]]:
    """Return how well each kind of label names each amount."""
    roles: dict[Candidate[AmountReading], dict[str, float]] = defaultdict(dict)
    discounts = {label.cell.row for label in labels if label.kind == "discount"}

    def give(candidate: Candidate[AmountReading], role: str, score: float) -> None:
        if role == "amount_due" and candidate.cell.row in discounts:
            return  # what is left to pay for those who pay early
        roles[candidate][role] = max(roles[candidate].get(role, 0.0), score)

    for label, candidate, score in _on_rows(labels, amounts):
        give(candidate, label.kind, score)
    for candidate, links in link(layout, labels, amounts).items():
        for one in links:
            if one.label.cell.row != candidate.cell.row:
                give(candidate, one.label.kind, one.score)
    return roles


def _on_rows(
    labels: Sequence[Label], amounts: Sequence[Candidate[AmountReading]]
) -> Iterable[tuple[Label, Candidate[AmountReading], float]]:
    """Yield label, amount and score on one row: the last amount before the next label counts."""
    by_row: dict[int, list[Candidate[AmountReading]]] = defaultdict(list)
    for amount in amounts:
        if amount.value.is_money or amount.cell.row not in by_row:
            by_row[amount.cell.row].append(amount)
    labels_by_row: dict[int, list[Label]] = defaultdict(list)
    for label in labels:
        labels_by_row[label.cell.row].append(label)
    for row, row_labels in labels_by_row.items():
        for label in row_labels:
            after = [a for a in by_row.get(row, ()) if _is_after(label, a)]
            yield from _named_by(label, after, row_labels)


def _named_by(
    label: Label, after: list[Candidate[AmountReading]], row_labels: Sequence[Label]
) -> Iterable[tuple[Label, Candidate[AmountReading], float]]:
    if not after:
        return
    ends = [o for o in row_labels if _is_between(after[0], o)]
    mine = [a for a in after if not any(_is_after(o, a) for o in ends)]
    for amount in mine:
        last = amount.cell is mine[-1].cell and amount.end == mine[-1].end
        # A longer label says more: "totaal incl. btw" against "totaal".
        detail = 1.0 + min(label.length, 24) / 240
        yield label, amount, label.weight * detail * (1.0 if last else 0.55)


def _is_after(label: Label, amount: Candidate[AmountReading]) -> bool:
    if amount.cell is label.cell:
        return amount.start >= label.end
    return amount.cell.x0 > label.cell.x0


def _is_between(amount: Candidate[AmountReading], label: Label) -> bool:
    """Tell whether `label` stands behind `amount` on their row."""
    if amount.cell is label.cell:
        return label.start >= amount.end
    return label.cell.x0 > amount.cell.x0
