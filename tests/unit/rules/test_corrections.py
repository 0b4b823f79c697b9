"""What a person corrects: every field, what it sets, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import DocumentClass, Source
from mailbot.domain.people import Dossier, JournalKind
from mailbot.rules.corrections import CORRECTABLE, changed_fields, correct
from tests.kit.letters import a_document
from tests.kit.office import make_dossier

DOSSIER: Dossier = make_dossier()


def corrected(field: str, value: str, document: Document | None = None) -> Document:
    return correct(document or a_document(), DOSSIER, field, value)


@pytest.mark.feature("CF-BASE-02")
@pytest.mark.parametrize(
    ("field", "value", "name", "expected"),
    [
        ("total", "1210.00", "total_incl", Decimal("1210.00")),
        ("total", "-605", "total_incl", Decimal("605.00")),
        ("total", "1 210.005", "total_incl", Decimal("1210.01")),
        ("vat", "105", "vat_total", Decimal("105.00")),
        ("due_date", "2026-12-31", "due_date", date(2026, 12, 31)),
        ("invoice_date", " 2026-11-01 ", "invoice_date", date(2026, 11, 1)),
        ("invoice_number", "F-9", "invoice_number", "F-9"),
        ("supplier", "Slagerij Bos", "supplier_name", "Slagerij Bos"),
        ("supplier", "BE 0456.123.791", "supplier_vat", "BE0456123791"),
        ("customer", "Bakkerij Peeters", "customer_name", "Bakkerij Peeters"),
        ("customer", "be0400000185", "customer_vat", "BE0400000185"),
        ("iban", "be68 5390 0754 7034", "iban", "BE68539007547034"),
        ("communication", "+++090/9337/55493+++", "payment_reference", "090933755493"),
        ("communication", "klant 12", "payment_reference", "klant 12"),
        ("currency", "usd", "currency", "USD"),
        ("type", "credit_note", "document_class", DocumentClass.CREDIT_NOTE),
    ],
)
def test_a_field_of_the_invoice(field: str, value: str, name: str, expected: object) -> None:
    after = corrected(field, value)
    assert after.invoice is not None
    assert getattr(after.invoice, name) == expected
    evidence = after.invoice.evidence[name]
    assert (evidence.source, evidence.confidence) == (Source.PERSON, 1.0)
    assert after.version == a_document().version + 1


def test_journal_and_kind_go_together() -> None:
    after = corrected("journal", "vk")
    assert (after.journal, after.kind) == ("VK", JournalKind.SALES)
    again = corrected("type", "purchase", after)
    assert (again.journal, again.kind) == ("", JournalKind.PURCHASE)


def test_period_and_account_change_the_booking() -> None:
    for typed in ("2026-12", "202612"):
        booking = corrected("period", typed).booking
        assert booking is not None
        assert booking.period == "2026-12"
    booking = corrected("account", "612000").booking
    assert booking is not None
    assert {line.ledger_account for line in booking.lines} == {"612000"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("total", value)
            for value in (
                "",
                "NaN",
                "sNaN",
                "Infinity",
                "-inf",
                "1e9",
                "1_000",
                "1.210,00",
                "12 euro",
                "0x10",
                "٣",
                "9" * 13,
                "9" * 400,
                "1.",
                ".5",
                "--5",
            )
        ),
        ("vat", "NaN"),
        ("vat", "Infinity"),
        ("vat", "605.01"),
        ("due_date", "31/12/2026"),
        ("due_date", "2026-02-30"),
        ("invoice_date", ""),
        ("invoice_number", "  "),
        ("supplier", ""),
        ("customer", ""),
        ("iban", "BE68 5390 0754 7035"),
        ("iban", ""),
        ("currency", "EURO"),
        ("currency", "€"),
        ("currency", "EUR\nx"),
        ("journal", "XX"),
        ("period", "2026-13"),
        ("period", "2026-1"),
        ("period", "2026-12\n1"),
        ("type", "brief"),
        ("account", "12"),
        ("account", "61x000"),
    ],
)
def test_what_cannot_be_right_is_refused(field: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        corrected(field, value)
    assert refused.value.reason == "bad_value"
    assert refused.value.values["field"] == field


@pytest.mark.parametrize(("field", "value"), [("period", "2026-12"), ("account", "612000")])
def test_without_a_booking_there_is_nothing_to_book_elsewhere(field: str, value: str) -> None:
    with pytest.raises(Refused, match="bad_value"):
        corrected(field, value, a_document(booking=None))


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(Refused) as refused:
        corrected("shoe_size", "43")
    assert (refused.value.reason, refused.value.values) == (
        "unknown_field",
        {"field": "shoe_size"},
    )


def test_parts_that_no_longer_add_up_are_forgotten() -> None:
    same = corrected("total", "605.00").invoice
    other = corrected("total", "700.00").invoice
    assert same is not None
    assert other is not None
    assert (same.total_excl, same.vat_total) == (Decimal("500.00"), Decimal("105.00"))
    assert (other.total_excl, other.vat_total, other.vat_breakdown) == (None, None, ())
    assert other.amount_due == Decimal("700.00")


def test_vat_gives_the_amount_without_it() -> None:
    invoice = corrected("vat", "100").invoice
    assert invoice is not None
    assert (invoice.total_excl, invoice.vat_breakdown) == (Decimal("505.00"), ())


def test_a_document_of_which_nothing_was_read_can_be_filled_in() -> None:
    document = a_document(invoice=None, booking=None)
    for field, value in (("vat", "21.00"), ("supplier", "Bos"), ("total", "121.00")):
        document = corrected(field, value, document)
    assert document.invoice is not None
    invoice = document.invoice
    assert (invoice.supplier_name, invoice.vat_total) == ("Bos", Decimal("21.00"))
    assert document.version == a_document().version + 3


def test_changed_fields_are_those_of_the_invoice() -> None:
    before = a_document()
    assert changed_fields(before, corrected("iban", "BE68539007547034")) == {"iban"}
    assert changed_fields(before, corrected("journal", "VK")) == frozenset()
    assert changed_fields(before, corrected("total", "605.00")) == frozenset()
    assert "total_incl" in changed_fields(a_document(invoice=None), before)


@given(st.sampled_from(sorted(CORRECTABLE)), st.text(max_size=40))
def test_whatever_is_typed_is_either_taken_or_refused(field: str, value: str) -> None:
    before = a_document()
    try:
        after = corrected(field, value, before)
    except Refused as refused:
        assert refused.reason == "bad_value"
    else:
        assert after.version == before.version + 1
        assert after.invoice is not None
        assert after.invoice.total_incl is not None
        assert after.invoice.total_incl.is_finite()
