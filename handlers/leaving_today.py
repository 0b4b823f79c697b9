"""What was handed out of a dossier today, in files or as codes; for the limits of a day.

Shared by handlers.
"""

from datetime import timedelta

from handlers.context import Unit
from mailbot.domain.clock import local_date
from mailbot.domain.payment import Payment, PaymentMethod, PaymentStatus
from mailbot.domain.people import Dossier
from storage.definitions import get_office
from storage.payments import payment_files_of, payments_in, payments_in_file

#: the longest day, when clocks go back, and some
_A_DAY = timedelta(hours=26)
_OF_CODES = (PaymentStatus.QR_MADE, PaymentStatus.PAID)
#: more than a dossier makes in a day
_MOST_FILES = 1000


def left_today(unit: Unit, dossier: Dossier) -> list[tuple[Payment, str]]:
    """Return what left today, with the address of who let it leave, in lower case."""
    office, _employees = get_office(unit.session, dossier.office)
    today = local_date(unit.context.now(), office.time_zone)
    found: list[tuple[Payment, str]] = []
    for file in payment_files_of(unit.session, dossier.code, limit=_MOST_FILES):
        if local_date(file.created_at, office.time_zone) != today:
            break
        found += [(p, file.created_by.lower()) for p in payments_in_file(unit.session, file.id)]
    since = unit.context.now() - _A_DAY
    codes = payments_in(unit.session, dossier.code, _OF_CODES, since=since)
    found += [
        (payment, payment.prepared_by.lower())
        for payment in codes
        if payment.method is PaymentMethod.QR
        and local_date(payment.prepared_at, office.time_zone) == today
    ]
    return found
