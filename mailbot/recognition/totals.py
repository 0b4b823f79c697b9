"""Decides the amounts of an invoice by what the labels say and what adds up.

A total without VAT, a VAT amount and a total with VAT that stand on the page and add up explain
one another; rows of the VAT table (rate, base, amount) that add up to them explain them further.
All sums are in whole cents; signs are dropped, credit notes are positive.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

from mailbot.domain.invoice import VatLine
from mailbot.recognition.amounts import HUNDRED, Value, find_values
from mailbot.recognition.candidates import Candidates
from mailbot.recognition.column_sums import find_column_sums
from mailbot.recognition.decision import Decision
from mailbot.recognition.fields import is_reverse_charge, says, says_paid
from mailbot.recognition.layout import Layout
from mailbot.recognition.vat_table import (
    MAX_RATE,
    MAX_RATES,
    SIDE_BY_SIDE,
    VatRow,
    find_tables,
    find_vat_rows,
    single_rate,
)

#: labelled amounts that are tried as the total
_MAX_TOTALS = 25
#: amounts of VAT that are added up by twos, threes and fours
_MAX_TAXES = 7
#: what each repetition of a total counts
_SAID_AGAIN = 0.1
#: a label says so; what a payment at the till counts; cents by which a total is rounded
_SAID, _PAID, _ROUNDED = 0.5, 0.45, 4
#: what it counts that the amounts of a column add up to the total without VAT, or with it
_LINES_ADD_UP, _TOTAL_ADDS_UP = 0.4, 0.3


@dataclass(frozen=True, slots=True)
class _Sum:
    """One explanation of the amounts: excl + vat = incl, in cents."""

    incl: int
    excl: int | None
    vat: int | None
    score: float
    lines: tuple[VatRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The decided amounts."""

    total_incl: Decision[Decimal] | None = None
    total_excl: Decision[Decimal] | None = None
    vat_total: Decision[Decimal] | None = None
    amount_due: Decision[Decimal] | None = None
    vat_breakdown: Decision[tuple[VatLine, ...]] | None = None
    is_negative: bool = False
    #: every amount on the document, by its cents
    values: dict[int, Value] = field(default_factory=dict)


def decide_totals(layout: Layout, candidates: Candidates) -> Totals:
    """Return the totals of the document, empty when no amount stands on it."""
    values = find_values(layout, candidates)
    if not values:
        return Totals()
    zero_rated = is_reverse_charge(layout)
    lines = find_vat_rows(values, candidates)
    added_up = find_column_sums(candidates.amounts)
    till = _till_totals(layout, values)
    sums = sorted(
        _sums(values, lines, zero_rated=zero_rated),
        key=lambda s: -s.score - _proved(s, added_up) - till.get(s.incl, 0.0),
    )
    if not sums:
        return Totals()
    best = _rounded(sums[0], till)
    others = tuple(dict.fromkeys(str(_money(s.incl)) for s in sums if s.incl != best.incl))[:3]
    return _decided(best, values, others, paid=says_paid(layout), zero_rated=zero_rated)


# --- what adds up --------------------------------------------------------------------------------


def _sums(
    values: dict[int, Value], lines: dict[Decimal, list[VatRow]], *, zero_rated: bool
) -> Iterable[_Sum]:
    """Yield explanations of the amounts."""
    biggest = sorted(values, reverse=True)
    named = [c for c in biggest if _incl_role(values[c]) > 0]
    tables = find_tables(lines)
    for incl in list(dict.fromkeys([*named[:_MAX_TOTALS], *biggest[:5]])):
        if incl == 0:
            continue
        own = 1.2 * _incl_role(values[incl]) + (0.05 if incl == biggest[0] else 0.0)
        # a total is said again: in the VAT table, in the sentence about the payment
        own += _SAID_AGAIN * min(len(values[incl].candidates) - 1, 3)
        yield _Sum(incl, None, None, own)
        yield _without_vat(incl, own, values, zero_rated=zero_rated)
        yield from _with_vat(incl, own, values, lines)
        yield from _with_included_vat(incl, own, values)
        yield from _with_vat_by_rate(incl, own, values)
        yield from _with_table(incl, own, values, tables)


def _till_totals(layout: Layout, values: dict[int, Value]) -> dict[int, float]:
    """Return what a till says about totals: what was paid less the change, and rounded to 0.05."""
    proof: dict[int, float] = defaultdict(float)
    changes = [v.cents for v in values.values() if v.role("change") > _SAID]
    for paid in (v.cents for v in values.values() if v.role("cash") > _SAID):
        for change in changes or [0]:
            if paid - change in values and paid > change:
                proof[paid - change] = _PAID
    if proof and says(layout, "rounding"):
        for cents, value in values.items():
            near = [c for c in values if 0 < abs(c - cents) <= _ROUNDED and values[c].roles]
            if cents % 5 == 0 and _incl_role(value) > 0 and any(c % 5 for c in near):
                proof[cents] += _PAID
    return proof


