"""What we write as UBL is valid, says what it is not, and is read back to the same values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import facturx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.ubl_writer import NOT_ORIGINAL, UblParty, find_problems, write_ubl
from mailbot.domain.booking import BookingLine, BookingProposal, Problem
from mailbot.domain.invoice import DocumentClass, Invoice, InvoiceLine, Recognition, VatLine
from mailbot.domain.people import JournalKind
from mailbot.recognition.pipeline import read_structured
from tests.kit.structured_builders import IBAN, OGM_DIGITS, build_pdf

SUPPLIER = UblParty(name="Drukkerij Voorbeeld BV", vat_number="BE0456123791")
CUSTOMER = UblParty(name="Atelier Exemple SRL", vat_number="BE0400000185")
PDF = build_pdf(["Factuur 2026-114"])

INVOICE = Invoice(
    supplier_name="Drukkerij Voorbeeld BV",
    supplier_vat="BE0456123791",
    customer_name="Atelier Exemple SRL",
    customer_vat="BE0400000185",
    invoice_number="2026-114",
    invoice_date=date(2026, 11, 13),
    due_date=date(2026, 12, 13),
    currency="EUR",
    total_incl=Decimal("1263.00"),
    total_excl=Decimal("1050.00"),
    vat_total=Decimal("213.00"),
    vat_breakdown=(
        VatLine(rate=Decimal(21), base=Decimal("1000.00"), amount=Decimal("210.00"), category="S"),
        VatLine(rate=Decimal(6), base=Decimal("50.00"), amount=Decimal("3.00"), category="S"),
    ),
    amount_due=Decimal("1263.00"),
    iban=IBAN,
    bic="GKCCBEBB",
    payment_reference=OGM_DIGITS,
    is_reverse_charge=False,
)


def line(account: str, amount: str, *, vat: tuple[str, str], code: str) -> BookingLine:
    return BookingLine(
        ledger_account=account,
        amount=Decimal(amount),
        vat_rate=Decimal(vat[0]),
        vat_amount=Decimal(vat[1]),
        vat_code=code,
        text="folders najaar",
    )


def booking(*lines: BookingLine, is_credit_note: bool = False) -> BookingProposal:
    return BookingProposal(
        key="doc-1",
        kind=JournalKind.PURCHASE,
        journal="AK",
        is_credit_note=is_credit_note,
        counterparty_name="Drukkerij Voorbeeld BV",
        counterparty_vat="BE0456123791",
        invoice_number="2026-114",
        issue_date=date(2026, 11, 13),
        due_date=date(2026, 12, 13),
        period="2026-11",
        currency="EUR",
        total_incl=Decimal("1263.00"),
        lines=lines,
    )


def write(invoice: Invoice = INVOICE, proposal: BookingProposal | None = None) -> bytes:
    return write_ubl(
        invoice, supplier=SUPPLIER, customer=CUSTOMER, booking=proposal, pdf=PDF, pdf_name="f.pdf"
    )


def read_back(content: bytes) -> Recognition:
    """Read with our own reader, after the schema of OASIS found it valid."""
    assert facturx.xml_check_xsd(content) is True
    return read_structured(content)


def texts(content: bytes, name: str) -> list[str]:
    return [node.text or "" for node in etree.fromstring(content).iter(f"{{*}}{name}")]


@pytest.mark.parametrize("kind", [DocumentClass.INVOICE, DocumentClass.CREDIT_NOTE])
def test_what_was_written_is_read_back(kind: DocumentClass) -> None:
    given_values = replace(INVOICE, document_class=kind)
    read = read_back(write(given_values))
    apart = ("evidence", "lines")
    differing = [
        name
        for name in vars(INVOICE)
        if name not in apart and getattr(read.invoice, name) != getattr(given_values, name)
    ]
    assert differing == []
    assert read.warnings == ()
    assert read.embedded == (("f.pdf", "application/pdf", PDF),)


def test_another_library_reads_the_same() -> None:
    read = facturx.parse_ubl_cii_xml(write())
    assert read["BT-1"] == "2026-114"
    assert read["BT-2"] == date(2026, 11, 13)
    assert Decimal(read["BT-112"]) == Decimal("1263.00")
    assert Decimal(read["BT-115"]) == Decimal("1263.00")


def test_it_says_that_it_is_not_the_suppliers_own() -> None:
    assert texts(write(), "Note") == [NOT_ORIGINAL]


def test_identifiers_of_both_parties() -> None:
    content = write()
    assert texts(content, "EndpointID") == ["0456123791", "0400000185"]
    assert texts(content, "CompanyID") == [
        "BE0456123791",
        "0456123791",
        "BE0400000185",
        "0400000185",
    ]


@pytest.mark.parametrize(
    ("vat", "country", "scheme"),
    [("NL884211599B01", "NL", "9944"), ("EL094259216", "GR", "9933"), ("", "BE", None)],
)
def test_foreign_parties(vat: str, country: str, scheme: str | None) -> None:
    party = UblParty(name="Iemand", vat_number=vat)
    content = write_ubl(INVOICE, supplier=party, customer=CUSTOMER)
    assert facturx.xml_check_xsd(content) is True
    root = etree.fromstring(content)
    endpoint = root.find(".//{*}AccountingSupplierParty//{*}EndpointID")
    assert (None if endpoint is None else endpoint.get("schemeID")) == scheme
    assert texts(content, "IdentificationCode")[0] == country


def test_lines_of_the_booking_carry_their_ledger_account() -> None:
    proposal = booking(
        line("604000", "600.00", vat=("21", "126.00"), code="S21"),
        line("615000", "400.00", vat=("21", "84.00"), code="S21"),
        line("610000", "50.00", vat=("6", "3.00"), code="S6"),
    )
    content = write(INVOICE, proposal)
    assert texts(content, "AccountingCost") == ["604000", "615000", "610000"]
    assert read_back(content).invoice.vat_breakdown == INVOICE.vat_breakdown


def test_a_credit_note_booked_with_minus_signs_is_written_positive() -> None:
    note = replace(INVOICE, document_class=DocumentClass.CREDIT_NOTE)
    proposal = booking(
        line("604000", "-1000.00", vat=("21", "-210.00"), code="S21"),
        line("610000", "-50.00", vat=("6", "-3.00"), code="S6"),
        is_credit_note=True,
    )
    assert read_back(write(note, proposal)).invoice.total_incl == Decimal("1263.00")


@pytest.mark.parametrize(("code", "category"), [("RC", "AE"), ("E", "E"), ("S0", "Z")])
def test_no_vat_is_charged_where_none_is(code: str, category: str) -> None:
    invoice = replace(
        INVOICE,
        total_incl=Decimal("100.00"),
        total_excl=Decimal("100.00"),
        vat_total=Decimal(0),
        amount_due=Decimal("100.00"),
        vat_breakdown=(),
    )
    vat = ("21", "21.00") if code == "RC" else ("0", "0.00")
    read = read_back(write(invoice, booking(line("604000", "100.00", vat=vat, code=code))))
    assert [(row.category, row.amount) for row in read.invoice.vat_breakdown] == [
        (category, Decimal("0.00"))
    ]
    assert read.invoice.total_incl == Decimal("100.00")


def test_a_supply_inside_the_eu_says_when_and_where() -> None:
    row = VatLine(rate=Decimal(0), base=Decimal("1263.00"), amount=Decimal(0), category="K")
    content = write(
        replace(INVOICE, vat_breakdown=(row,), total_excl=row.base, vat_total=Decimal(0))
    )
    assert facturx.xml_check_xsd(content) is True
    assert texts(content, "ActualDeliveryDate") == ["2026-11-13"]
    assert texts(content, "TaxExemptionReasonCode") == ["VATEX-EU-IC"]


def test_lines_that_were_read_are_kept_when_they_add_up() -> None:
    lines = (
        InvoiceLine(
            description="folders",
            amount=Decimal("1000.00"),
            quantity=Decimal(300),
            unit_price=Decimal("3.33333333"),
            vat_rate=Decimal(21),
        ),
        InvoiceLine(description="port", amount=Decimal("50.00"), vat_rate=Decimal(6)),
    )
    read = read_back(write(replace(INVOICE, lines=lines))).invoice
    assert [(k.description, k.amount, k.quantity) for k in read.lines] == [
        ("folders", Decimal("1000.00"), Decimal(300)),
        ("port", Decimal("50.00"), Decimal(1)),
    ]


def test_lines_that_do_not_add_up_give_way_to_one_line_per_rate() -> None:
    lines = (InvoiceLine(description="x", amount=Decimal("999.00"), vat_rate=Decimal(21)),)
    read = read_back(write(replace(INVOICE, lines=lines))).invoice
    assert [line.amount for line in read.lines] == [Decimal("1000.00"), Decimal("50.00")]


def test_what_was_paid_before_and_rounding_are_written() -> None:
    content = write(replace(INVOICE, total_incl=Decimal("1263.05"), amount_due=Decimal("263.05")))
    assert facturx.xml_check_xsd(content) is True
    assert texts(content, "PrepaidAmount") == ["1000.00"]
    assert texts(content, "PayableRoundingAmount") == ["0.05"]
    assert texts(content, "PayableAmount") == ["263.05"]


def test_a_document_without_due_date_names_terms() -> None:
    content = write(replace(INVOICE, due_date=None))
    assert facturx.xml_check_xsd(content) is True
    assert len(texts(content, "PaymentTerms")) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"invoice_number": None}, Problem(field="invoice_number", reason="missing_field")),
        ({"invoice_date": None}, Problem(field="invoice_date", reason="missing_field")),
        ({"currency": None}, Problem(field="currency", reason="missing_field")),
        ({"vat_breakdown": ()}, Problem(field="vat_breakdown", reason="missing_field")),
        (
            {"total_incl": Decimal("1300.00")},
            Problem(field="total_incl", reason="does_not_balance", value="1300.00"),
        ),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, object], problem: Problem) -> None:
    broken = replace(INVOICE, **changes)  # type: ignore[arg-type]
    assert find_problems(broken) == [problem]
    with pytest.raises(ValueError, match=problem.field):
        write(broken)


@given(st.text(max_size=40))
def test_any_text_can_be_written(text: str) -> None:
    content = write_ubl(
        replace(INVOICE, invoice_number=f"n{text}"),
        supplier=replace(SUPPLIER, name=text),
        customer=CUSTOMER,
    )
    assert etree.QName(etree.fromstring(content)).localname == "Invoice"
