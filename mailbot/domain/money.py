"""Amounts: Decimal, in the unit of their currency, rounded half up to cents."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """Return `amount` rounded half up to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of `amounts` in cents; nothing sums to 0.00."""
    return cents(sum(amounts, ZERO))


def to_cents(amount: Decimal) -> int:
    """Return `amount` in whole cents, rounded half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
