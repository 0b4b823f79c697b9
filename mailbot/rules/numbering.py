"""Numbers bookings in their journal and year, for packages that leave this to us (CF-JRN-07)."""

import re
from collections.abc import Iterable

from mailbot.domain.booking import BookingProposal
from mailbot.domain.people import JournalKind

#: digits behind the two of the year
_DIGITS = 5


def next_number(booking: BookingProposal, earlier: Iterable[BookingProposal]) -> str:
    """Return the number of `booking`, given the bookings of its dossier that have left.

    A sale keeps the digits of its own invoice number; others get the next one in their journal
    and year: 2600001. A booking that has a number keeps it.
    """
    own = re.sub(r"\D", "", booking.invoice_number)
    if booking.number or (booking.kind is JournalKind.SALES and own):
        return booking.number or own
    year = booking.period[2:4]
    taken = [
        int(each.number[len(year) :])
        for each in earlier
        if each.journal == booking.journal
        and re.fullmatch(rf"{year}\d{{{_DIGITS},}}", each.number)
    ]
    return f"{year}{max(taken, default=0) + 1:0{_DIGITS}}"
