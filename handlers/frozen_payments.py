"""What happens in baskets when somebody is frozen: nothing that rests on them leaves.

Shared by handlers.
"""

from handlers.approving_payments import follow_basket
from handlers.context import Unit
from handlers.payment_facts import note_payment
from mailbot.domain.approval import ApprovalState
from mailbot.domain.events import EventKind
from mailbot.domain.payment import IN_BASKET, Payment, changed
from mailbot.domain.people import Definition
from mailbot.rules.payment_approval import without_open
from storage.payments import (
    lock_payments,
    payment_approvals_of,
    payments_in,
    record_payment,
    record_payment_approvals,
)

_GIVEN_OR_OPEN = (ApprovalState.OPEN, ApprovalState.APPROVED)


def hold_payments(unit: Unit, definition: Definition, address: str) -> None:
    """Keep what somebody prepared in the basket, and take back what they approved or were to.

    What they prepared waits until somebody else takes it over, also when they are thawed: who had
    their mailbox meanwhile may have put it there. Approvals are asked anew, of others.
    """
    for dossier in definition.dossiers:
        if not dossier.payments.active:
            continue
        lock_payments(unit.session, dossier.code)
        touched = [
            payment
            for payment in payments_in(unit.session, dossier.code, IN_BASKET)
            if _hold(unit, payment, address.lower())
        ]
        if touched:
            follow_basket(unit, dossier, cause=f"frozen:{unit.context.new_id()}")


def _hold(unit: Unit, payment: Payment, address: str) -> bool:
    """Make a payment that rests on somebody another version; False when it does not."""
    is_theirs = payment.prepared_by.lower() == address
    parts = payment_approvals_of(unit.session, payment.id)
    has_part = any(
        part.approver == address
        and part.version == payment.version
        and part.state in _GIVEN_OR_OPEN
        for part in parts
    )
    if not is_theirs and not has_part:
        return False
    record_payment_approvals(unit.session, without_open(parts))
    held = changed(payment, waits_since_freeze=payment.waits_since_freeze or is_theirs)
    record_payment(unit.session, held)
    note_payment(unit, EventKind.PAYMENT_CHANGED, held, address, why="frozen")
    return True
