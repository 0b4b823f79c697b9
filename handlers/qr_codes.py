"""Hands out EPC QR codes: one for a payment, shown again when it is asked again (CF-PAY-20…22).

A code can be paid at once, so it does not go round the approval of payments, nor a limit.
Shared by handlers.
"""

from collections.abc import Sequence
from dataclasses import replace

from handlers.acting import Act, Result
from handlers.leaving_today import left_today
from handlers.pay_mail import send_pay_mail
from handlers.payment_changes import cancel
from handlers.payment_facts import employees_of
from handlers.preparing import (
    Case,
    about,
    cause_of,
    check_document,
    keep_new,
    locked_payments,
    mark_handled,
    meant_document,
    propose,
    waiting_in,
    without,
)
from handlers.taking_back import take_back
from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.money import total
from mailbot.domain.payment import Payment, PaymentMethod, PaymentStatus
from mailbot.rules.payment import in_progress
from mailbot.rules.payment_approval import demand_of
from mailbot.rules.payment_limits import check_limits


def qr(act: Act) -> Result:
    """Hand out an EPC QR code (CF-PAY-20…22); asked again, show the same code.

    Raises Refused: those of rules/payment.py, qr_needs_approval, qr_above_limit, pay_no_next.
    """
    document = meant_document(act)
    payments = locked_payments(act, document)
    made = handed_out_code(payments)
    if made is not None:
        return new_code(act, document, payments, made)
    waiting = waiting_in(payments)
    case = check_document(act, document, without(payments, waiting))
    payment = _code_payment(case, waiting)
    if waiting is not None:
        cancel(about(act, waiting))
    keep_new(act, payment)
    send_pay_mail(act.unit, payment, document, act.dossier, to=act.person, cause=cause_of(act))
    return mark_handled(act, document, "qr")


def new_code(act: Act, document: Document, payments: Sequence[Payment], made: Payment) -> Result:
    """Show the code that was handed out, or one in its place if something changes (CF-PAY-12)."""
    if {"date", "account", "rule", "via"} & set(act.command.args):
        raise Refused("pay_in_progress", in_progress(made))
    wanted = _code_payment(check_document(act, document, without(payments, made)), made)
    is_same = _paid(wanted) == _paid(made)
    shown = made if is_same else _replace(act, made, wanted)
    send_pay_mail(
        act.unit,
        shown,
        document,
        act.dossier,
        to=act.person,
        cause=cause_of(act),
        replaces=not is_same,
    )
    return Result(document=act.document, sentence="qr_again" if is_same else "qr_replaced")


def _paid(payment: Payment) -> tuple[object, ...]:
    """Return what a code says."""
    told = (payment.communication_kind, payment.communication)
    return payment.amount, payment.creditor_name, payment.creditor_iban, *told


def _replace(act: Act, made: Payment, wanted: Payment) -> Payment:
    take_back(act.unit, made, by=act.email, reason="replaced")
    keep_new(act, wanted)
    return wanted


def _code_payment(case: Case, before: Payment | None) -> Payment:
    """Return the payment of a code; what is not asked anew stays as it was prepared before."""
    payment = replace(propose(case, PaymentMethod.QR), status=PaymentStatus.QR_MADE)
    asked = case.act.command.args
    if before is not None and "amount" not in asked:
        payment = replace(payment, amount=min(before.amount, case.open))
    if before is not None and "communication" not in asked:
        kind, text = before.communication_kind, before.communication
        payment = replace(payment, communication_kind=kind, communication=text)
    _check_code(case.act, payment, before)
    return payment


def _check_code(act: Act, payment: Payment, before: Payment | None) -> None:
    """Refuse a code that would go round the approval of payments, or a limit."""
    demand = demand_of(payment, act.dossier, employees_of(act.unit.session, act.dossier))
    if demand is not None and not _is_approved(payment, before):
        raise Refused("qr_needs_approval")
    if _takes_no_more(payment, before):
        return
    left = left_today(act.unit, act.dossier)
    mine = total(each.amount for each, by in left if by == act.email)
    made = [each for each, _by in left]
    if check_limits([payment], made, act.dossier, act.person, mine_today=mine):
        raise Refused("qr_above_limit")


def _is_approved(payment: Payment, before: Payment | None) -> bool:
    """Whether everybody who had to has approved just this, as a line of the basket."""
    if before is None or _paid(before) != _paid(payment):
        return False
    return before.status is PaymentStatus.APPROVED or before.method is PaymentMethod.QR


def _takes_no_more(payment: Payment, before: Payment | None) -> bool:
    """Whether a code that was handed out already let as much leave."""
    is_code = before is not None and before.method is PaymentMethod.QR
    return is_code and before is not None and payment.amount <= before.amount


def handed_out_code(payments: Sequence[Payment]) -> Payment | None:
    """Return the payment whose code was handed out last, None if none was."""
    return next((p for p in reversed(payments) if p.status is PaymentStatus.QR_MADE), None)
