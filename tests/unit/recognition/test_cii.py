"""Cross Industry Invoices of both generations become the same values as UBL."""

from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.invoice import Discount, DocumentClass, Invoice, Source
from mailbot.recognition import ubl
from mailbot.recognition.cii import is_cii, read_embedded_files, read_facts
from mailbot.recognition.structured import build_invoice
from mailbot.recognition.xml_safety import read_xml
from tests.kit.structured_builders import IBAN, OGM_DIGITS, Sample, build_cii, build_ubl

CASH_DISCOUNT = (
    "<SpecifiedTradePaymentTerms><ApplicableTradePaymentDiscountTerms>"
    "<CalculationPercent>2</CalculationPercent><ActualDiscountAmount>25.26"
    "</ActualDiscountAmount></ApplicableTradePaymentDiscountTerms>"
    "</SpecifiedTradePaymentTerms>"
)
ALLOWANCE = (
    "<SpecifiedTradeAllowanceCharge><ChargeIndicator><Indicator>false</Indicator>"
    "</ChargeIndicator><ActualAmount>10.00</ActualAmount></SpecifiedTradeAllowanceCharge>"
)


def read(content: bytes) -> Invoice:
    return build_invoice(read_facts(read_xml(content).root))


@pytest.mark.feature("CF-AIR-01")
@pytest.mark.parametrize("version", [1, 2])
def test_cii_says_the_same_as_ubl(version: int) -> None:
    from_cii = read(build_cii(version=version))
    from_ubl = build_invoice(ubl.read_facts(read_xml(build_ubl()).root))
    differing = [
        name
        for name in vars(from_ubl)
        if name != "evidence" and getattr(from_cii, name) != getattr(from_ubl, name)
    ]
    assert differing == []
    assert {e.source for e in from_cii.evidence.values()} == {Source.CII}
    assert from_cii.invoice_date == date(2026, 11, 13)
    assert (from_cii.iban, from_cii.payment_reference) == (IBAN, OGM_DIGITS)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("380", DocumentClass.INVOICE),
        ("384", DocumentClass.INVOICE),
        ("389", DocumentClass.INVOICE),
        ("381", DocumentClass.CREDIT_NOTE),
        ("396", DocumentClass.CREDIT_NOTE),
    ],
)
def test_the_type_code_says_invoice_or_credit_note(code: str, kind: DocumentClass) -> None:
    assert read(build_cii(Sample(type_code=code))).document_class is kind


def test_order_x_is_not_an_invoice() -> None:
    order = b'<SCRDMCCBDACIOMessageStructure xmlns="urn:un:unece:uncefact:data:standard:x:1"/>'
    assert not is_cii(read_xml(order).root)


def test_the_minimum_profile_has_no_lines_and_no_breakdown() -> None:
    invoice = read(build_cii(Sample(rows=())))
    assert (invoice.lines, invoice.vat_breakdown, invoice.is_reverse_charge) == ((), (), None)
    assert invoice.total_incl == Decimal("1263.00")


def test_vat_in_the_accounting_currency_is_not_the_vat_total() -> None:
    both = build_cii().replace(
        b"<TaxTotalAmount ", b'<TaxTotalAmount currencyID="SEK">9</TaxTotalAmount><TaxTotalAmount '
    )
    assert read(both).vat_total == Decimal("213.00")


@pytest.mark.parametrize(
    ("extra", "discount"),
    [
        (
            CASH_DISCOUNT,
            Discount(type="financial", percent=Decimal(2), amount=Decimal("25.26")),
        ),
        (
            ALLOWANCE,
            Discount(type="commercial", amount=Decimal("10.00")),
        ),
    ],
)
def test_discounts(extra: str, discount: Discount) -> None:
    assert read(build_cii(extra=extra)).discount == discount


def test_files_inside_are_taken_out() -> None:
    inside = (
        b"<AdditionalReferencedDocument><AttachmentBinaryObject filename='uren.pdf'>JVBERi0xLjQ="
        b"</AttachmentBinaryObject></AdditionalReferencedDocument></ApplicableHeaderTradeAgreement>"
    )
    content = build_cii().replace(b"</ApplicableHeaderTradeAgreement>", inside)
    assert list(read_embedded_files(read_xml(content).root)) == [
        ("uren.pdf", "application/pdf", b"%PDF-1.4")
    ]