def _rounded(best: _Sum, till: dict[int, float]) -> _Sum:
    """Return the explanation with the total that was paid, some cents from what adds up."""
    paid = [cents for cents in till if 0 < abs(cents - best.incl) <= _ROUNDED]
    return replace(best, incl=max(paid, key=lambda cents: till[cents])) if paid else best


def _proved(explained: _Sum, added_up: set[int]) -> float:
    """Return how much columns of amounts that add up to the totals speak for an explanation."""
    excl = _LINES_ADD_UP if explained.excl in added_up else 0.0
    return excl + (_TOTAL_ADDS_UP if explained.incl in added_up else 0.0)


def _incl_role(value: Value) -> float:
    due = 0.85 * value.role("amount_due")
    penalty = max(value.role("other_amount"), value.role("discount"))
    return max(value.role("total_incl"), due) - (
        0.5 * penalty if value.role("total_incl") < 1 else 0.0
    )


def _without_vat(incl: int, own: float, values: dict[int, Value], *, zero_rated: bool) -> _Sum:
    """Explain a total on which no VAT is due."""
    zero_vat = values[0].role("vat_total") if 0 in values else 0.0
    excl = min(values[incl].role("total_excl"), 1.0)
    score = own + 0.5 * excl * zero_vat + (0.9 if zero_rated and zero_vat else 0.0)
    score += 0.4 * zero_vat + (0.5 if zero_rated else 0.0) - 0.1
    score += 0.3 * min(excl, 1.0)  # "Subtotal" and "Total" of one amount
    return _Sum(incl, incl, 0, score)


def _with_vat(
    incl: int, own: float, values: dict[int, Value], lines: dict[Decimal, list[VatRow]]
) -> Iterable[_Sum]:
    """Explain a total by two other amounts on the page: without VAT, and VAT."""
    for excl, value in values.items():
        vat = incl - excl
        if vat <= 0 or vat not in values or vat * 100 > excl * MAX_RATE:
            continue
        rate = single_rate(excl, vat)
        score = own + _named_sum(value, values[vat])
        score += 0.5 if rate in lines else 0.25 if rate else 0.0
        yield _Sum(incl, excl, vat, score, (VatRow(rate, excl, vat, 0.0),) if rate else ())


def _with_included_vat(incl: int, own: float, values: dict[int, Value]) -> Iterable[_Sum]:
    """Explain a total of prices with VAT: only the VAT in it is printed ("waarvan 21% btw")."""
    for vat, value in values.items():
        named = value.role("vat_total")
        excl = incl - vat
        if not named or not 0 < vat * 100 <= excl * MAX_RATE or excl in values:
            continue
        if rate := single_rate(excl, vat):
            score = own + 0.8 * named + 0.1
            yield _Sum(incl, excl, vat, score, (VatRow(rate, excl, vat, 0.0),))


def _with_vat_by_rate(incl: int, own: float, values: dict[int, Value]) -> Iterable[_Sum]:
    """Explain a total by the one without VAT and the VAT of each rate; bases are not said."""
    taxes = [v for v in values.values() if v.role("vat_total") > 0 and 0 < v.cents < incl]
    taxes = sorted(taxes, key=lambda v: -v.role("vat_total"))[:_MAX_TAXES]
    for number in range(2, min(len(taxes), MAX_RATES) + 1):
        for chosen in combinations(taxes, number):
            vat = sum(v.cents for v in chosen)
            excl = values.get(incl - vat)
            if excl and excl.role("total_excl") > 0 and vat * 100 <= excl.cents * MAX_RATE:
                named = sum(v.role("vat_total") for v in chosen) / number
                yield _Sum(incl, excl.cents, vat, own + 0.8 * (excl.role("total_excl") + named))


def _named_sum(excl: Value | None, vat: Value | None) -> float:
    """Return how well labels say that these are the amount without VAT and the VAT."""
    score = 0.0
    if excl:
        score += 0.8 * excl.role("total_excl") - 0.4 * excl.role("prepaid")
    if vat:
        score += 0.8 * vat.role("vat_total") - 0.4 * vat.role("prepaid")
    return score


def _with_table(
    incl: int, own: float, values: dict[int, Value], tables: Sequence[tuple[VatRow, ...]]
) -> Iterable[_Sum]:
    """Explain a total by rows of a VAT table, and by an untaxed amount that fills the gap."""
    for rows in tables:
        base = sum(one.base for one in rows)
        vat = sum(one.amount for one in rows)
        for excl, untaxed in _bases(incl - vat, base, values, len(rows)):
            shown = (excl in values) + (incl - excl in values)
            together = sum(one.score for one in rows) / len(rows)
            score = own + _named_sum(values.get(excl), values.get(incl - excl))
            # Rows whose rate, base and VAT stand side by side hardly add up by accident.
            is_table = all(one.score >= SIDE_BY_SIDE for one in rows)
            per_row = 1.6 if is_table else 0.8 if shown else 0.2
            score += 0.5 + 0.3 * shown + 0.12 * together + per_row * (len(rows) - 1)
            score -= 0.3 if untaxed else 0.0
            yield _Sum(incl, excl, incl - excl, score, (*rows, *untaxed))


