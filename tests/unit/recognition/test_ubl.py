"""UBL invoices and credit notes become the same values, whoever wrote them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.invoice import Discount, DocumentClass, Invoice, Source, VatLine
from mailbot.recognition.checks import check
from mailbot.recognition.structured import build_invoice
from mailbot.recognition.ubl import is_ubl, read_embedded_files, read_facts
from mailbot.recognition.xml_safety import read_xml
from tests.kit.structured_builders import IBAN, OGM_DIGITS, Sample, build_pdf, build_ubl


def read(content: bytes) -> Invoice:
    return build_invoice(read_facts(read_xml(content).root))


@pytest.mark.feature("CF-AIR-01", "CF-WL-10")
def test_every_value_of_an_invoice() -> None:
    invoice = read(build_ubl())
    assert invoice.document_class is DocumentClass.INVOICE
    assert invoice.supplier_name == "Drukkerij Voorbeeld BV"
    assert invoice.supplier_vat == "BE0456123791"
    assert invoice.customer_name == "Atelier Exemple SRL"
    assert invoice.customer_vat == "BE0400000185"
    assert invoice.invoice_number == "2026-114"
    assert invoice.invoice_date == date(2026, 11, 13)
    assert invoice.due_date == date(2026, 12, 13)
    assert invoice.currency == "EUR"
    assert (invoice.total_excl, invoice.vat_total) == (Decimal("1050.00"), Decimal("213.00"))
    assert (invoice.total_incl, invoice.amount_due) == (Decimal("1263.00"), Decimal("1263.00"))
    assert invoice.vat_breakdown == (
        VatLine(rate=Decimal(21), base=Decimal(1000), amount=Decimal(210), category="S"),
        VatLine(rate=Decimal(6), base=Decimal(50), amount=Decimal(3), category="S"),
    )
    assert (invoice.iban, invoice.bic) == (IBAN, "GKCCBEBB")
    assert invoice.payment_reference == OGM_DIGITS
    assert [(line.description, line.amount, line.vat_rate) for line in invoice.lines] == [
        ("folders", Decimal(1000), Decimal(21)),
        ("folders", Decimal(50), Decimal(6)),
    ]
    assert invoice.is_reverse_charge is False
    known = {name: e for name, e in invoice.evidence.items() if name != "document_class"}
    assert {e.source for e in known.values()} == {Source.UBL}
    assert {e.confidence for e in known.values()} == {1.0}


def test_a_credit_note_is_positive_and_its_due_date_stands_with_the_payment() -> None:
    note = read(build_ubl(Sample(type_code="381"), credit_note=True))
    assert note.document_class is DocumentClass.CREDIT_NOTE
    assert note.total_incl == Decimal("1263.00")
    assert note.due_date == date(2026, 12, 13)
    assert len(note.lines) == 2


@pytest.mark.parametrize("code", ["381", "396", "380"])
def test_minus_signs_make_a_credit_note_with_plus_signs(code: str) -> None:
    minus = Sample(
        type_code=code,
        rows=(("21", "-100.00", "-21.00", "S"),),
        total_excl="-100.00",
        vat_total="-21.00",
        total_incl="-121.00",
        amount_due="-121.00",
    )
    note = read(build_ubl(minus))
    assert note.document_class is DocumentClass.CREDIT_NOTE
    assert (note.total_incl, note.total_excl) == (Decimal("121.00"), Decimal("100.00"))
    assert (note.vat_total, note.amount_due) == (Decimal("21.00"), Decimal("121.00"))
    assert note.vat_breakdown[0].base == note.lines[0].amount == Decimal("100.00")


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        ("urn:oasis:names:tc:ubl:Invoice:1:0", True),
        ("http://www.example.org/ubl", True),
        ("http://www.example.org/other", True),  # has the totals of UBL
    ],
)
def test_old_and_odd_namespaces_are_read(namespace: str, expected: bool) -> None:
    root = read_xml(build_ubl(namespace=namespace)).root
    assert is_ubl(root) is expected
    assert read_facts(root).invoice_number == "2026-114"


def test_another_document_called_invoice_is_not_ubl() -> None:
    assert not is_ubl(read_xml(b"<Invoice><Number>1</Number></Invoice>").root)


@pytest.mark.parametrize(
    ("written", "read_as", "confidence"),
    [
        ("BE 0456.123.791", "BE0456123791", 1.0),
        ("0456123791", "BE0456123791", 1.0),
        ("456123791", "BE0456123791", 1.0),
        ("BE0456123792", "BE0456123792", 0.3),
        ("NL884211599B01", "NL884211599B01", 1.0),
    ],
)
def test_vat_numbers(written: str, read_as: str, confidence: float) -> None:
    invoice = read(build_ubl(Sample(supplier_vat=written)))
    assert invoice.supplier_vat == read_as
    assert invoice.confidence("supplier_vat") == confidence


@pytest.mark.parametrize(
    ("written", "read_as", "confidence"),
    [
        ("BE68 5390 0754 7034", IBAN, 1.0),
        ("be68-5390-0754-7034", IBAN, 1.0),
        ("BE69539007547034", "BE69539007547034", 0.3),
        ("539-0075470-34", None, 0.0),
    ],
)
def test_ibans(written: str, read_as: str | None, confidence: float) -> None:
    invoice = read(build_ubl(Sample(iban=written)))
    assert invoice.iban == read_as
    assert invoice.confidence("iban") == confidence


def test_the_first_valid_iban_is_chosen_and_the_others_are_alternatives() -> None:
    more = (
        "<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>{}</cbc:ID>"
        "</cac:PayeeFinancialAccount></cac:PaymentMeans>"
    )
    extra = more.format("BE00000000000000") + more.format("NL91ABNA0417164300")
    invoice = read(build_ubl(extra=extra))
    assert invoice.iban == "NL91ABNA0417164300"
    assert invoice.evidence["iban"].alternatives == (IBAN,)


@pytest.mark.parametrize(
    ("written", "read_as", "confidence"),
    [
        ("+++090/9337/55493+++", OGM_DIGITS, 1.0),
        ("***090/9337/55493***", OGM_DIGITS, 1.0),
        ("090933755493", OGM_DIGITS, 1.0),
        ("+++090/9337/55494+++", "+++090/9337/55494+++", 0.3),
        ("RF18539007547034", "RF18539007547034", 1.0),
        ("factuur 09093 van 3755493", "factuur 09093 van 3755493", 1.0),
    ],
)
def test_payment_references(written: str, read_as: str, confidence: float) -> None:
    invoice = read(build_ubl(Sample(reference=written)))
    assert invoice.payment_reference == read_as
    assert invoice.confidence("payment_reference") == confidence


def test_an_instruction_counts_only_as_structured_communication() -> None:
    instruction = "<cac:PaymentMeans><cbc:InstructionID>{}</cbc:InstructionID></cac:PaymentMeans>"
    no_reference = Sample(reference="")
    ogm = build_ubl(no_reference, extra=instruction.format("+++090/9337/55493+++"))
    other = build_ubl(no_reference, extra=instruction.format("B-17"))
    assert read(ogm).payment_reference == OGM_DIGITS
    assert read(other).payment_reference is None


@pytest.mark.parametrize(
    "number", ["__NUMBER__", "${number}", "{{ invoice.number }}", "___ignore___", "  "]
)
def test_a_placeholder_that_nobody_filled_in_is_no_value(number: str) -> None:
    assert read(build_ubl(Sample(number=number))).invoice_number is None


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("1263,00", Decimal("1263.00")),
        ("1.263E3", Decimal(1263)),
        ("1e99", None),
        ("NaN", None),
        ("9" * 40, None),
        ("١٢", None),
    ],
)
def test_amounts(written: str, read_as: Decimal | None) -> None:
    assert read(build_ubl(Sample(amount_due=written))).amount_due == read_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-11-13+01:00", date(2026, 11, 13)),
        ("2026-11-13T10:00:00Z", date(2026, 11, 13)),
        ("20261113", date(2026, 11, 13)),
        ("2026-02-30", None),
        ("soon", None),
    ],
)
def test_dates(written: str, read_as: date | None) -> None:
    assert read(build_ubl(Sample(issue_date=written))).invoice_date == read_as


def test_vat_in_the_accounting_currency_is_not_the_vat_total() -> None:
    other = '<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">2400.00</cbc:TaxAmount></cac:TaxTotal>'
    assert read(build_ubl(extra=other)).vat_total == Decimal("213.00")


def test_currency_of_the_amounts_when_the_document_has_none() -> None:
    without = build_ubl().replace(b"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", b"")
    assert read(without).currency == "EUR"


def test_contradicting_totals_are_doubted() -> None:
    facts = read_facts(read_xml(build_ubl(Sample(total_incl="1300.00"))).root)
    invoice, warnings = check(build_invoice(facts))
    assert warnings == ("totals_do_not_add_up",)
    assert invoice.confidence("total_incl") == invoice.confidence("total_excl") == 0.6
    assert invoice.confidence("invoice_number") == 1.0


def test_contradicting_vat_is_doubted() -> None:
    facts = read_facts(read_xml(build_ubl(Sample(rows=(("21", "1050", "220.50", "S"),)))).root)
    invoice, warnings = check(build_invoice(facts))
    assert warnings == ("vat_does_not_add_up",)
    assert invoice.confidence("vat_breakdown") == 0.6


def test_a_mended_file_is_not_quite_certain() -> None:
    facts = replace(read_facts(read_xml(build_ubl()).root), was_mended=True)
    assert build_invoice(facts).confidence("total_incl") == 0.9


def test_reverse_charge() -> None:
    sample = Sample(rows=(("0", "1263.00", "0.00", "AE"),), total_excl="1263.00", vat_total="0.00")
    assert read(build_ubl(sample)).is_reverse_charge is True


def test_a_missing_rate_is_computed() -> None:
    sample = Sample(rows=(("", "100.00", "21.00", "S"), ("", "50.00", "0.00", "E")))
    rates = [row.rate for row in read(build_ubl(sample)).vat_breakdown]
    assert rates == [Decimal(21), Decimal(0)]


def _terms(inside: str) -> str:
    return f"<cac:PaymentTerms>{inside}</cac:PaymentTerms>"


def _allowance(is_charge: str, *more: str) -> str:
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{is_charge}</cbc:ChargeIndicator>"
        f"{''.join(more)}<cbc:Amount>50.00</cbc:Amount></cac:AllowanceCharge>"
    )


_FIVE = "<cbc:MultiplierFactorNumeric>5</cbc:MultiplierFactorNumeric>"
_THREE = "<cbc:SettlementDiscountPercent>3</cbc:SettlementDiscountPercent>"


@pytest.mark.parametrize(
    ("extra", "kind", "percent", "amount"),
    [
        (_terms("<cbc:Note>#SKONTO#TAGE=7#PROZENT=2.00#</cbc:Note>"), "financial", "2.00", None),
        (_terms(_THREE), "financial", "3", None),
        (_allowance("false", _FIVE), "commercial", "5", "50.00"),
        (_allowance("false") * 2, "commercial", None, "100.00"),
    ],
)
def test_discounts(extra: str, kind: str, percent: str | None, amount: str | None) -> None:
    assert read(build_ubl(extra=extra)).discount == Discount(
        type=kind,
        percent=None if percent is None else Decimal(percent),
        amount=None if amount is None else Decimal(amount),
    )


def test_a_charge_is_no_discount() -> None:
    assert read(build_ubl(extra=_allowance("true"))).discount is None


def test_the_pdf_inside_is_taken_out() -> None:
    pdf = build_pdf(["Factuur"])
    root = read_xml(build_ubl(pdf=pdf)).root
    assert list(read_embedded_files(root)) == [("factuur.pdf", "application/pdf", pdf)]


def test_an_attachment_that_is_no_base64_is_left_out() -> None:
    broken = build_ubl(pdf=b"%PDF-1.4 content").replace(b"</cbc:Embedded", b"!</cbc:Embedded")
    assert list(read_embedded_files(read_xml(broken).root)) == []
