"""A supplier's UBL leaves as it came; for a PDF a UBL is written with the PDF inside."""

import base64
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from connectors.ubl_file import UblFile, is_ubl
from mailbot.domain.booking import ExportFile
from mailbot.domain.people import JournalKind
from tests.kit.bookings import PDF, make_booking, make_job, make_line

UBL = (
    b'<?xml version="1.0"?>'
    b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">'
    b"<ID>  spaced as the supplier likes  </ID></Invoice>\n"
)
XML = ExportFile(name="inv.xml", media_type="application/xml", content=UBL)


def value(content: bytes, path: str) -> str:
    found = etree.fromstring(content).xpath(path)
    assert isinstance(found, list)
    return str(found[0])


def test_a_suppliers_ubl_is_passed_on_byte_for_byte() -> None:
    result = UblFile().export(make_job(original=XML))
    [file] = result.files
    assert file.content == UBL
    assert file.name.endswith(".xml")


def test_it_is_passed_on_even_when_the_booking_does_not_balance() -> None:
    """The package books the supplier's own figures; ours are a proposal."""
    booking = make_booking(total_incl=Decimal("1.00"))
    assert UblFile().export(make_job(booking, original=XML)).problems == ()


def test_a_pdf_that_is_not_inside_travels_beside() -> None:
    result = UblFile().export(make_job(original=XML, visual=PDF))
    assert [f.content for f in result.files] == [UBL, PDF.content]


def test_a_pdf_that_is_inside_does_not() -> None:
    inside = UBL.replace(b"<ID>", b"<EmbeddedDocumentBinaryObject/><ID>")
    result = UblFile().export(make_job(original=replace(XML, content=inside), visual=PDF))
    assert [f.content for f in result.files] == [inside]


def test_for_a_pdf_a_ubl_is_written_with_the_pdf_inside() -> None:
    [file] = UblFile().export(make_job()).files
    inside = value(file.content, "//*[local-name()='EmbeddedDocumentBinaryObject']/text()")
    assert base64.b64decode(inside) == PDF.content
    assert value(file.content, "//*[local-name()='AccountingCost']/text()") == "612400"


@pytest.mark.parametrize(
    ("kind", "supplier", "customer"),
    [
        (JournalKind.PURCHASE, "Drukkerij Voorbeeld BV", "Bakkerij Peeters BV"),
        (JournalKind.SALES, "Bakkerij Peeters BV", "Drukkerij Voorbeeld BV"),
    ],
)
def test_the_dossier_is_the_other_party(kind: JournalKind, supplier: str, customer: str) -> None:
    [file] = UblFile().export(make_job(make_booking(kind=kind))).files
    path = "//*[local-name()='{}']//*[local-name()='RegistrationName']/text()"
    assert value(file.content, path.format("AccountingSupplierParty")) == supplier
    assert value(file.content, path.format("AccountingCustomerParty")) == customer


def test_a_photo_travels_beside_the_ubl() -> None:
    photo = ExportFile(name="bon.jpg", media_type="image/jpeg", content=b"jpeg")
    result = UblFile().export(make_job(original=photo))
    assert [f.media_type for f in result.files] == ["application/xml", "image/jpeg"]


def test_a_cii_original_travels_beside_the_ubl() -> None:
    cii = ExportFile(
        name="f.xml", media_type="application/xml", content=b"<CrossIndustryInvoice/>"
    )
    result = UblFile().export(make_job(original=cii, visual=PDF))
    assert len({f.name for f in result.files}) == 2
    assert result.files[1].content == cii.content


def test_reverse_charge_writes_no_vat() -> None:
    booking = make_booking(make_line("500.00", "RC"))
    [file] = UblFile().export(make_job(booking)).files
    assert value(file.content, "//*[local-name()='PayableAmount']/text()") == "500.00"


def test_problems_are_named_once() -> None:
    result = UblFile().export(make_job(make_booking(journal="", total_incl=Decimal("1.00"))))
    assert result.files == ()
    assert [p.field for p in result.problems] == ["journal", "total"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (UBL, True),
        (UBL.replace(b'<?xml version="1.0"?>', b"\xef\xbb\xbf"), True),
        (UBL.decode().replace("1.0", "1.0").encode("utf-16"), True),
        (UBL.replace(b"Invoice-2", b"CreditNote-2"), True),
        (UBL.replace(b"Invoice-2", b"Order-2"), False),
        (b"%PDF-1.7 urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", False),
        (b"", False),
    ],
)
def test_what_is_ubl(content: bytes, expected: bool) -> None:
    assert is_ubl(content) is expected


def test_what_a_person_corrected_is_not_lost_in_the_suppliers_file() -> None:
    job = make_job(original=XML)
    corrected = replace(job, invoice=job.invoice.corrected(invoice_number="2026-999"))
    made, original = UblFile().export(corrected).files
    assert value(made.content, "/*/*[local-name()='ID']/text()") == "2026-999"
    assert original.content == UBL
