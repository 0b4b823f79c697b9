"""Finds amounts that are the sum of the amounts above them in a column: subtotals and totals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mailbot.domain.money import to_cents
from mailbot.recognition.candidates import Candidate
from mailbot.recognition.grammars import AmountReading

#: points by which the right edges of one column may lie apart
_ALIGNED = 3.0
#: amounts of one column that are added up
_LONGEST = 150

Amounts = Sequence[Candidate[AmountReading]]


def find_column_sums(amounts: Amounts) -> set[int]:
    """Return the amounts, in cents without sign, that two or more above them add up to.

    A subtotal in the column itself, and what it carries forward to the next page, is not added
    again.
    """
    money = [amount for amount in amounts if amount.value.is_money]
    below = _later_cents(money)
    sums: set[int] = set()
    for column in _columns(money):
        sums |= set(_sums_of(column, below))
    return sums


def _columns(money: Amounts) -> Iterable[Amounts]:
    """Yield the amounts whose right edges lie below one another, in reading order."""
    by_edge: dict[int, list[Candidate[AmountReading]]] = defaultdict(list)
    for amount in money:
        by_edge[round(amount.box[2] / _ALIGNED)].append(amount)
    for edge, column in by_edge.items():
        # an edge may fall on either side of the border between two groups
        beside = [a for a in by_edge.get(edge + 1, ()) if _is_aligned(a, column[0])]
        yield sorted((*column, *beside), key=lambda a: (a.cell.row, a.start))[:_LONGEST]


def _is_aligned(one: Candidate[AmountReading], other: Candidate[AmountReading]) -> bool:
    return abs(one.box[2] - other.box[2]) < _ALIGNED


def _later_cents(money: Amounts) -> dict[int, int]:
    """Return for each amount in cents the last row on which it stands."""
    return {abs(to_cents(a.value.amount)): a.cell.row for a in money}


def _sums_of(column: Amounts, last_row: dict[int, int]) -> Iterable[int]:
    """Yield the sums of the first amounts of a column that stand again below them."""
    total = 0
    for place, amount in enumerate(column):
        cents = to_cents(amount.value.amount)
        if place > 1 and cents == total:
            continue
        total += cents
        if place and total and last_row.get(abs(total), -1) >= amount.cell.row:
            yield abs(total)
