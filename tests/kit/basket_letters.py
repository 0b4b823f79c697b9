"""Writes one of every letter about the basket, for tests that hold for all letters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from mailbot.compose.basket import ExecutionView, write_basket, write_execution_request
from mailbot.compose.digest import DigestPayment, DigestSection, write_digest_employee
from mailbot.compose.payment_lines import Hindrance, PaymentView
from mailbot.compose.payment_notices import (
    ListedPayment,
    write_payment_approval,
    write_payment_file,
    write_payment_refused,
    write_payments,
)
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import Reason
from mailbot.domain.booking import ExportFile
from mailbot.domain.document import Status
from mailbot.domain.execution import Execution, PlannedFile
from mailbot.domain.letter import Letter
from mailbot.domain.payment import CommunicationKind, Payment, PaymentFile, PaymentStatus
from tests.kit.letters import DOSSIER, PAGE, a_document

KBC, BNP = "BE71096123456769", "BE62510007547061"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FULL = Payment(
    id="0199a001",
    dossier="bakkerij",
    document_id="0198c0ffee",
    amount=Decimal("605.00"),
    creditor_name="Drukkerij Voorbeeld BV",
    creditor_iban="BE17123456781212",
    communication_kind=CommunicationKind.OGM,
    communication="123456789002",
    debit_iban=KBC,
    prepared_by="karim@korenaar.example",
    prepared_at=NOON,
)
PART = replace(
    FULL,
    id="0199a002",
    amount=Decimal("250.00"),
    debit_iban=BNP,
    execution_date=date(2026, 12, 15),
    communication_kind=CommunicationKind.FREE,
    communication="voorschot",
    on_hold=True,
)
TYPED = replace(
    PART,
    id="0199a003",
    document_id="",
    creditor_name="Huisbaas Voorbeeld",
    communication_kind=CommunicationKind.NONE,
    communication="",
    on_hold=False,
)
VIEWS = (
    PaymentView(
        payment=FULL,
        document=a_document(),
        account="kbc",
        alerts=("not_booked",),
        hindrance=Hindrance(reason="payment_not_approved", values={"names": "Mia Claes"}),
        prepared_by="Karim Haddad",
    ),
    PaymentView(
        payment=PART,
        document=a_document(status=Status.EXPORTED),
        account="bnp",
        alerts=("paid_in_part", "in_basket_too"),
        prepared_by="Karim Haddad",
    ),
    PaymentView(payment=TYPED, account="bnp", prepared_by="An Peeters"),
)
EXECUTION = Execution(
    files=(
        PlannedFile(debit_iban=KBC, execution_date=date(2026, 11, 20), payments=(FULL,)),
        PlannedFile(debit_iban=BNP, execution_date=date(2026, 12, 15), payments=(TYPED,)),
    ),
    fingerprint="0123456789abcdef" * 4,
)
SHOWN = ExecutionView(
    execution=EXECUTION,
    views={1: VIEWS[0], 3: VIEWS[2]},
    accounts={KBC: "kbc", BNP: "bnp"},
    dossier=DOSSIER.name,
)
FILE = PaymentFile(
    id="0199f001",
    dossier="bakkerij",
    number=12,
    debit_iban=KBC,
    execution_date=date(2026, 11, 20),
    format="pain.001.001.09",
    count=1,
    total=Decimal("605.00"),
    sha256="0123456789abcdef" * 4,
    payment_ids=(FULL.id,),
    created_at=NOON,
    created_by="an@korenaar.example",
)
XML = ExportFile(name="sepa-12.xml", media_type="application/xml", content=b"<Document/>\n")


def _digest(head: Letterhead) -> Letter:
    mine = DigestPayment(view=VIEWS[1], dossier=DOSSIER.name)
    other = DigestPayment(view=VIEWS[2], dossier=DOSSIER.name, waits_for=("Mia Claes",))
    sections = (
        DigestSection(id="payments", lines=(mine,)),
        DigestSection(id="payments_others", lines=(other,)),
    )
    return write_digest_employee(head, sections, unsubscribe_url=f"{PAGE}/stop")


BASKET_LETTERS: dict[str, Callable[[Letterhead], Letter]] = {
    "basket": lambda head: write_basket(head, VIEWS, dossier=DOSSIER.name),
    "basket_changed": lambda head: write_basket(
        head, VIEWS[:1], dossier=DOSSIER.name, is_changed=True
    ),
    "basket_empty": lambda head: write_basket(head, (), dossier=DOSSIER.name),
    "execution": lambda head: write_execution_request(
        head,
        SHOWN,
        code="447109",
        confirm_url=f"{PAGE}/confirm",
        reason=Reason(id="level", until=NOON),
    ),
    "payment_approval": lambda head: write_payment_approval(
        head,
        VIEWS[1:],
        dossier=DOSSIER.name,
        rules=("directie",),
        together_with=("Karim",),
    ),
    "payment_approval_of_one": lambda head: write_payment_approval(
        head, VIEWS[1:2], dossier=DOSSIER.name, rules=("directie",)
    ),
    "payment_refused": lambda head: write_payment_refused(
        head, VIEWS[2], by="Mia Claes", reason="te vroeg", dossier=DOSSIER.name
    ),
    "payment_file": lambda head: write_payment_file(
        head, FILE, XML, account="kbc", dossier=DOSSIER.name
    ),
    "payment_file_again": lambda head: write_payment_file(
        head, FILE, XML, account="kbc", dossier=DOSSIER.name, is_again=True
    ),
    "payments": lambda head: write_payments(
        head,
        (
            ListedPayment(
                view=replace(
                    VIEWS[2],
                    payment=replace(TYPED, status=PaymentStatus.PAID, paid_on=date(2026, 12, 16)),
                ),
                file_number=12,
            ),
        ),
        dossier=DOSSIER.name,
        period="12/2026",
        has_more=False,
    ),
    "digest_of_payments": _digest,
}
