"""Codes on a page: what they ask to pay, where they are found, and what they change."""

import io
from decimal import Decimal

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mailbot.domain.invoice import (
    DocumentClass,
    Evidence,
    Invoice,
    Recognition,
    RecognitionStatus,
    Source,
)
from mailbot.recognition.codes import Code, Payment, read_payment, separator_pages, with_codes
from mailbot.recognition.pdf import PdfText, read_text
from mailbot.recognition.pdf_invoice import read_image, read_pdf
from tests.kit.pdf_builder import PaperInvoice, belgian_iban, page_image, scan_pdf, text_pdf

PAPER = PaperInvoice()
OTHER_IBAN = belgian_iban(6300009999)
BOX = (10.0, 10.0, 80.0, 80.0)


def epc(iban: str = PAPER.iban, *, end: str = "\n", version: str = "002", **changes: str) -> bytes:
    elements = {
        "service": "BCD", "version": version, "charset": "1", "kind": "SCT", "bic": PAPER.bic,
        "name": PAPER.supplier, "iban": iban, "amount": f"EUR{PAPER.total}", "purpose": "",
        "structured": "", "free": PAPER.reference, "information": "", **changes,
    }  # fmt: skip
    return end.join(elements.values()).encode()


def code(content: bytes, page: int = 1) -> Code:
    return Code(content, content.decode("latin-1"), page, BOX)


def payment(content: bytes) -> Payment:
    read = read_payment(content)
    assert read is not None
    return read


# --- what is in a code ---------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("version", ["001", "002"])
def test_an_epc_code_in_every_form(end: str, version: str) -> None:
    assert payment(epc(end=end, version=version)) == Payment(
        iban=PAPER.iban,
        name=PAPER.supplier,
        bic=PAPER.bic,
        amount=PAPER.total,
        currency="EUR",
        reference=PAPER.reference,
    )


def test_what_is_left_out_at_the_end_is_not_known() -> None:
    short = "\n".join(("BCD", "002", "1", "SCT", "", "Zandhaas", PAPER.iban)).encode()
    assert payment(short) == Payment(iban=PAPER.iban, name="Zandhaas")


@pytest.mark.parametrize(
    ("structured", "free", "expected"),
    [
        ("", "+++123/4567/89002+++", "123456789002"),
        ("123456789002", "", "123456789002"),
        ("RF18539007547034", "", "RF18539007547034"),
        ("", "Factuur 2026-114", None),
    ],
)
def test_a_structured_communication_in_either_element(
    structured: str, free: str, expected: str | None
) -> None:
    assert payment(epc(structured=structured, free=free)).reference == expected


def test_names_in_the_character_set_that_the_code_names() -> None:
    latin = epc(charset="2", name="Énergie Sûre").decode().encode("latin-1")
    assert payment(latin).name == "Énergie Sûre"
    assert payment(epc(charset="2", name="Énergie Sûre")).name == "Énergie Sûre"


def test_a_swiss_code() -> None:
    lines = ["SPC", "0200", "1", "CH9300762011623852957", "K", "Uhrwerk AG", *[""] * 12]
    lines += ["199.95", "CHF", *[""] * 7, "SCOR", "RF18539007547034", "", "EPD"]
    read = payment("\n".join(lines).encode())
    assert (read.iban, read.amount, read.currency, read.reference) == (
        "CH9300762011623852957", Decimal("199.95"), "CHF", "RF18539007547034",
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"https://payconiq.com/merchant/1/abc",
        b"https://ideal.example/pay?iban=BE68539007547034&amount=12.00",
        b"BCD",
        epc(iban="BE00000000000000"),
        epc(version="009"),
        epc(kind="XXX"),
        b"BCD\n002\n1\nSCT\n\xff\xfe",
    ],
)
def test_what_is_no_payment(content: bytes) -> None:
    assert read_payment(content) is None


@pytest.mark.parametrize("amount", ["EUR", "12", "EUR-5", "EUR1.234,50", "EUR0.00", "EURNaN"])
def test_an_amount_against_the_rules_is_not_known(amount: str) -> None:
    assert payment(epc(amount=amount)).amount is None


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"BCD\n002\n1\n" + tail))
def test_any_bytes_are_a_payment_or_none(content: bytes) -> None:
    read_payment(content)


# --- what it means for an invoice ----------------------------------------------------------------


