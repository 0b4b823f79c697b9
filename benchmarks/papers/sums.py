"""Adds lines up: bases and VAT per rate, discounts, totals."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from benchmarks.papers.paper import ZERO, Line, Reduction, Scenario, VatRow, cents

Groups = dict[tuple[str, Decimal], Decimal]


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What lines come to; `goods` is before a commercial discount."""

    goods: Decimal
    total_excl: Decimal
    vat_rows: tuple[VatRow, ...]
    reduction: Reduction | None


def add_up(rng: Random, scenario: Scenario, lines: tuple[Line, ...]) -> Sums:
    """Return the sums of lines; `rng` decides whether there is a discount."""
    groups: Groups = {}
    for line in lines:
        key = (line.category, line.rate)
        groups[key] = groups.get(key, ZERO) + line.amount
    if scenario.has_prices_with_vat:
        rows = tuple(_row_of_gross(*key, gross) for key, gross in sorted(groups.items()))
        excl = sum((row.base for row in rows), ZERO)
        return Sums(goods=excl, total_excl=excl, vat_rows=rows, reduction=None)
    goods = sum(groups.values(), ZERO)
    if rng.random() < scenario.commercial:
        return _with_commercial(groups, goods, Decimal(rng.choice(("2", "3", "5", "7.5", "10"))))
    if rng.random() < scenario.financial:
        percent = Decimal(rng.choice(("1", "1.5", "2", "2", "3")))
        return _with_financial(groups, goods, percent, lowers_vat=scenario.country == "BE")
    rows = tuple(_row(*key, base) for key, base in sorted(groups.items()))
    return Sums(goods=goods, total_excl=goods, vat_rows=rows, reduction=None)


def _row(category: str, rate: Decimal, base: Decimal) -> VatRow:
    return VatRow(category=category, rate=rate, base=base, amount=cents(base * rate / 100))


def _row_of_gross(category: str, rate: Decimal, gross: Decimal) -> VatRow:
    base = cents(gross / (1 + rate / 100))
    return VatRow(category=category, rate=rate, base=base, amount=gross - base)


def _with_commercial(groups: Groups, goods: Decimal, percent: Decimal) -> Sums:
    """Lower every base by a discount that is known before the VAT."""
    rows = tuple(_row(*key, base) for key, base in sorted(_lowered(groups, percent).items()))
    excl = sum((row.base for row in rows), ZERO)
    reduction = Reduction(type="commercial", percent=percent, amount=goods - excl)
    return Sums(goods=goods, total_excl=excl, vat_rows=rows, reduction=reduction)


def _with_financial(
    groups: Groups,
    goods: Decimal,
    percent: Decimal,
    *,
    lowers_vat: bool,
) -> Sums:
    """Offer a cash discount; a Belgian one lowers the base beforehand (art. 28 WBTW)."""
    bases = _lowered(groups, percent) if lowers_vat else groups
    rows = tuple(_row(*key, base) for key, base in sorted(bases.items()))
    incl = goods + sum((row.amount for row in rows), ZERO)
    amount = goods - sum(bases.values(), ZERO) if lowers_vat else cents(incl * percent / 100)
    reduction = Reduction(type="financial", percent=percent, amount=amount, if_early=incl - amount)
    return Sums(goods=goods, total_excl=goods, vat_rows=rows, reduction=reduction)


def _lowered(groups: Groups, percent: Decimal) -> Groups:
    """Return the bases less `percent`; what is not taxed, as deposits, keeps its price."""
    share = (100 - percent) / 100
    return {
        (category, rate): base if category == "O" else cents(base * share)
        for (category, rate), base in groups.items()
    }
