"""Makes one Discount of what structured invoices say about less to pay.

Source: XRechnung 3.0, BR-DE-18: cash discounts are coded text in the payment terms,
`#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=252.94#`.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from mailbot.domain.invoice import Discount
from mailbot.domain.money import ZERO

_SKONTO = re.compile(r"#SKONTO#TAGE=\d{1,4}#PROZENT=(\d{1,2}\.\d{2})#")


def read_cash_discount(terms: Iterable[str]) -> Discount | None:
    """Return the first coded cash discount in `terms`, None if there is none."""
    found = next((f for text in terms if (f := _SKONTO.search(text))), None)
    return Discount(type="financial", percent=Decimal(found[1])) if found else None


def build_allowance(
    amounts: Sequence[Decimal | None], percents: Sequence[Decimal | None]
) -> Discount | None:
    """Return what was taken off the whole document (BG-20), None when that is nothing.

    One allowance keeps its percentage; of several only the sum means something.
    """
    amount = sum((a for a in amounts if a), ZERO)
    percent = percents[0] if len(percents) == 1 else None
    return Discount(type="commercial", percent=percent, amount=amount) if amount else None
