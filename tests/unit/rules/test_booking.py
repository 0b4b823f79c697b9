"""Booking proposals sum to the total, name what is missing, and take what people type."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.booking import BookingProposal, Problem
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import DocumentClass, Invoice, InvoiceLine, VatLine
from mailbot.domain.people import Dossier, Export, Journal, JournalKind
from mailbot.rules.booking import (
    TypedLine,
    add_line,
    propose_booking,
    read_vat_code,
    remove_line,
    set_line,
)
from mailbot.rules.numbering import next_number
from tests.kit.bookings import make_booking, make_line
from tests.kit.office import make_dossier

JOURNALS = (
    Journal(code="AK", kind=JournalKind.PURCHASE),
    Journal(code="AK2", kind=JournalKind.PURCHASE),
    Journal(code="CNAK", kind=JournalKind.PURCHASE, credit_notes_only=True),
    Journal(code="VK", kind=JournalKind.SALES),
)
DOSSIER = make_dossier(journals=JOURNALS)
PURCHASE, SALES = JournalKind.PURCHASE, JournalKind.SALES


def row(rate: str, base: str, amount: str, category: str | None = "S") -> VatLine:
    return VatLine(
        rate=Decimal(rate), base=Decimal(base), amount=Decimal(amount), category=category
    )


def an_invoice(*rows: VatLine, **changes: object) -> Invoice:
    rows = rows or (row("21", "500.00", "105.00"),)
    total = sum((r.base + r.amount for r in rows), Decimal("0.00"))
    values: dict[str, object] = {
        "supplier_name": "Drukkerij Voorbeeld BV",
        "supplier_vat": "BE0456123791",
        "customer_name": "Café Exemple",
        "customer_vat": "BE0712345630",
        "invoice_number": "2026-114",
        "invoice_date": date(2026, 11, 13),
        "due_date": date(2026, 12, 13),
        "currency": "EUR",
        "total_incl": total,
        "vat_breakdown": rows,
    }
    return Invoice(**{**values, **changes})  # type: ignore[arg-type]


def a_document(invoice: Invoice | None, **changes: object) -> Document:
    file = StoredFile(
        role="original", name="f.pdf", media_type="application/pdf", sha256="0" * 64, size=1
    )
    values: dict[str, object] = {
        "id": "0198c0ffee",
        "dossier": "bakkerij",
        "kind": PURCHASE,
        "status": Status.TO_REVIEW,
        "received_at": datetime(2026, 11, 14, tzinfo=UTC),
        "mail_id": "m",
        "delivered_by": "an@bakkerij.example",
        "files": (file,),
        "invoice": invoice,
    }
    return Document(**{**values, **changes})  # type: ignore[arg-type]


def proposed(
    invoice: Invoice | None, dossier: Dossier = DOSSIER, **changes: object
) -> BookingProposal:
    booking = propose_booking(a_document(invoice, **changes), dossier)
    assert isinstance(booking, BookingProposal), booking
    return booking


def shown(booking: BookingProposal) -> list[tuple[str, str, str, str]]:
    return [
        (line.ledger_account, str(line.amount), line.vat_code, str(line.vat_amount))
        for line in booking.lines
    ]


def is_balanced(booking: BookingProposal) -> bool:
    return booking.total_excl + booking.vat_total == booking.total_incl


def test_one_line_per_vat_rate_on_the_usual_account() -> None:
    booking = proposed(an_invoice(row("21", "1000.00", "210.00"), row("6", "50.00", "3.00")))
    assert shown(booking) == [
        ("604000", "1000.00", "S21", "210.00"),
        ("604000", "50.00", "S6", "3.00"),
    ]
    assert (booking.journal, booking.period, booking.total_incl) == (
        "AK",
        "2026-11",
        Decimal("1263.00"),
    )


def test_the_accounts_are_those_of_the_export_options() -> None:
    options = {"purchase_account": "612400", "sales_account": "704000"}
    dossier = replace(DOSSIER, export=Export(connector="csv", options=options))
    assert proposed(an_invoice(), dossier).lines[0].ledger_account == "612400"
    assert proposed(an_invoice(), dossier, kind=SALES).lines[0].ledger_account == "704000"


@pytest.mark.parametrize(
    ("rows", "category", "kind", "expected"),
    [
        (("0", "500.00", "0.00"), "AE", PURCHASE, ("RC", "105.00")),
        (("0", "500.00", "0.00"), "AE", SALES, ("RC", "0.00")),
        (("0", "500.00", "0.00"), "K", PURCHASE, ("RC", "105.00")),
        (("0", "500.00", "0.00"), "K", SALES, ("E", "0.00")),
        (("0", "500.00", "0.00"), "E", PURCHASE, ("E", "0.00")),
        (("0", "500.00", "0.00"), "Z", PURCHASE, ("S0", "0.00")),
        (("9", "100.00", "9.00"), None, PURCHASE, ("S9", "9.00")),
        (("5.50", "100.00", "5.50"), "S", PURCHASE, ("S5.5", "5.50")),
        (("20.00", "100.00", "20.00"), "S", PURCHASE, ("S20", "20.00")),
    ],
)
def test_the_vat_code_follows_rate_and_category(
    rows: tuple[str, str, str], category: str | None, kind: JournalKind, expected: tuple[str, str]
) -> None:
    booking = proposed(an_invoice(row(*rows, category)), kind=kind)
    assert [(line.vat_code, str(line.vat_amount)) for line in booking.lines] == [expected]
    assert is_balanced(booking)


def test_reverse_charge_that_only_the_words_say() -> None:
    booking = proposed(an_invoice(row("0", "500.00", "0.00", None), is_reverse_charge=True))
    assert shown(booking) == [("604000", "500.00", "RC", "105.00")]
    assert (booking.total_incl, is_balanced(booking)) == (Decimal("500.00"), True)


@pytest.mark.parametrize("cents", ["0.05", "-0.05", "0.01"])
def test_rounding_goes_to_the_largest_line(cents: str) -> None:
    rows = (row("6", "50.00", "3.00"), row("21", "1000.00", "210.00"))
    booking = proposed(an_invoice(*rows, total_incl=Decimal("1263.00") + Decimal(cents)))
    assert [line.amount for line in booking.lines] == [
        Decimal("50.00"),
        Decimal("1000.00") + Decimal(cents),
    ]
    assert is_balanced(booking)


def test_amounts_with_more_than_two_decimals_are_rounded() -> None:
    booking = proposed(an_invoice(row("21", "28.854", "6.063"), total_incl=Decimal("34.9170")))
    assert shown(booking) == [("604000", "28.86", "S21", "6.06")]
    assert str(booking.total_incl) == "34.92"


def test_more_than_rounding_is_left_to_be_seen() -> None:
    booking = proposed(an_invoice(total_incl=Decimal("605.06")))
    assert booking.lines[0].amount == Decimal("500.00")
    assert not is_balanced(booking)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"vat_total": Decimal("105.00")}, ("500.00", "S21", "105.00")),
        ({"total_excl": Decimal("500.00")}, ("500.00", "S21", "105.00")),
        ({"vat_total": Decimal("0.00")}, ("605.00", "S0", "0.00")),
        ({}, ("605.00", "S0", "0.00")),
    ],
)
def test_without_a_breakdown_there_is_one_line(
    known: dict[str, Decimal], expected: tuple[str, str, str]
) -> None:
    booking = proposed(an_invoice(vat_breakdown=(), total_incl=Decimal("605.00"), **known))
    assert shown(booking) == [("604000", *expected)]
    assert is_balanced(booking)


@pytest.mark.parametrize(
    "name", ["supplier_name", "invoice_number", "invoice_date", "total_incl", "currency"]
)
def test_what_is_missing_is_named(name: str) -> None:
    missing = propose_booking(a_document(an_invoice(**{name: None})), DOSSIER)
    assert missing == [Problem(field=name, reason="missing_field")]


def test_a_sale_is_booked_on_the_customer() -> None:
    sale = an_invoice(supplier_name=None)
    booking = proposed(sale, kind=SALES)
    assert (booking.counterparty_name, booking.counterparty_vat, booking.journal) == (
        "Café Exemple",
        "BE0712345630",
        "VK",
    )
    nameless = propose_booking(a_document(an_invoice(customer_name=None), kind=SALES), DOSSIER)
    assert nameless == [Problem(field="customer_name", reason="missing_field")]


def test_a_document_that_was_not_read_misses_everything() -> None:
    missing = propose_booking(a_document(None), DOSSIER)
    assert isinstance(missing, list)
    assert len(missing) == 5


@pytest.mark.parametrize(
    ("asked", "is_credit_note", "journals", "expected"),
    [
        ("", False, JOURNALS, "AK"),
        ("", True, JOURNALS, "CNAK"),
        ("ak2", False, JOURNALS, "AK2"),
        ("ak2", True, JOURNALS, "AK2"),
        ("slip", False, JOURNALS, "AK"),
        ("", True, JOURNALS[:2], "AK"),
        ("", False, JOURNALS[2:], ""),
        ("", False, (), ""),
    ],
)
@pytest.mark.feature("CF-JRN-03")
def test_the_journal(
    *, asked: str, is_credit_note: bool, journals: tuple[Journal, ...], expected: str
) -> None:
    kind = DocumentClass.CREDIT_NOTE if is_credit_note else DocumentClass.INVOICE
    dossier = make_dossier(journals=journals)
    booking = proposed(an_invoice(document_class=kind), dossier, journal=asked)
    assert booking.journal == expected


@pytest.mark.parametrize("sign", [1, -1])
def test_a_credit_note_is_positive_however_it_was_printed(sign: int) -> None:
    rows = (row("21", str(sign * 500), str(sign * 105)),)
    booking = proposed(an_invoice(*rows, document_class=DocumentClass.CREDIT_NOTE))
    assert booking.is_credit_note
    assert shown(booking) == [("604000", "500.00", "S21", "105.00")]
    assert booking.total_incl == Decimal("605.00")


def test_a_line_says_what_was_bought_when_one_line_says_it() -> None:
    line = InvoiceLine(description="laptop  14 inch", amount=Decimal(500), vat_rate=Decimal(21))
    assert proposed(an_invoice(lines=(line,))).lines[0].text == "laptop 14 inch"
    two = (line, replace(line, description="muis"))
    assert proposed(an_invoice(lines=two)).lines[0].text == "Drukkerij Voorbeeld BV"


def test_what_a_person_changed_stays_while_it_fits() -> None:
    first = proposed(an_invoice())
    changed = replace(set_line(first, 1, TypedLine(account="613400")), period="2026-12")
    again = proposed(an_invoice(due_date=date(2026, 12, 31)), booking=changed)
    assert (again.lines[0].ledger_account, again.period) == ("613400", "2026-12")
    assert again.due_date == date(2026, 12, 31)
    other_total = proposed(an_invoice(row("21", "600.00", "126.00")), booking=changed)
    assert shown(other_total) == [("604000", "600.00", "S21", "126.00")]
    as_sale = proposed(an_invoice(), booking=changed, kind=SALES)
    assert as_sale.lines[0].ledger_account == "700000"


def test_a_correction_never_makes_another_booking() -> None:
    corrected = a_document(an_invoice(invoice_number="2026-115"), version=7)
    assert propose_booking(corrected, DOSSIER).key == proposed(an_invoice()).key  # type: ignore[union-attr]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["21", "12", "9", "6", "0"]),
            st.decimals("-99999.99", "99999.99", places=2),
            st.sampled_from(["S", "AE", "K", "E", None]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([PURCHASE, SALES]),
    st.sampled_from([DocumentClass.INVOICE, DocumentClass.CREDIT_NOTE]),
)
def test_every_proposal_sums_to_the_total(
    rows: list[tuple[str, Decimal, str | None]], kind: JournalKind, document_class: DocumentClass
) -> None:
    breakdown = [
        VatLine(
            rate=Decimal(rate),
            base=base,
            amount=(base * Decimal(rate) / 100).quantize(Decimal("0.01"))
            if category in ("S", None)
            else Decimal("0.00"),
            category=category,
        )
        for rate, base, category in rows
    ]
    invoice = an_invoice(*breakdown, document_class=document_class)
    assert is_balanced(proposed(invoice, kind=kind))


BOOKING = make_booking(make_line("1000.00"), make_line("50.00", "S6"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (TypedLine(account="604000"), ("604000", "1000.00", "S21", "210.00")),
        (TypedLine(amount="1700.00"), ("612400", "1700.00", "S21", "357.00")),
        (TypedLine(vat_code="L6"), ("612400", "1000.00", "S6", "60.00")),
        (TypedLine(vat_code="RC"), ("612400", "1000.00", "RC", "210.00")),
        (TypedLine(vat_code="rc 6"), ("612400", "1000.00", "RC", "60.00")),
        (
            TypedLine(account="604000", amount="-5", vat_code="E", text="laptop"),
            ("604000", "-5.00", "E", "0.00"),
        ),
    ],
)
def test_a_typed_line_replaces_what_was_typed(
    typed: TypedLine, expected: tuple[str, str, str, str]
) -> None:
    after = set_line(BOOKING, 1, typed)
    assert shown(after)[0] == expected
    assert after.lines[0].text == (typed.text or BOOKING.lines[0].text)
    assert after.lines[1] == BOOKING.lines[1]


def test_vat_as_the_supplier_rounded_it_stays() -> None:
    odd = replace(BOOKING, lines=(replace(BOOKING.lines[0], vat_amount=Decimal("210.01")),))
    assert set_line(odd, 1, TypedLine(account="604000")).lines[0].vat_amount == Decimal("210.01")


def test_a_sale_with_reverse_charge_owes_nothing() -> None:
    after = set_line(replace(BOOKING, kind=SALES), 1, TypedLine(vat_code="RC"))
    assert after.lines[0].vat_amount == 0


def test_lines_are_added_and_taken_away() -> None:
    added = add_line(BOOKING, TypedLine(account="610000", amount="100", vat_code="H21"))
    assert shown(added)[2] == ("610000", "100.00", "S21", "21.00")
    as_before = add_line(BOOKING, TypedLine(account="610000", amount="100"))
    assert as_before.lines[2].vat_code == "S6"
    assert remove_line(added, 3) == BOOKING
    empty = remove_line(remove_line(BOOKING, 1), 1)
    assert add_line(empty, TypedLine(account="610000", amount="1")).lines[0].vat_code == "S21"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (TypedLine(account="60A", amount="1"), "account"),
        (TypedLine(account="60", amount="1"), "account"),
        (TypedLine(amount="1"), "account"),
        (TypedLine(account="604000"), "amount"),
        (TypedLine(account="604000", amount="NaN"), "amount"),
        (TypedLine(account="604000", amount="1e9"), "amount"),
        (TypedLine(account="604000", amount="Infinity"), "amount"),
        (TypedLine(account="604000", amount="1,00"), "amount"),
        (TypedLine(account="604000", amount="1", vat_code="H22"), "vat_code"),
    ],
)
def test_what_cannot_be_right_is_refused(typed: TypedLine, field: str) -> None:
    with pytest.raises(Refused) as refused:
        add_line(BOOKING, typed)
    assert (refused.value.reason, refused.value.values["field"]) == ("bad_value", field)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_there_is_no_such_line(number: int) -> None:
    with pytest.raises(Refused):
        remove_line(BOOKING, number)
    with pytest.raises(Refused):
        set_line(BOOKING, number, TypedLine(account="604000"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("21", ("S21", "21")),
        ("h21", ("S21", "21")),
        ("S21", ("S21", "21")),
        ("L9", ("S9", "9")),
        ("6 %", ("S6", "6")),
        ("0", ("S0", "0")),
        (" rc ", ("RC", "21")),
        ("RC12", ("RC", "12")),
        ("e", ("E", "0")),
        ("RC0", None),
        ("RC5", None),
        ("19", None),
        ("X21", None),
        ("", None),
    ],
)
def test_vat_codes_as_people_type_them(typed: str, code: tuple[str, str] | None) -> None:
    assert read_vat_code(typed) == (code and (code[0], Decimal(code[1])))


def numbered(number: str, journal: str = "AK", period: str = "2026-11") -> BookingProposal:
    return make_booking(number=number, journal=journal, period=period)


def test_numbers_go_up_in_their_journal_and_year() -> None:
    earlier = [numbered("2600001"), numbered("2600007"), numbered("2600009", "AK2")]
    assert next_number(numbered(""), []) == "2600001"
    assert next_number(numbered(""), earlier) == "2600008"
    assert next_number(numbered("", period="2027-01"), earlier) == "2700001"
    assert next_number(numbered("2600003"), earlier) == "2600003"
    assert next_number(replace(numbered(""), kind=SALES, invoice_number="V26/114"), []) == "26114"
