"""Finds the cash discount: what may be taken off by who pays early (korting contant, escompte)."""

import re

from mailbot.domain.invoice import Discount
from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.fields import Decision
from mailbot.recognition.grammars import AmountReading
from mailbot.recognition.layout import Cell, Layout
from mailbot.recognition.vocabulary import WORDS, folded

_WORD = re.compile("|".join(re.escape(word) for word in WORDS["cash_discount"]["words"]))
#: percent; more is no discount for prompt payment
_MOST = 10


def decide_discount(layout: Layout, candidates: Candidates) -> Decision[Discount] | None:
    """Return the cash discount whose percentage stands in a sentence about it."""
    for rate in candidates.rates:
        sentence = " ".join(cell.text for cell in layout.rows[rate.cell.row])
        if not 0 < rate.value <= _MOST or not _WORD.search(folded(sentence)):
            continue
        amounts = [a.value.amount for a in candidates.amounts if _is_behind(a, rate.cell)]
        amount = min((abs(a) for a in amounts), default=None)
        found = Discount(type="financial", percent=rate.value, amount=amount)
        return Decision(found, 0.85 if amount else 0.7, rate)
    return None


def _is_behind(amount: Candidate[AmountReading], cell: Cell) -> bool:
    """Tell whether an amount of money stands on the row of `cell`."""
    return amount.cell.row == cell.row and amount.value.is_money
