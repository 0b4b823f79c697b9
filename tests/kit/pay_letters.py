"""Writes the mails that show how one document is paid, for tests that hold for every letter."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

from connectors.epc_qr import epc_png, epc_text
from mailbot.compose.pay import PayView, write_pay_mail
from mailbot.compose.render import Letterhead
from mailbot.domain.document import Status
from mailbot.domain.letter import Letter
from mailbot.domain.payment import CommunicationKind, Payment, PaymentMethod, PaymentStatus
from tests.kit.letters import a_document, a_view

BY_FILE = Payment(
    id="0198feed",
    dossier="bakkerij",
    document_id="0198c0ffee",
    amount=Decimal("250.00"),
    creditor_name="Drukkerij Voorbeeld BV",
    creditor_iban="BE71096123456769",
    creditor_bic="GKCCBEBB",
    communication_kind=CommunicationKind.OGM,
    communication="123456789002",
    debit_iban="BE68539007547034",
    execution_date=date(2026, 12, 11),
    prepared_by="an@korenaar.example",
    prepared_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
)
BY_CODE = Payment(
    id="0198beef",
    dossier="bakkerij",
    document_id="0198c0ffee",
    method=PaymentMethod.QR,
    status=PaymentStatus.QR_MADE,
    amount=Decimal("605.00"),
    creditor_name="Drukkerij Voorbeeld BV",
    creditor_iban="BE71096123456769",
    prepared_by="an@korenaar.example",
    prepared_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
)


def _by_file(head: Letterhead) -> Letter:
    pay = PayView(
        payment=BY_FILE,
        due=Decimal("605.00"),
        open=Decimal("355.00"),
        account="kbc",
        next=a_view(a_document(id="0198cafe")),
    )
    return write_pay_mail(head, a_view(a_document(status=Status.TO_EXPORT)), pay)


def _by_code(head: Letterhead) -> Letter:
    pay = PayView(
        payment=BY_CODE,
        due=Decimal("605.00"),
        open=Decimal("0.00"),
        code=epc_png(epc_text(BY_CODE)),
        replaces=True,
        banks=("Belfius", "ING", "KBC"),
    )
    return write_pay_mail(head, a_view(a_document(status=Status.EXPORTED)), pay)


PAY_LETTERS: dict[str, Callable[[Letterhead], Letter]] = {
    "pay_by_file": _by_file,
    "pay_by_code": _by_code,
}
