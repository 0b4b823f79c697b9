"""Decides the amounts of an invoice by what the labels say and what adds up.

A total without VAT, a VAT amount and a total with VAT that stand on the page and add up explain
one another; rows of the VAT table (rate, base, amount) that add up to them explain them further.
All sums are in whole cents; signs are dropped, credit notes are positive.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from mailbot.domain.invoice import VatLine
from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.fields import Decision, is_reverse_charge, says_paid
from mailbot.recognition.grammars import AmountReading
from mailbot.recognition.labels import Label, find_labels, link
from mailbot.recognition.layout import Layout

_KINDS = (
    "total_incl",
    "total_excl",
    "vat_total",
    "amount_due",
    "prepaid",
    "discount",
    "other_amount",
)
#: VAT rates of Belgium, the Netherlands, Luxembourg, France, Germany and neighbours, in percent
_KNOWN_RATES = frozenset(
    Decimal(r) for r in ("2.1", "3", "5", "5.5", "6", "7", "8", "8.5", "9", "10", "12", "14", "15", "16",
                         "17", "19", "20", "21", "22", "23", "24", "25")
)  # fmt: skip
_MAX_RATE = Decimal(30)
_HUNDRED = Decimal(100)
#: cents by which a VAT amount may differ from rate x base: some add up VAT line by line
_ROUNDING = 2
_MAX_VALUES = 400
_MAX_TOTALS = 25
_LINES_PER_RATE = 6
#: score of a row of the VAT table whose three values stand on one row of the page
_SIDE_BY_SIDE = 3.0
#: rates of one document
_MAX_RATES = 4


@dataclass(slots=True)
class _Value:
    """An amount in cents wherever it stands on the page, and which labels name it how well."""

    cents: int
    candidates: list[Candidate[AmountReading]] = field(default_factory=list)
    roles: dict[str, float] = field(default_factory=dict)
    by_role: dict[str, Candidate[AmountReading]] = field(default_factory=dict)

    def role(self, name: str) -> float:
        return self.roles.get(name, 0.0)

    def place(self, name: str) -> Candidate[AmountReading]:
        return self.by_role.get(name) or self.candidates[-1]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the VAT table: rate in percent, base and amount in cents."""

    rate: Decimal
    base: int
    amount: int
    score: float


