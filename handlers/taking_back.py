"""Takes back a payment that was handed out or declared: its invoice is open again (CF-PAY-22)."""

from handlers.context import Unit
from handlers.payment_facts import note_payment
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.payment import HANDED_OUT, Payment, PaymentStatus, moved
from storage.payments import record_payment


def take_back(unit: Unit, payment: Payment, *, by: str, reason: str = "") -> Payment:
    """Return the payment as not paid, kept so. Raises Refused: pay_none_out."""
    if payment.status not in HANDED_OUT:
        raise Refused("pay_none_out")
    gone = moved(payment, PaymentStatus.NOT_PAID, reason=reason)
    record_payment(unit.session, gone)
    facts = {"from_status": payment.status.value, "to_status": gone.status.value, "why": reason}
    note_payment(unit, EventKind.PAYMENT_MOVED, gone, by, **{**unit.cause, **facts})
    return gone


def sentence_of(payment: Payment) -> str:
    """Return what is said when it is taken back: a file may still be uploaded at the bank."""
    is_in_file = payment.status is PaymentStatus.IN_FILE
    return "not_paid_in_file" if is_in_file else "not_paid"