def recognition(**values: object) -> Recognition:
    fields = {
        "iban": PAPER.iban,
        "amount_due": PAPER.total,
        "total_incl": PAPER.total,
        "payment_reference": PAPER.reference,
        "supplier_name": PAPER.supplier,
        **values,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    evidence = {name: Evidence(confidence=0.7, source=Source.OCR) for name in known}
    invoice = Invoice(**known, evidence=evidence)  # type: ignore[arg-type]
    return Recognition(invoice=invoice, status=RecognitionStatus.NOK)


def test_a_code_that_agrees_makes_surer() -> None:
    read = with_codes(recognition(), [code(epc())])
    assert read.invoice.qr_iban_differs is False
    assert read.warnings == ()
    for name in ("iban", "amount_due", "total_incl", "payment_reference", "supplier_name"):
        assert read.invoice.confidence(name) > 0.8


def test_a_code_with_another_account_is_told_and_never_believed() -> None:
    read = with_codes(recognition(), [code(epc(OTHER_IBAN))])
    assert read.invoice.qr_iban_differs is True
    assert read.warnings == ("qr_iban_differs",)
    assert read.invoice.iban == PAPER.iban
    assert read.invoice.confidence("iban") <= 0.5
    assert OTHER_IBAN in read.invoice.evidence["iban"].alternatives


def test_a_false_code_beside_a_true_one_is_told() -> None:
    read = with_codes(recognition(), [code(epc()), code(epc(OTHER_IBAN))])
    assert read.invoice.qr_iban_differs is True


def test_a_code_mends_an_account_that_was_misread() -> None:
    wrong = f"{PAPER.iban[:-1]}{(int(PAPER.iban[-1]) + 1) % 10}"
    read = with_codes(recognition(iban=wrong), [code(epc())])
    assert read.invoice.iban == PAPER.iban
    assert read.invoice.qr_iban_differs is False
    assert read.invoice.evidence["iban"].source is Source.QR


def test_another_account_on_the_page_makes_a_code_no_truer() -> None:
    before = recognition()
    known = Evidence(confidence=0.75, source=Source.PDF_TEXT, alternatives=(OTHER_IBAN,))
    before.invoice.evidence["iban"] = known
    assert with_codes(before, [code(epc(OTHER_IBAN))]).invoice.qr_iban_differs is True


def test_a_code_says_what_the_page_does_not() -> None:
    names = ("iban", "amount_due", "total_incl", "payment_reference", "supplier_name")
    read = with_codes(recognition(**dict.fromkeys(names)), [code(epc())])
    assert read.invoice.iban == PAPER.iban
    assert read.invoice.bic == PAPER.bic
    assert read.invoice.amount_due == PAPER.total
    assert read.invoice.payment_reference == PAPER.reference
    assert read.invoice.evidence["total_incl"] == Evidence(
        confidence=0.88, source=Source.QR, page=1, box=BOX
    )


def test_another_amount_puts_in_doubt() -> None:
    read = with_codes(recognition(), [code(epc(amount="EUR5.00"))])
    assert read.invoice.amount_due == PAPER.total
    assert read.invoice.confidence("amount_due") <= 0.5


def test_without_a_payment_nothing_changes() -> None:
    before = recognition()
    assert with_codes(before, [code(b"https://example.org")]) is before
    assert with_codes(before, []) is before
    reminder = recognition(document_class=DocumentClass.NOT_INVOICE)
    assert with_codes(reminder, [code(epc(OTHER_IBAN))]).invoice.qr_iban_differs is None


def test_each_part_of_a_bundle_has_its_own_code() -> None:
    one = recognition().invoice
    bundle = Recognition(
        invoice=Invoice(document_class=DocumentClass.BUNDLE),
        status=RecognitionStatus.NOK,
        parts=((1, 1, one), (2, 3, one)),
    )
    read = with_codes(bundle, [code(epc(OTHER_IBAN), page=3)])
    assert [part.qr_iban_differs for _, _, part in read.parts] == [None, True]


def test_sheets_between_documents_carry_a_code() -> None:
    codes = [code(b"PATCHT", 2), code(b"mailbot-separator", 4), code(epc(), 5)]
    assert separator_pages(codes) == {2, 4}


# --- where codes are found -----------------------------------------------------------------------


def with_code(content: bytes, *, drawn: str, angle: int = 0) -> bytes:
    """Return a page with an invoice's image-free text and a code on it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setPageRotation(angle)
    for line in range(12):
        canvas.drawString(50, 780 - 15 * line, f"Regel {line} van een factuur met tekst")
    made = segno.make(content, error="m", encoding=None)
    if drawn == "image":
        image = io.BytesIO()
        made.save(image, kind="png", scale=4)
        canvas.drawImage(ImageReader(Image.open(image)), 60, 300, 70, 70)
    else:
        side = 70 / len(made.matrix)
        path = canvas.beginPath()
        for row, modules in enumerate(made.matrix):
            for column, dark in enumerate(modules):
                if not dark:
                    continue
                place = (60 + column * side, 370 - (row + 1) * side, side, side)
                if drawn == "squares":
                    canvas.rect(*place, stroke=0, fill=1)
                else:
                    path.rect(*place)
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.save()
    return out.getvalue()


def codes_of(content: bytes) -> tuple[Code, ...]:
    text = read_text(content)
    assert isinstance(text, PdfText)
    return text.codes


@pytest.mark.parametrize("drawn", ["image", "squares", "path"])
def test_a_code_is_found_however_it_is_drawn(drawn: str) -> None:
    (found,) = codes_of(with_code(epc(), drawn=drawn))
    assert found.content == epc()
    x0, y0, x1, y1 = found.box
    assert 55 <= x0 < x1 <= 135
    assert 465 <= y0 < y1 <= 548


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_code_is_found_on_a_page_that_is_turned(angle: int) -> None:
    (found,) = codes_of(with_code(epc(), drawn="image", angle=angle))
    assert found.content == epc()


def test_a_code_is_found_on_a_scan() -> None:
    (found,) = codes_of(scan_pdf(with_code(epc(), drawn="image"), turn=1.5))
    assert found.content == epc()


def test_a_page_of_text_has_none() -> None:
    assert codes_of(text_pdf()) == ()


def test_the_page_and_its_code_are_compared() -> None:
    page = text_pdf()
    invoice = read_pdf(page).invoice
    assert invoice.qr_iban_differs is None


@pytest.mark.ocr
def test_a_photo_with_a_code() -> None:
    out = io.BytesIO()
    page_image(with_code(epc(), drawn="image")).save(out, "PNG")
    read = read_image(out.getvalue())
    assert read.invoice.document_class is not DocumentClass.BUNDLE
