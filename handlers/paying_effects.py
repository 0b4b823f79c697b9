"""What happens to payments when something else happens to their document; shared by handlers."""

from handlers.context import MAILBOT, Unit
from mailbot.domain.document import Document
from mailbot.domain.events import EventKind
from mailbot.domain.payment import IN_BASKET, Payment, PaymentStatus, moved
from storage.payments import lock_payments, payments_of_document, record_payment


def document_changed(
    unit: Unit, document: Document, *, why: str, actor: str = MAILBOT
) -> tuple[Payment, ...]:
    """Take the payments of a document out of the basket: they were meant for what it was.

    It was rejected, deleted, taken back, or changed in what approvers decide on (`why`, for the
    audit log). Payments that left the house stay what they are. Returns what left the basket.
    """
    if not payments_of_document(unit.session, document.id):
        return ()  # none can come meanwhile: who puts one in the basket holds the document
    lock_payments(unit.session, document.dossier)
    gone = []
    for payment in payments_of_document(unit.session, document.id):
        if payment.status not in IN_BASKET:
            continue
        cancelled = moved(payment, PaymentStatus.CANCELLED)
        record_payment(unit.session, cancelled)
        facts = {
            "payment": payment.id,
            "from_status": payment.status.value,
            "to_status": cancelled.status.value,
            "amount": str(payment.amount),
            "iban": payment.creditor_iban,
            "why": why,
        }
        unit.note(EventKind.PAYMENT_MOVED, document.id, actor, **facts)
        gone.append(cancelled)
    return tuple(gone)
