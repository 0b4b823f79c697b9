"""What is known of a payment in the basket: how it is shown, and why it cannot leave now.

Shared by handlers.
"""

from collections.abc import Sequence

from sqlmodel import Session

from handlers.accounts import account_of
from handlers.context import Unit
from handlers.correspondence import find_person
from mailbot.compose.payment_lines import Hindrance, PaymentView
from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.approval import ApprovalState
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.learning import name_key
from mailbot.domain.payment import HANDED_OUT, IN_BASKET, Payment, PaymentStatus
from mailbot.domain.people import Dossier, Employee
from mailbot.rules.payment import check_payable, open_amount
from mailbot.rules.payment_approval import demand_of, is_settled
from storage.accounts import find_account, find_refused
from storage.approvals import approvals_of
from storage.definitions import get_office
from storage.documents import find_document
from storage.payments import payment_approvals_of, payments_in, payments_of_document


def basket_of(session: Session, dossier: str) -> tuple[Payment, ...]:
    """Return what waits in the basket of a dossier, by day, account and name (CF-PAY-33).

    What leaves as soon as its file is made comes first.
    """
    waiting = payments_in(session, dossier, IN_BASKET)
    return tuple(sorted(waiting, key=_place))


def _place(payment: Payment) -> tuple[str, str, str, str]:
    day = payment.execution_date.isoformat() if payment.execution_date else ""
    return day, payment.debit_iban, payment.creditor_name.casefold(), payment.id


def check_leaving(unit: Unit, payment: Payment, dossier: Dossier) -> None:
    """Refuse what must not leave now, whatever was true when it was prepared. Raises Refused."""
    if payment.status not in IN_BASKET:
        raise Refused("payment_status_forbids", {"payment_status": payment.status.value})
    if payment.on_hold:
        raise Refused("payment_on_hold")
    document = find_document(unit.session, payment.document_id, is_locked=False)
    if document is not None:
        _check_document(unit, payment, document, dossier)
    _check_account(account_to(unit, payment, document, dossier), payment, unit)
    if missing := missing_approvers(unit.session, payment, dossier):
        names = ", ".join(_name(unit.session, dossier, email) for email in missing)
        raise Refused("payment_not_approved", {"names": names})


def _check_document(unit: Unit, payment: Payment, document: Document, dossier: Dossier) -> None:
    """Refuse when the invoice may not be paid any more, or not so much of it."""
    others = [p for p in payments_of_document(unit.session, document.id) if p.id != payment.id]
    account = account_to(unit, payment, document, dossier)
    approvals = approvals_of(unit.session, document.id)
    check_payable(document, dossier, others, account, now=unit.context.now(), approvals=approvals)
    open_ = open_amount(document, others)
    if payment.amount > open_:
        values = {"amount": f"{payment.amount:.2f}", "open": f"{open_:.2f}"}
        raise Refused("pay_above_open", values)


def _check_account(account: SupplierAccount | None, payment: Payment, unit: Unit) -> None:
    """Refuse another account than the trusted one that the payment was prepared for."""
    if account is None or account.iban != payment.creditor_iban:
        raise Refused("pay_account_unknown", {"iban": payment.creditor_iban})
    if not account.is_payable(unit.context.now()):
        raise Refused("pay_account_unknown", {"iban": payment.creditor_iban})


def account_to(
    unit: Unit, payment: Payment, document: Document | None, dossier: Dossier
) -> SupplierAccount | None:
    """Return what is known of the account that a payment goes to."""
    if document is not None:
        return account_of(unit.session, dossier, document)
    return _typed_account(unit, payment, dossier)


def _typed_account(unit: Unit, payment: Payment, dossier: Dossier) -> SupplierAccount | None:
    """Return what is known of the account of a payment that somebody typed whole (CF-PAY-28)."""
    key, iban = name_key(payment.creditor_name), payment.creditor_iban
    # who typed the payment may have been told the account by the same thief
    if refused := find_refused(unit.session, dossier=dossier.code, iban=iban):
        return refused
    known = find_account(unit.session, dossier=dossier.code, supplier=key, iban=iban)
    if known is not None:
        return known
    suppliers = (s for s in dossier.suppliers if name_key(s.name) == key and iban in s.ibans)
    if next(suppliers, None) is None:
        return None
    return SupplierAccount(
        dossier=dossier.code,
        supplier=key,
        iban=iban,
        state=AccountState.TRUSTED,
        proposed_at=payment.prepared_at,
    )


def missing_approvers(session: Session, payment: Payment, dossier: Dossier) -> tuple[str, ...]:
    """Return whose approval this version still waits for, () when it has what the rules demand.

    Raises Refused when no rule covers it.
    """
    if not dossier.payments.approval:
        return ()
    demand = demand_of(payment, dossier, employees_of(session, dossier))
    parts = payment_approvals_of(session, payment.id)
    if demand is None or is_settled(payment, demand, parts):
        return ()
    given = {
        part.approver
        for part in parts
        if part.version == payment.version and part.state is ApprovalState.APPROVED
    }
    return tuple(approver for approver in demand.approvers if approver not in given)


def view_payment(unit: Unit, payment: Payment, dossier: Dossier) -> PaymentView:
    """Return a payment as a list shows it, with what must be known before it leaves."""
    session = unit.session
    document = find_document(session, payment.document_id, is_locked=False)
    hindrance = None
    if payment.status in IN_BASKET and not payment.on_hold:
        hindrance = find_hindrance(unit, payment, dossier)
    return PaymentView(
        payment=payment,
        document=document,
        account=account_name(dossier, payment.debit_iban),
        alerts=tuple(_alerts(session, payment, document)),
        hindrance=hindrance,
        prepared_by=_name(session, dossier, payment.prepared_by),
    )


def find_hindrance(unit: Unit, payment: Payment, dossier: Dossier) -> Hindrance | None:
    """Return why a payment cannot leave now, None when it can."""
    try:
        check_leaving(unit, payment, dossier)
    except Refused as refused:
        return Hindrance(reason=refused.reason, values=refused.values)
    return None


def _alerts(session: Session, payment: Payment, document: Document | None) -> Sequence[str]:
    """Return what asks for a second look (ids in table `payment_alerts`)."""
    if payment.status not in IN_BASKET or document is None:
        return ()
    alerts = [] if document.status is Status.EXPORTED else ["not_booked"]
    others = [p for p in payments_of_document(session, document.id) if p.id != payment.id]
    if any(other.status in HANDED_OUT or other.status is PaymentStatus.PAID for other in others):
        alerts.append("paid_in_part")
    if any(other.status in IN_BASKET for other in others):
        alerts.append("in_basket_too")
    return alerts


def account_name(dossier: Dossier, iban: str) -> str:
    """Return what people call an account of the dossier, its IBAN if it is none any more."""
    return next((each.alias for each in dossier.debit_accounts if each.iban == iban), iban)


def employees_of(session: Session, dossier: Dossier) -> tuple[Employee, ...]:
    """Return who works at the office of a dossier."""
    _office, employees = get_office(session, dossier.office)
    return employees


def note_payment(unit: Unit, kind: EventKind, payment: Payment, actor: str, **facts: str) -> None:
    """Write the audit event of a payment, under its document if it has one."""
    known = {
        "payment": payment.id,
        "version": str(payment.version),
        "amount": str(payment.amount),
        "iban": payment.creditor_iban,
        "status": payment.status.value,
    }
    unit.note(kind, payment.document_id or payment.id, actor, **{**known, **facts})


def _name(session: Session, dossier: Dossier, email: str) -> str:
    person = find_person(session, dossier, email)
    return person.name if person else email