@dataclass(frozen=True, slots=True)
class _Sum:
    """One explanation of the amounts: excl + vat = incl, in cents."""

    incl: int
    excl: int | None
    vat: int | None
    score: float
    lines: tuple[_Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The decided amounts."""

    total_incl: Decision[Decimal] | None = None
    total_excl: Decision[Decimal] | None = None
    vat_total: Decision[Decimal] | None = None
    amount_due: Decision[Decimal] | None = None
    vat_breakdown: Decision[tuple[VatLine, ...]] | None = None
    is_negative: bool = False


def decide_totals(layout: Layout, candidates: Candidates) -> Totals:
    """Return the totals of the document, empty when no amount stands on it."""
    values = _values(layout, candidates)
    if not values:
        return Totals()
    zero_rated = is_reverse_charge(layout)
    lines = _vat_lines(values, candidates)
    sums = sorted(_sums(values, lines, zero_rated=zero_rated), key=lambda s: -s.score)
    if not sums:
        return Totals()
    best = sums[0]
    others = tuple(dict.fromkeys(str(_money(s.incl)) for s in sums if s.incl != best.incl))[:3]
    return _decided(best, values, others, paid=says_paid(layout), zero_rated=zero_rated)


# --- what the labels say -------------------------------------------------------------------------


def _values(layout: Layout, candidates: Candidates) -> dict[int, _Value]:
    """Return the amounts of the document by their cents, with the roles their labels give them."""
    money = [c for c in candidates.amounts if c.value.is_money]
    labels = find_labels(layout, _KINDS)
    roles = _roles(layout, labels, candidates.amounts)
    # Whole numbers count as amounts only beside a label that means nothing but an amount.
    named = [c for c in candidates.amounts if not c.value.is_money and _is_named(roles.get(c, {}))]
    values: dict[int, _Value] = {}
    for candidate in [*money, *named][-_MAX_VALUES:]:
        cents = abs(_cents(candidate.value.amount))
        value = values.setdefault(cents, _Value(cents))
        value.candidates.append(candidate)
        for role, score in roles.get(candidate, {}).items():
            if score > value.role(role):
                value.roles[role] = score
                value.by_role[role] = candidate
    return values


def _is_named(roles: dict[str, float]) -> bool:
    return roles.get("total_incl", 0.0) > 0.85  # noqa: PLR2004


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
    for place, amount in enumerate(mine):
        last = place == len(mine) - 1
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


# --- what adds up --------------------------------------------------------------------------------


def _sums(
    values: dict[int, _Value], lines: dict[Decimal, list[_Line]], *, zero_rated: bool
) -> Iterable[_Sum]:
    """Yield explanations of the amounts."""
    biggest = sorted(values, reverse=True)
    named = [c for c in biggest if _incl_role(values[c]) > 0]
    tables = _tables(lines)
    for incl in list(dict.fromkeys([*named[:_MAX_TOTALS], *biggest[:5]])):
        if incl == 0:
            continue
        own = 1.2 * _incl_role(values[incl]) + (0.05 if incl == biggest[0] else 0.0)
        yield _Sum(incl, None, None, own)
        yield _without_vat(incl, own, values, zero_rated=zero_rated)
        yield from _with_vat(incl, own, values, lines)
        yield from _with_table(incl, own, values, tables)


def _incl_role(value: _Value) -> float:
    due = 0.85 * value.role("amount_due")
    penalty = max(value.role("other_amount"), value.role("discount"))
    return max(value.role("total_incl"), due) - (
        0.5 * penalty if value.role("total_incl") < 1 else 0.0
    )


def _without_vat(incl: int, own: float, values: dict[int, _Value], *, zero_rated: bool) -> _Sum:
    """Explain a total on which no VAT is due."""
    zero_vat = values[0].role("vat_total") if 0 in values else 0.0
    excl = min(values[incl].role("total_excl"), 1.0)
    score = own + 0.5 * excl * zero_vat + (0.9 if zero_rated and zero_vat else 0.0)
    score += 0.4 * zero_vat + (0.5 if zero_rated else 0.0) - 0.1
    return _Sum(incl, incl, 0, score)


def _with_vat(
    incl: int, own: float, values: dict[int, _Value], lines: dict[Decimal, list[_Line]]
) -> Iterable[_Sum]:
    """Explain a total by two other amounts on the page: without VAT, and VAT."""
    for excl, value in values.items():
        vat = incl - excl
        if vat <= 0 or vat not in values or vat * 100 > excl * _MAX_RATE:
            continue
        rate = _single_rate(excl, vat)
        score = own + _named_sum(value, values[vat])
        score += 0.5 if rate in lines else 0.25 if rate else 0.0
        yield _Sum(incl, excl, vat, score, (_Line(rate, excl, vat, 0.0),) if rate else ())


def _named_sum(excl: _Value | None, vat: _Value | None) -> float:
    """Return how well labels say that these are the amount without VAT and the VAT."""
    score = 0.0
    if excl:
        score += 0.8 * excl.role("total_excl") - 0.4 * excl.role("prepaid")
    if vat:
        score += 0.8 * vat.role("vat_total") - 0.4 * vat.role("prepaid")
    return score


def _with_table(
    incl: int, own: float, values: dict[int, _Value], tables: Sequence[tuple[_Line, ...]]
) -> Iterable[_Sum]:
    """Explain a total by rows of a VAT table, and by an untaxed amount that fills the gap."""
    for rows in tables:
        base = sum(one.base for one in rows)
        vat = sum(one.amount for one in rows)
        for excl, untaxed in _bases(incl, base, vat, values, len(rows)):
            shown = (excl in values) + (incl - excl in values)
            together = sum(one.score for one in rows) / len(rows)
            score = own + _named_sum(values.get(excl), values.get(incl - excl))
            # Rows whose rate, base and VAT stand side by side hardly add up by accident.
            per_row = 1.6 if all(one.score >= _SIDE_BY_SIDE for one in rows) else 0.8
            score += 0.5 + 0.3 * shown + 0.12 * together + per_row * (len(rows) - 1)
            score -= 0.3 if untaxed else 0.0
            yield _Sum(incl, excl, incl - excl, score, (*rows, *untaxed))


def _bases(
    incl: int, base: int, vat: int, values: dict[int, _Value], n_rows: int
) -> Iterable[tuple[int, tuple[_Line, ...]]]:
    """Yield the totals without VAT that fit a table, with the row that has no VAT."""
    rest = incl - vat - base
    if abs(rest) <= n_rows:
        # The printed total may differ by a cent a row from the sum of the rows.
        excl = next((e for e in (base, base + rest) if e in values), base + rest)
        yield excl, ()
    elif rest > 0 and rest in values and (base + rest) in values:
        discount = values[rest].role("discount") > 0
        # No VAT is due on a cash discount (Belgian VAT code art. 28): it is no row of its own.
        yield base + rest, () if discount else (_Line(Decimal(0), rest, 0, 0.0),)


def _tables(lines: dict[Decimal, list[_Line]]) -> list[tuple[_Line, ...]]:
    """Return what can be the VAT table: at most one row a rate, no amount twice."""
    likeliest = sorted(lines.values(), key=lambda found: -max((o.score for o in found), default=0))
    choices: list[list[_Line | None]] = [[None, *found] for found in likeliest if found]
    tables = []
    for combination in product(*choices[:_MAX_RATES]):
        rows = tuple(line for line in combination if line)
        if rows and len({(o.base, o.amount) for o in rows}) == len(rows):
            tables.append(rows)
    return tables


def _single_rate(excl: int, vat: int) -> Decimal | None:
    """Return the known rate that makes `vat` of `excl`, None if there is none."""
    fitting = [r for r in _KNOWN_RATES if abs(_vat_of(excl, r) - vat) <= 1]
    return min(fitting, key=lambda r: abs(r * excl / _HUNDRED - vat)) if fitting else None


def _vat_of(base: int, rate: Decimal) -> int:
    return int((base * rate / _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))


# --- the VAT table -------------------------------------------------------------------------------


def _vat_lines(values: dict[int, _Value], candidates: Candidates) -> dict[Decimal, list[_Line]]:
    """Return for every rate on the page the pairs of amounts that fit it, the likeliest first."""
    rate_rows: dict[Decimal, set[int]] = defaultdict(set)
    for rate in candidates.rates:
        if 0 < rate.value <= _MAX_RATE:
            rate_rows[rate.value.normalize()].add(rate.cell.row)
    for amount in candidates.amounts:
        # A column "21" or "21,00" under "BTW %" names a rate, too.
        plain = amount.value.amount.normalize()
        if plain in _KNOWN_RATES and not amount.value.has_currency:
            rate_rows[plain].add(amount.cell.row)
    lines: dict[Decimal, list[_Line]] = {}
    for rate, rows in rate_rows.items():
        found = sorted(_lines_of(rate, rows, values), key=lambda one: -one.score)
        if found or rate in _KNOWN_RATES:
            lines[rate] = found[:_LINES_PER_RATE]
    return lines


def _lines_of(rate: Decimal, rows: set[int], values: dict[int, _Value]) -> Iterable[_Line]:
    for base, value in values.items():
        if base == 0:
            continue
        expected = _vat_of(base, rate)
        for vat in range(max(expected - _ROUNDING, 1), expected + _ROUNDING + 1):
            if vat in values and vat != base:
                score = _togetherness(value, values[vat], rows)
                yield _Line(rate, base, vat, score - 0.1 * abs(vat - expected))


def _togetherness(base: _Value, vat: _Value, rate_rows: set[int]) -> float:
    """Return how near base, VAT and rate stand to one another."""
    base_rows = {c.cell.row for c in base.candidates}
    vat_rows = {c.cell.row for c in vat.candidates}
    score = 1.0 if base_rows & vat_rows else 0.0
    score += 1.0 if vat_rows & rate_rows else 0.0
    score += 1.0 if base_rows & vat_rows & rate_rows else 0.0
    return score + base.role("total_excl") + vat.role("vat_total")


# --- the decision --------------------------------------------------------------------------------


def _decided(
    best: _Sum,
    values: dict[int, _Value],
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
    )


def _confidence(best: _Sum, values: dict[int, _Value]) -> float:
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
    incl: int, values: dict[int, _Value], total: Decision[Decimal], *, paid: bool
) -> Decision[Decimal]:
    """Return what is left to pay: the total less what was paid before."""
    for prepaid in values.values():
        rest = incl - prepaid.cents
        if prepaid.role("prepaid") > 0.5 and rest in values and values[rest].role("amount_due"):  # noqa: PLR2004
            return Decision(_money(rest), 0.92, values[rest].place("amount_due"))
    if paid:
        return Decision(_money(0), 0.75)
    rests = [v for v in values.values() if 0 < v.cents < incl and _is_rest(v)]
    if rests:
        best = max(rests, key=lambda v: v.role("amount_due"))
        return Decision(_money(best.cents), 0.6, best.place("amount_due"), (str(total.value),))
    return Decision(total.value, 0.95 * total.confidence, total.candidate)


def _is_rest(value: _Value) -> bool:
    return value.role("amount_due") >= 1.0 and not value.role("discount")


def _cents(amount: Decimal) -> int:
    return int((amount * _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _money(cents: int) -> Decimal:
    return (Decimal(cents) / _HUNDRED).quantize(Decimal("0.01"))
