"""Finds what may be taken off: for who pays early (korting contant), or agreed (handelskorting).

A cash discount is a percentage in a sentence about it; its amount is the one on the page that the
percentage makes. A commercial discount is an amount that turns a printed subtotal into the total.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mailbot.domain.invoice import Discount
from mailbot.domain.money import to_cents
from mailbot.recognition.amounts import HUNDRED
from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.decision import Decision
from mailbot.recognition.layout import Layout
from mailbot.recognition.totals import Totals
from mailbot.recognition.vocabulary import WORDS, folded

_WORD, _DEDUCT, _EARLY = (
    re.compile("|".join(re.escape(folded(word)) for word in WORDS["cash_discount"][key]))
    for key in ("words", "deduct", "early")
)
#: percent; more is no discount for prompt payment
_MOST = 10
#: cents by which a printed discount may differ from its percentage: rounded by rate of VAT
_ROUNDING = 2


def decide_discount(
    layout: Layout, candidates: Candidates, totals: Totals
) -> Decision[Discount] | None:
    """Return the discount of the document, None when there is none."""
    return _cash(layout, candidates, totals) or _commercial(candidates, totals)


def _cash(layout: Layout, candidates: Candidates, totals: Totals) -> Decision[Discount] | None:
    """Return the cash discount whose percentage stands in a sentence about it."""
    for rate in candidates.rates:
        sentence = folded(" ".join(cell.text for cell in layout.rows[rate.cell.row]))
        if not 0 < rate.value <= _MOST or not _is_about_paying_early(sentence):
            continue
        amount = _made_by(rate.value, totals)
        found = Discount(type="financial", percent=rate.value, amount=amount)
        return Decision(found, 0.85 if amount else 0.6, rate)
    return None


def _is_about_paying_early(sentence: str) -> bool:
    """Tell whether a sentence names the discount, or lets who pays in some days take off."""
    is_deal = _DEDUCT.search(sentence) and _EARLY.search(sentence)
    return bool(_WORD.search(sentence) or is_deal)


def _made_by(percent: Decimal, totals: Totals) -> Decimal | None:
    """Return the amount on the page that `percent` makes of a total, else that of the base."""
    bases = [t.value for t in (totals.total_excl, totals.total_incl) if t]
    for base in bases:
        expected = to_cents(base * percent / HUNDRED)
        for off in range(_ROUNDING + 1):
            for cents in (expected - off, expected + off):
                if cents > 0 and cents in totals.values:
                    return _money(cents)
    return _money(to_cents(bases[0] * percent / HUNDRED)) if bases else None


def _commercial(candidates: Candidates, totals: Totals) -> Decision[Discount] | None:
    """Return the labelled amount that, taken off a printed subtotal, leaves the total."""
    if totals.total_excl is None:
        return None
    excl = to_cents(totals.total_excl.value)
    for value in totals.values.values():
        named = value.role("discount")
        if named and 0 < value.cents < excl and excl + value.cents in totals.values:
            place = value.place("discount")
            percent = _percent(candidates, place, value.cents, excl + value.cents)
            found = Discount(type="commercial", percent=percent, amount=_money(value.cents))
            return Decision(found, 0.85, place)
    return None


def _percent(
    candidates: Candidates, place: Candidate[Any], off: int, subtotal: int
) -> Decimal | None:
    """Return the percentage that stands on the row of a discount and makes it."""
    rates = [c.value for c in candidates.rates if c.cell.row == place.cell.row]
    return next((r for r in rates if abs(r * subtotal / HUNDRED - off) <= _ROUNDING), None)


def _money(cents: int) -> Decimal:
    return (Decimal(cents) / HUNDRED).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
