"""Whether a document may be paid, how much of it is open, and which payment that makes.

A payment takes its part of the invoice from the moment that it is prepared, whatever its way:
file, QR code, or paid without us. So an invoice is never paid above its amount.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Refused
from mailbot.domain.identifiers import read_iban, write_iban
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.money import ZERO, cents
from mailbot.domain.payment import (
    Payment,
    PaymentMethod,
    amount_taken,
)
from mailbot.domain.payment_blocks import DUPLICATES, blocking_warnings, name_of
from mailbot.domain.people import Dossier, JournalKind
from mailbot.domain.sepa_text import sepa_text
from mailbot.rules.approval import holding_rules, is_complete
from mailbot.rules.flow import is_doubtful
from mailbot.rules.payment_terms import (
    NAME_LENGTH,
    NO_COMMUNICATION,
    PaymentOrder,
    bic_of,
    chosen_amount,
    communication_of,
    debit_account,
)

#: approval lies behind these; in TO_REVIEW only the booking may still wait
_APPROVED = frozenset({Status.TO_REVIEW, Status.TO_EXPORT, Status.EXPORT_FAILED, Status.EXPORTED})


def amount_due(document: Document) -> Decimal | None:
    """Return what the invoice asks, in cents; None while nobody has read it."""
    invoice = document.invoice
    if invoice is None:
        return None
    due = invoice.amount_due if invoice.amount_due is not None else invoice.total_incl
    return cents(due) if due is not None else None


def open_amount(document: Document, payments: Iterable[Payment]) -> Decimal:
    """Return what may still be paid of the document, 0.00 at least."""
    due = amount_due(document)
    return max(ZERO, due - amount_taken(payments)) if due is not None else ZERO


def check_active(dossier: Dossier) -> None:
    """Refuse where payments are not switched on. Raises Refused: payments_off (CF-PAY-01)."""
    if not dossier.payments.active:
        raise Refused("payments_off")


def check_payable(
    document: Document,
    dossier: Dossier,
    payments: Sequence[Payment],
    account: SupplierAccount | None,
    *,
    now: datetime,
    approvals: Sequence[Approval] = (),
) -> None:
    """Refuse what must not be paid by us.

    `payments` are all of the document, `approvals` its own. Raises Refused: payments_off, and
    those of `check_owed`, `check_warnings`, `check_account`.
    """
    check_active(dossier)
    check_owed(document, dossier, approvals)
    check_warnings(document)
    check_account(document, account, now)
    check_open(document, payments)


def check_owed(document: Document, dossier: Dossier, approvals: Sequence[Approval]) -> None:
    """Refuse what is no approved purchase invoice in euro.

    Raises Refused: pay_no_purchase, pay_rejected, pay_not_ready, pay_not_approved,
    pay_on_hold, pay_credit_note, pay_not_euro, pay_no_amount.
    """
    if document.kind is not JournalKind.PURCHASE:
        raise Refused("pay_no_purchase")
    if document.status is Status.REJECTED:
        raise Refused("pay_rejected")
    if document.status not in _APPROVED:
        is_asked = document.status is Status.TO_APPROVE
        status = {"status": document.status.value}
        raise Refused("pay_not_approved" if is_asked else "pay_not_ready", status)
    if document.on_hold:
        raise Refused("pay_on_hold")
    if not is_approved(document, dossier, approvals):
        raise Refused("pay_not_approved", {"status": document.status.value})
    _check_invoice(document.invoice or Invoice())


def is_approved(document: Document, dossier: Dossier, approvals: Sequence[Approval]) -> bool:
    """Whether every rule that holds for the document, or held once, has what it asks.

    What is booked was judged by the rules of its day: a rule that came later asks nothing of it.
    """
    if document.status is Status.TO_REVIEW and is_doubtful(document) and not document.reviewed_by:
        return False
    counting = [a for a in approvals if a.state is not ApprovalState.CANCELLED]
    asked = {approval.rule for approval in counting}
    rules = holding_rules(document, dossier, approvals)
    if document.status is Status.EXPORTED:
        rules = tuple(rule for rule in rules if rule.name in asked)
    return is_complete(rules, approvals)


def _check_invoice(invoice: Invoice) -> None:
    if invoice.document_class is DocumentClass.CREDIT_NOTE:
        raise Refused("pay_credit_note")
    due = invoice.amount_due if invoice.amount_due is not None else invoice.total_incl
    if due is None or invoice.document_class is not DocumentClass.INVOICE:
        raise Refused("pay_no_amount")
    if due < 0:
        raise Refused("pay_credit_note")
    if invoice.currency != "EUR":
        raise Refused("pay_not_euro", {"currency": invoice.currency or "?"})


def check_warnings(document: Document) -> None:
    """Refuse while a warning stands that a person must settle (domain/payment_blocks.py).

    Raises Refused: pay_duplicate, pay_warned.
    """
    blocking = blocking_warnings(document)
    names = {name_of(warning) for warning in blocking}
    if names & DUPLICATES:
        raise Refused("pay_duplicate")
    if blocking:
        raise Refused("pay_warned", {"warning": name_of(blocking[0])})


def check_account(document: Document, account: SupplierAccount | None, now: datetime) -> None:
    """Refuse an account that nobody confirmed: a document never makes one trusted.

    Raises Refused: pay_no_account, pay_account_refused, pay_account_unknown, pay_account_waits.
    """
    iban = read_iban((document.invoice.iban if document.invoice else None) or "")
    if iban is None:
        raise Refused("pay_no_account")
    if account is None or account.iban != iban:
        raise Refused("pay_account_unknown", {"iban": write_iban(iban)})
    check_trusted(account, now)


def check_trusted(account: SupplierAccount, now: datetime) -> None:
    """Refuse an account to which money may not go now.

    Raises Refused: pay_account_refused, pay_account_unknown, pay_account_waits.
    """
    iban = write_iban(account.iban)
    if account.state is AccountState.REFUSED:
        raise Refused("pay_account_refused", {"iban": iban})
    if account.state is not AccountState.TRUSTED:
        raise Refused("pay_account_unknown", {"iban": iban})
    if not account.is_payable(now):
        moment = _moment(account.payable_from)
        raise Refused("pay_account_waits", {"iban": iban, "moment": moment})


def _moment(at: datetime | None) -> str:
    return f"{at:%d/%m/%Y %H:%M} UTC" if at else ""


def check_open(document: Document, payments: Sequence[Payment]) -> None:
    """Refuse when nothing is left to pay (CF-PAY-31).

    Raises Refused: pay_in_progress with the payment that is on its way, by whom and when;
    pay_nothing_open.
    """
    if open_amount(document, payments) > ZERO:
        return
    taking = [payment for payment in payments if payment.counts]
    if not taking:
        raise Refused("pay_nothing_open")
    raise Refused("pay_in_progress", in_progress(taking[-1]))


def in_progress(payment: Payment) -> dict[str, str]:
    """Return the values of the sentence that says what is on its way already."""
    return {
        "amount": f"{payment.amount:.2f}",
        "payment_status": payment.status.value,
        "by": payment.prepared_by,
        "day": payment.prepared_at.date().isoformat(),
    }


def propose_payment(  # noqa: PLR0913 - all that a payment is made of
    document: Document,
    dossier: Dossier,
    payments: Sequence[Payment],
    order: PaymentOrder,
    *,
    payment_id: str,
    prepared_by: str,
    now: datetime,
    account: SupplierAccount | None = None,
) -> Payment:
    """Return the payment that `order` asks of a document; `account` is the trusted one.

    Raises Refused: pay_above_open, bad_value, pay_no_debit_account, pay_unknown_debit_account.
    """
    invoice = document.invoice or Invoice()
    is_ours = order.method is not PaymentMethod.ELSEWHERE
    kind, text = communication_of(order.communication, invoice) if is_ours else NO_COMMUNICATION
    is_sepa = order.method is PaymentMethod.SEPA
    return Payment(
        id=payment_id,
        dossier=document.dossier,
        document_id=document.id,
        document_version=document.version,
        method=order.method,
        amount=chosen_amount(order.amount, open_amount(document, payments)),
        creditor_name=sepa_text(invoice.supplier_name or "", NAME_LENGTH),
        creditor_iban=account.iban if account and is_ours else "",
        creditor_bic=bic_of(account.iban, invoice) if account and is_ours else "",
        communication_kind=kind,
        communication=text,
        debit_iban=debit_account(dossier, order.debit_account or "").iban if is_sepa else "",
        execution_date=order.execution_date,
        prepared_by=prepared_by,
        prepared_at=now,
        is_unbooked=document.status is not Status.EXPORTED,
        rule=order.rule,
        paid_on=order.paid_on,
    )


def propose_manual_payment(  # noqa: PLR0913 - all that a payment is made of
    dossier: Dossier,
    order: PaymentOrder,
    *,
    name: str,
    account: SupplierAccount,
    payment_id: str,
    prepared_by: str,
    now: datetime,
) -> Payment:
    """Return a payment that somebody typed whole (CF-PAY-28): to a trusted account only.

    Raises Refused: bad_value, pay_no_debit_account, pay_unknown_debit_account.
    """
    if order.amount is None:
        raise Refused("bad_value", {"field": "amount", "value": ""})
    kind, text = communication_of(order.communication or "", Invoice())
    return Payment(
        id=payment_id,
        dossier=dossier.code,
        amount=chosen_amount(order.amount, order.amount),
        creditor_name=sepa_text(name, NAME_LENGTH),
        creditor_iban=account.iban,
        creditor_bic=bic_of(account.iban, Invoice()),
        communication_kind=kind,
        communication=text,
        debit_iban=debit_account(dossier, order.debit_account or "").iban,
        execution_date=order.execution_date,
        prepared_by=prepared_by,
        prepared_at=now,
        is_unbooked=True,
        rule=order.rule,
    )
