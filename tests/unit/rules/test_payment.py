"""Tests of what may be paid, how much, and of the payment that an order makes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.account import AccountState, SupplierAccount
from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document, Status
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.payment import CommunicationKind, Payment, PaymentMethod, PaymentStatus
from mailbot.domain.people import (
    ApprovalRule,
    DebitAccount,
    Dossier,
    JournalKind,
    Payments,
)
from mailbot.rules.payment import (
    amount_due,
    check_payable,
    open_amount,
    propose_manual_payment,
    propose_payment,
)
from mailbot.rules.payment_terms import PaymentOrder, bic_of, communication_of, debit_account
from tests.kit.letters import DOSSIER, INVOICE, a_document, certain

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
IBAN, OTHER = "BE71096123456769", "BE68539007547034"
PAYING = replace(
    DOSSIER,
    payments=Payments(active=True),
    debit_accounts=(DebitAccount(alias="kbc", iban=OTHER), DebitAccount(alias="ing", iban=IBAN)),
)
TRUSTED = SupplierAccount(
    dossier="bakkerij", supplier="s", iban=IBAN, state=AccountState.TRUSTED, proposed_at=NOW
)


_OF_DOCUMENT = {"status", "kind", "warnings", "on_hold"}


def an_invoice(**changes: object) -> Document:
    """Return a booked purchase of 605.00 euro to `IBAN`."""
    of_document = {k: v for k, v in changes.items() if k in _OF_DOCUMENT}
    of_invoice = {k: v for k, v in changes.items() if k not in _OF_DOCUMENT}
    values = {"iban": IBAN, "amount_due": Decimal("605.00"), **of_invoice}
    invoice = certain(replace(INVOICE, **values))  # type: ignore[arg-type]
    return a_document(**{"status": Status.EXPORTED, "invoice": invoice, **of_document})


def a_payment(amount: str = "605.00", **changes: object) -> Payment:
    values: dict[str, object] = {
        "id": "p1",
        "dossier": "bakkerij",
        "document_id": "d1",
        "amount": Decimal(amount),
        "creditor_name": "Drukkerij",
        "prepared_by": "an@korenaar.example",
        "prepared_at": NOW,
    }
    return Payment(**{**values, **changes})  # type: ignore[arg-type]


def why_not(
    document: Document,
    dossier: Dossier = PAYING,
    *payments: Payment,
    account: SupplierAccount | None = TRUSTED,
    approvals: tuple[Approval, ...] = (),
) -> str:
    try:
        check_payable(document, dossier, payments, account, now=NOW, approvals=approvals)
    except Refused as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        (an_invoice(), ""),
        (an_invoice(status=Status.TO_EXPORT), ""),
        (an_invoice(status=Status.TO_REVIEW), ""),
        (an_invoice(status=Status.EXPORT_FAILED), ""),
        (an_invoice(status=Status.TO_APPROVE), "pay_not_approved"),
        (an_invoice(status=Status.REJECTED), "pay_rejected"),
        (an_invoice(status=Status.INBOX), "pay_not_ready"),
        (an_invoice(status=Status.QUARANTINED), "pay_not_ready"),
        (an_invoice(status=Status.DELETED), "pay_not_ready"),
        (an_invoice(status=Status.SPLIT), "pay_not_ready"),
        (an_invoice(on_hold=True), "pay_on_hold"),
        (an_invoice(kind=JournalKind.SALES), "pay_no_purchase"),
        (an_invoice(document_class=DocumentClass.CREDIT_NOTE), "pay_credit_note"),
        (an_invoice(amount_due=Decimal("-1.00")), "pay_credit_note"),
        (an_invoice(currency="USD"), "pay_not_euro"),
        (an_invoice(currency=None), "pay_not_euro"),
        (an_invoice(amount_due=None, total_incl=None), "pay_no_amount"),
        (an_invoice(amount_due=Decimal("0.00")), "pay_nothing_open"),
        (an_invoice(warnings=("duplicate_invoice",)), "pay_duplicate"),
        (an_invoice(warnings=("xml_differs_iban",)), "pay_warned"),
        (an_invoice(warnings=("new_supplier", "new_iban")), ""),
        (an_invoice(iban=None), "pay_no_account"),
        (an_invoice(iban="BE00"), "pay_no_account"),
        (an_invoice(iban=OTHER), "pay_account_unknown"),
    ],
)
def test_what_a_document_must_be_to_be_paid(document: Document, wanted: str) -> None:
    assert why_not(document) == wanted


@pytest.mark.parametrize(
    ("account", "wanted"),
    [
        (None, "pay_account_unknown"),
        (replace(TRUSTED, state=AccountState.PROPOSED), "pay_account_unknown"),
        (replace(TRUSTED, state=AccountState.REFUSED), "pay_account_refused"),
        (replace(TRUSTED, payable_from=NOW + timedelta(hours=1)), "pay_account_waits"),
        (replace(TRUSTED, payable_from=NOW), ""),
        (replace(TRUSTED, iban=OTHER), "pay_account_unknown"),
    ],
)
def test_money_only_goes_to_an_account_that_people_confirmed(
    account: SupplierAccount | None, wanted: str
) -> None:
    assert why_not(an_invoice(), account=account) == wanted


def test_payments_are_off_unless_switched_on() -> None:
    assert why_not(an_invoice(), replace(PAYING, payments=Payments())) == "payments_off"


RULE = ApprovalRule(name="aankopen", approvers=("karim@korenaar.example",))
APPROVED = Approval(
    document_id="d1",
    rule="aankopen",
    approver="karim@korenaar.example",
    mode="all",
    version=1,
    state=ApprovalState.APPROVED,
)


@pytest.mark.parametrize("status", [Status.TO_REVIEW, Status.TO_EXPORT, Status.EXPORT_FAILED])
@pytest.mark.parametrize(
    ("approvals", "wanted"),
    [
        ((), "pay_not_approved"),
        ((APPROVED,), ""),
        ((replace(APPROVED, state=ApprovalState.OPEN),), "pay_not_approved"),
        ((replace(APPROVED, state=ApprovalState.CANCELLED),), "pay_not_approved"),
        ((replace(APPROVED, state=ApprovalState.REJECTED),), "pay_not_approved"),
    ],
)
def test_every_rule_that_holds_must_have_its_approvals(
    status: Status, approvals: tuple[Approval, ...], wanted: str
) -> None:
    dossier = replace(PAYING, approval_rules=(RULE,))
    assert why_not(an_invoice(status=status), dossier, approvals=approvals) == wanted


def test_a_rule_that_came_after_booking_asks_nothing_of_what_was_booked() -> None:
    dossier = replace(PAYING, approval_rules=(RULE,))
    assert why_not(an_invoice(), dossier) == ""
    waiting = replace(APPROVED, state=ApprovalState.OPEN)
    assert why_not(an_invoice(), dossier, approvals=(waiting,)) == "pay_not_approved"


def test_a_rule_that_held_once_still_asks_when_the_total_is_lower_now() -> None:
    rule = ApprovalRule(
        name="groot", approvers=("mia@korenaar.example",), amount_from=Decimal(900)
    )
    dossier = replace(PAYING, approval_rules=(rule,))
    asked = Approval(
        document_id="d1", rule="groot", approver="mia@korenaar.example", mode="all", version=1
    )
    document = an_invoice(status=Status.TO_EXPORT)
    assert why_not(document, dossier, approvals=(asked,)) == "pay_not_approved"
    given_ = replace(asked, state=ApprovalState.APPROVED, decided_at=NOW)
    assert why_not(document, dossier, approvals=(given_,)) == ""


@pytest.mark.parametrize("status", PaymentStatus)
def test_what_is_on_its_way_is_not_paid_again(status: PaymentStatus) -> None:
    gone = status in (PaymentStatus.NOT_PAID, PaymentStatus.REFUSED, PaymentStatus.CANCELLED)
    found = why_not(an_invoice(), PAYING, a_payment(status=status))
    assert found == ("" if gone else "pay_in_progress")


AMOUNTS = st.decimals("0.01", "700.00", places=2)


@given(st.lists(AMOUNTS, max_size=8))
def test_an_invoice_is_never_paid_above_its_amount(wanted: list[Decimal]) -> None:
    document, made = an_invoice(), []
    for number, amount in enumerate(wanted):
        order = PaymentOrder(amount=amount)
        try:
            made.append(
                propose_payment(
                    document,
                    PAYING,
                    made,
                    order,
                    payment_id=str(number),
                    prepared_by="an@korenaar.example",
                    now=NOW,
                    account=TRUSTED,
                )
            )
        except Refused as refused:
            assert refused.reason in {"pay_above_open", "bad_value"}
    assert sum(p.amount for p in made) <= Decimal("605.00")
    assert open_amount(document, made) == Decimal("605.00") - sum(p.amount for p in made)


def proposed(order: PaymentOrder, **invoice: object) -> Payment:
    return propose_payment(
        an_invoice(**invoice),
        PAYING,
        (),
        order,
        payment_id="p",
        prepared_by="an@korenaar.example",
        now=NOW,
        account=TRUSTED,
    )


def test_what_nobody_chose_follows_from_the_document_and_the_dossier() -> None:
    payment = proposed(PaymentOrder(), supplier_name="Crème & Brûlée")
    assert payment.amount == Decimal("605.00")
    assert payment.creditor_name == "Creme + Brulee"
    assert payment.creditor_iban == IBAN
    assert payment.debit_iban == OTHER
    assert payment.execution_date is None
    assert not payment.is_unbooked
    assert proposed(PaymentOrder(), status=Status.TO_EXPORT).is_unbooked


def test_what_was_paid_without_us_names_no_account() -> None:
    order = PaymentOrder(method=PaymentMethod.ELSEWHERE, paid_on=date(2026, 11, 3))
    payment = proposed(order)
    assert (payment.creditor_iban, payment.debit_iban, payment.communication) == ("", "", "")
    assert payment.paid_on == date(2026, 11, 3)


@pytest.mark.parametrize("amount", ["0", "-5", "1.001", "605.01"])
def test_an_amount_that_cannot_be_paid_is_refused(amount: str) -> None:
    with pytest.raises(Refused):
        proposed(PaymentOrder(amount=Decimal(amount)))


@pytest.mark.parametrize(
    ("typed", "reference", "kind", "text"),
    [
        (None, "090933755493", CommunicationKind.OGM, "090933755493"),
        (None, "+++090/9337/55493+++", CommunicationKind.OGM, "090933755493"),
        (None, "klant 12", CommunicationKind.FREE, "klant 12"),
        # a reference that was read wrong gives way to the number of the invoice
        (None, "090933755494", CommunicationKind.FREE, "2026-114"),
        (None, None, CommunicationKind.FREE, "2026-114"),
        ("", "090933755493", CommunicationKind.NONE, ""),
        ("090933755493", None, CommunicationKind.OGM, "090933755493"),
        ("été €5", None, CommunicationKind.FREE, "ete EUR5"),
    ],
)
def test_what_the_creditor_is_told(
    typed: str | None, reference: str | None, kind: CommunicationKind, text: str
) -> None:
    invoice = Invoice(payment_reference=reference, invoice_number="2026-114")
    assert communication_of(typed, invoice) == (kind, text)


@pytest.mark.parametrize("typed", ["090933755494", "+++090/9337/55494+++"])
def test_a_structured_communication_with_a_wrong_remainder_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="bad_value"):
        communication_of(typed, Invoice())


def test_a_debit_account_is_named_by_alias_or_number() -> None:
    assert debit_account(PAYING, "ING").iban == IBAN
    assert debit_account(PAYING, "BE71 0961 2345 6769").alias == "ing"
    with pytest.raises(Refused, match="pay_unknown_debit_account"):
        debit_account(PAYING, "argenta")
    with pytest.raises(Refused, match="pay_no_debit_account"):
        debit_account(DOSSIER, "")


@pytest.mark.parametrize(
    ("iban", "said", "wanted"),
    [
        (IBAN, "ZZZZZZZZ", "GKCCBEBB"),
        ("NL91ABNA0417164300", "ABNANL2A", "ABNANL2A"),
        ("NL91ABNA0417164300", "ABNABE2A", ""),
        ("NL91ABNA0417164300", None, ""),
    ],
)
def test_a_bic_is_that_of_the_account_or_none(iban: str, said: str | None, wanted: str) -> None:
    assert bic_of(iban, Invoice(bic=said)) == wanted


def test_a_payment_that_is_typed_needs_an_amount() -> None:
    def typed(amount: str | None) -> Payment:
        return propose_manual_payment(
            PAYING,
            PaymentOrder(amount=Decimal(amount) if amount else None, communication="huur"),
            name="Verhuur",
            account=TRUSTED,
            payment_id="p",
            prepared_by="an@korenaar.example",
            now=NOW,
        )

    assert typed("250.00").amount == Decimal("250.00")
    assert typed("250.00").document_id == ""
    with pytest.raises(Refused):
        typed(None)
    with pytest.raises(Refused):
        typed("-3.00")


def test_what_is_due_is_what_the_invoice_asks_after_what_was_paid_in_advance() -> None:
    assert amount_due(an_invoice(amount_due=Decimal("105.00"))) == Decimal("105.00")
    assert amount_due(an_invoice(amount_due=None)) == Decimal("605.00")
