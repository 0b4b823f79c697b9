"""Shows somebody how a document is paid, with its QR code if there is one; shared by handlers."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from connectors.epc_qr import epc_png, epc_text
from handlers.accounts import account_of
from handlers.asking import Showing, show, view_of
from handlers.context import Unit
from handlers.payment_facts import account_name
from mailbot.compose.pay import PayView, write_pay_mail
from mailbot.domain.clock import local_date
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Refused
from mailbot.domain.money import ZERO
from mailbot.domain.payment import Payment, PaymentMethod
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.payment import amount_due, check_payable, open_amount
from storage.approvals import approvals_of
from storage.definitions import get_office
from storage.documents import unpaid_documents
from storage.payments import payments_of_document

#: where the next document to pay is looked for: the newest ones, and none that fell due long ago,
#: which was most likely paid before mailbot paid anything
_NEWEST, _LONGEST_AGO = 25, timedelta(days=60)
_PAYABLE = (Status.TO_REVIEW, Status.TO_EXPORT, Status.EXPORT_FAILED, Status.EXPORTED)


def send_pay_mail(  # noqa: PLR0913 - what is paid, to whom it is shown, and why
    unit: Unit,
    payment: Payment,
    document: Document,
    dossier: Dossier,
    *,
    to: Person | Employee,
    cause: str,
    replaces: bool = False,
) -> None:
    """Show a payment to who asked for it; `cause` is their mail or form.

    `replaces`: an earlier code was handed out that must not be scanned any more.
    """
    payments = payments_of_document(unit.session, document.id)
    is_code = payment.method is PaymentMethod.QR
    following = find_next(unit, dossier, document)
    pay = PayView(
        payment=payment,
        due=amount_due(document) or ZERO,
        open=open_amount(document, payments),
        code=epc_png(epc_text(payment)) if is_code else None,
        replaces=replaces,
        account=account_name(dossier, payment.debit_iban),
        banks=dossier.payments.qr_banks,
        next=view_of(unit, following, dossier) if following else None,
    )
    showing = Showing(
        to=to,
        key=f"pay:{payment.id}:{payment.version}:{cause}",
        shown=Shown.PAY,
        write=partial(write_pay_mail, pay=pay),
    )
    show(unit, document, dossier, showing)


def find_next(unit: Unit, dossier: Dossier, after: Document) -> Document | None:
    """Return the document that falls due first of those that can be paid now (CF-PAY-09)."""
    office, _employees = get_office(unit.session, dossier.office)
    today = local_date(unit.context.now(), office.time_zone)
    found = [d for d in _payable(unit, dossier, today) if d.id != after.id]
    return min(found, key=_due, default=None)


def _payable(unit: Unit, dossier: Dossier, today: date) -> Iterator[Document]:
    for document in unpaid_documents(unit.session, dossier.code, _PAYABLE, limit=_NEWEST):
        if _due(document) >= today - _LONGEST_AGO and _is_payable(unit, dossier, document):
            yield document


def _is_payable(unit: Unit, dossier: Dossier, document: Document) -> bool:
    try:
        check_payable(
            document,
            dossier,
            (),
            account_of(unit.session, dossier, document),
            now=unit.context.now(),
            approvals=approvals_of(unit.session, document.id),
        )
    except Refused:
        return False
    return not any(note.text == "paid" for note in document.notes)


def _due(document: Document) -> date:
    due = document.invoice.due_date if document.invoice else None
    return due or document.received_at.date()
