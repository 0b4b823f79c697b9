"""Finds the rows of a VAT table: a rate, a base and a VAT amount that fit one another."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from mailbot.recognition.amounts import HUNDRED, Value
from mailbot.recognition.candidates import Candidates

#: VAT rates of Belgium, the Netherlands, Luxembourg, France, Germany and neighbours, in percent
_KNOWN_RATES = frozenset(
    Decimal(rate)
    for rate in (
        "2.1", "3", "5", "5.5", "6", "7", "8", "8.5", "9", "10", "12", "14", "15", "16", "17",
        "19", "20", "21", "22", "23", "24", "25",
    )
)  # fmt: skip
MAX_RATE = Decimal(30)
#: cents by which a VAT amount may differ from rate x base: some add up VAT line by line
_ROUNDING = 2
_LINES_PER_RATE = 8
#: rates of one document
MAX_RATES = 4
#: score of a row whose three values stand on one row of the page
SIDE_BY_SIDE = 3.0


@dataclass(frozen=True, slots=True)
class VatRow:
    """A row of the VAT table: rate in percent, base and amount in cents."""

    rate: Decimal
    base: int
    amount: int
    score: float


def find_vat_rows(values: dict[int, Value], candidates: Candidates) -> dict[Decimal, list[VatRow]]:
    """Return for every rate on the page the pairs of amounts that fit it, the likeliest first."""
    rate_rows: dict[Decimal, set[int]] = defaultdict(set)
    for candidate in candidates.rates:
        if 0 < candidate.value <= MAX_RATE:
            rate_rows[candidate.value.normalize()].add(candidate.cell.row)
    for amount in candidates.amounts:
        # A column "21" or "21,00" under "BTW %" names a rate, too.
        plain = amount.value.amount.normalize()
        if plain in _KNOWN_RATES and not amount.value.has_currency:
            rate_rows[plain].add(amount.cell.row)
    for rate in _unprinted_rates(values):
        rate_rows.setdefault(rate, set())
    lines: dict[Decimal, list[VatRow]] = {}
    for rate, rows in rate_rows.items():
        found = sorted(_lines_of(rate, rows, values), key=lambda one: -one.score)
        if found or rate in _KNOWN_RATES:
            lines[rate] = found[:_LINES_PER_RATE]
    return lines


def _unprinted_rates(values: dict[int, Value]) -> set[Decimal]:
    """Return the rates that columns "base" and "VAT" show without naming them, or misread."""
    bases = [v for v in values.values() if v.role("total_excl") > 0 and v.cents]
    taxes = [v for v in values.values() if v.role("vat_total") > 0 and v.cents]
    return {
        rate
        for base in bases
        for tax in taxes
        if _rows_of(base) & _rows_of(tax) and (rate := single_rate(base.cents, tax.cents))
    }


def _rows_of(value: Value) -> set[int]:
    return {candidate.cell.row for candidate in value.candidates}


def _lines_of(rate: Decimal, rows: set[int], values: dict[int, Value]) -> Iterable[VatRow]:
    for base, value in values.items():
        if base == 0:
            continue
        expected = _vat_of(base, rate)
        for vat in range(max(expected - _ROUNDING, 1), expected + _ROUNDING + 1):
            if vat in values and vat != base:
                score = _togetherness(value, values[vat], rows)
                yield VatRow(rate, base, vat, score - 0.1 * abs(vat - expected))


def _togetherness(base: Value, vat: Value, rate_rows: set[int]) -> float:
    """Return how near base, VAT and rate stand to one another."""
    base_rows, vat_rows = _rows_of(base), _rows_of(vat)
    score = 1.0 if base_rows & vat_rows else 0.0
    score += 1.0 if vat_rows & rate_rows else 0.0
    score += 1.0 if base_rows & vat_rows & rate_rows else 0.0
    return score + base.role("total_excl") + vat.role("vat_total")


def find_tables(lines: dict[Decimal, list[VatRow]]) -> list[tuple[VatRow, ...]]:
    """Return what can be the VAT table: at most one row a rate, no amount twice."""
    likeliest = sorted(lines.values(), key=lambda found: -max((o.score for o in found), default=0))
    choices: list[list[VatRow | None]] = [[None, *found] for found in likeliest if found]
    tables = []
    for combination in product(*choices[:MAX_RATES]):
        rows = tuple(line for line in combination if line)
        if rows and len({(o.base, o.amount) for o in rows}) == len(rows):
            tables.append(rows)
    return tables


def single_rate(excl: int, vat: int) -> Decimal | None:
    """Return the known rate that makes `vat` of `excl`, None if there is none."""
    fitting = [r for r in _KNOWN_RATES if abs(_vat_of(excl, r) - vat) <= 1]
    return min(fitting, key=lambda r: abs(r * excl / HUNDRED - vat)) if fitting else None


def _vat_of(base: int, rate: Decimal) -> int:
    return int((base * rate / HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))