def _bases(
    without_vat: int, base: int, values: dict[int, Value], n_rows: int
) -> Iterable[tuple[int, tuple[VatRow, ...]]]:
    """Yield the totals without VAT that fit a table, with the row that has no VAT."""
    rest = without_vat - base
    if abs(rest) <= n_rows:
        # The printed total may differ by a cent a row from the sum of the rows.
        excl = next((e for e in (base, base + rest) if e in values), base + rest)
        yield excl, ()
    elif rest > 0 and rest in values and (base + rest) in values:
        discount = values[rest].role("discount") > 0
        # No VAT is due on a cash discount (Belgian VAT code art. 28): it is no row of its own.
        yield base + rest, () if discount else (VatRow(Decimal(0), rest, 0, 0.0),)


# --- the decision --------------------------------------------------------------------------------


def _decided(
    best: _Sum,
    values: dict[int, Value],
    others: tuple[str, ...],
    *,
    paid: bool,
    zero_rated: bool,
) -> Totals:
    incl = values[best.incl]
    sure = _confidence(best, values)
    place = incl.place("total_incl")
    total = Decision(_money(best.incl), sure, place, others)
    excl = vat = None
    if best.excl is not None and best.vat is not None:
        near = sure if best.vat or zero_rated else sure * 0.75
        excl_value, vat_value = values.get(best.excl), values.get(best.vat)
        excl_place = excl_value.place("total_excl") if excl_value else None
        excl = Decision(_money(best.excl), near, excl_place)
        vat = Decision(_money(best.vat), near, vat_value.place("vat_total") if vat_value else None)
    return Totals(
        total_incl=total,
        total_excl=excl,
        vat_total=vat,
        amount_due=_amount_due(best.incl, values, total, paid=paid),
        vat_breakdown=_breakdown(best, sure, zero_rated=zero_rated),
        is_negative=place.value.amount < 0,
        values=values,
    )


def _confidence(best: _Sum, values: dict[int, Value]) -> float:
    """Return how sure the total is: labelled and adding up, one of both, or neither."""
    label = min(_incl_role(values[best.incl]), 1.0)
    if best.vat and best.excl is not None:
        full = _named_sum(values.get(best.excl), values.get(best.vat)) > 0
        sum_is_good = full and bool(best.lines)
        return min(0.98, (0.86 if sum_is_good else 0.6) + 0.12 * label)
    if best.vat == 0:
        return min(0.95, 0.45 + 0.45 * label)
    return min(0.9, 0.25 + 0.6 * label)


def _breakdown(
    best: _Sum, sure: float, *, zero_rated: bool
) -> Decision[tuple[VatLine, ...]] | None:
    if best.vat is None or best.excl is None:
        return None
    if best.vat == 0:
        category = "AE" if zero_rated else None
        line = VatLine(
            rate=Decimal(0), base=_money(best.excl), amount=_money(0), category=category
        )
        return Decision((line,), sure * (0.95 if zero_rated else 0.6))
    lines = tuple(
        VatLine(
            rate=line.rate,
            base=_money(line.base),
            amount=_money(line.amount),
            category="S" if line.rate else None,
        )
        for line in sorted(best.lines, key=lambda one: one.rate)
    )
    return Decision(lines, sure * 0.95) if lines else None


def _amount_due(
    incl: int, values: dict[int, Value], total: Decision[Decimal], *, paid: bool
) -> Decision[Decimal]:
    """Return what is left to pay: the total less what was paid before."""
    for prepaid in values.values():
        rest = incl - prepaid.cents
        if prepaid.role("prepaid") > 0.5 and rest in values and values[rest].role("amount_due"):
            return Decision(_money(rest), 0.92, values[rest].place("amount_due"))
    if paid:
        return Decision(_money(0), 0.75)
    rests = [v for v in values.values() if 0 < v.cents < incl and _is_rest(v)]
    if rests:
        best = max(rests, key=lambda v: v.role("amount_due"))
        return Decision(_money(best.cents), 0.6, best.place("amount_due"), (str(total.value),))
    return Decision(total.value, 0.95 * total.confidence, total.candidate)


def _is_rest(value: Value) -> bool:
    return value.role("amount_due") >= 1.0 and not value.role("discount")


def _money(cents: int) -> Decimal:
    return (Decimal(cents) / HUNDRED).quantize(Decimal("0.01"))
