"""Whether an amount is far from what a supplier usually asks (mail.md §7)."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import median

#: of so many earlier invoices one can say what is usual
_ENOUGH = 4
#: a distance of so many spreads is far; the median of distances, made comparable to a standard
#: deviation (Rousseeuw and Croux, 1993), so that one odd invoice before changes nothing
_FAR, _AS_DEVIATION = Decimal(6), Decimal("1.4826")
#: and never less than this: invoices that are always the same have no spread at all
_LEAST_SHARE, _LEAST = Decimal("0.5"), Decimal(50)


def usual_range(amount: Decimal, earlier: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Return the least and most that is usual when `amount` is far from it, else None."""
    if len(earlier) < _ENOUGH:
        return None
    middle = median(earlier)
    spread = median([abs(one - middle) for one in earlier]) * _AS_DEVIATION
    far = max(_FAR * spread, _LEAST_SHARE * abs(middle), _LEAST)
    if abs(amount - middle) <= far:
        return None
    usual = [one for one in earlier if abs(one - middle) <= far]
    return min(usual), max(usual)
