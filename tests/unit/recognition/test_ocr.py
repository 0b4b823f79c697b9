"""Scans and photos, read by Tesseract; and what happens without it."""

import pytest
from PIL import Image

from mailbot.domain.errors import Temporary
from mailbot.domain.invoice import RecognitionStatus, Source
from mailbot.recognition import ocr, ocr_engine
from mailbot.recognition.layout import build_layout
from mailbot.recognition.ocr import read_page
from mailbot.recognition.ocr_engine import Mode, read_lines
from mailbot.recognition.pdf_invoice import read_image, read_pdf
from tests.kit.pdf_builder import PaperInvoice, page_image, photo, scan_pdf, text_pdf

PAPER = PaperInvoice()


@pytest.mark.ocr
@pytest.mark.parametrize("turn", [0.0, 1.2, -2.0])
def test_a_scan_is_read_like_the_text_it_was(turn: float) -> None:
    invoice = read_pdf(scan_pdf(turn=turn)).invoice
    assert invoice.supplier_vat == PAPER.supplier_vat
    assert invoice.invoice_number == PAPER.number
    assert (invoice.invoice_date, invoice.due_date) == (PAPER.issued, PAPER.due)
    assert (invoice.total_incl, invoice.vat_total) == (PAPER.total, PAPER.vat)
    assert (invoice.iban, invoice.payment_reference) == (PAPER.iban, PAPER.reference)
    assert invoice.evidence["total_incl"].source is Source.OCR


@pytest.mark.ocr
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_photo_is_turned_as_its_camera_says(orientation: int) -> None:
    invoice = read_image(photo(orientation=orientation)).invoice
    assert invoice.invoice_number == PAPER.number
    assert invoice.total_incl == PAPER.total


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_was_laid_in_wrongly_is_turned(degrees: int) -> None:
    image = page_image(text_pdf()).rotate(degrees, expand=True)
    text = build_layout([read_page(image, 1)]).text
    assert "Factuurnummer" in text
    assert PAPER.number in text


@pytest.mark.ocr
def test_boxes_of_a_scan_are_in_points_of_its_page() -> None:
    box = read_pdf(scan_pdf()).invoice.evidence["invoice_number"].box
    assert box == pytest.approx((190, 224, 238, 236), abs=5)


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", [2.0, 90.0])
def test_evidence_stands_where_the_paper_shows_it(degrees: float) -> None:
    image = page_image(text_pdf()).rotate(degrees, expand=degrees == 90.0, fillcolor=255)
    page = read_page(image, 1, width=image.width)
    (word,) = (word for word in page.words if word.text == PAPER.number)
    x0, y0, x1, y1 = page.on_paper((word.x0, word.y0, word.x1, word.y1))
    shown = image.crop((round(x0), round(y0), round(x1), round(y1)))
    upright = shown.rotate(-degrees, expand=True, fillcolor=255)
    ((found, *_),) = read_lines(upright, ("eng",), Mode.LINE)
    assert found.text == PAPER.number


def test_only_pages_without_text_are_read_as_images(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page with text was read as an image")

    monkeypatch.setattr(ocr, "read_page", refuse)
    assert read_pdf(text_pdf()).invoice.total_incl == PAPER.total


@pytest.mark.ocr
def test_an_empty_image_has_no_words() -> None:
    assert read_page(Image.new("L", (300, 300), 255), 1).words == ()


@pytest.mark.ocr
def test_a_missing_language_is_one_sentence_for_the_operator() -> None:
    with pytest.raises(Temporary, match="apt install tesseract-ocr-tlh"):
        read_page(Image.new("L", (300, 300), 255), 1, languages=("nld", "tlh"))


@pytest.mark.feature("CF-ST-03")
def test_a_page_that_takes_too_long_is_told_and_no_other_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def slow(*_: object, **__: object) -> None:
        tried.append(1)
        raise ocr_engine.PageError("Tesseract ended or took too long")

    monkeypatch.setattr(ocr, "check_installed", lambda _: None)
    monkeypatch.setattr(ocr, "read_lines", slow)
    recognition = read_pdf(scan_pdf(dpi=50, n_pages=3))
    assert recognition.status is RecognitionStatus.OCR
    assert recognition.invoice.pages == 3
    assert len(tried) == 1
    assert read_image(photo(dpi=30)).status is RecognitionStatus.OCR


def test_what_is_no_image_is_told() -> None:
    assert read_image(b"niets").unreadable == "image_broken"
