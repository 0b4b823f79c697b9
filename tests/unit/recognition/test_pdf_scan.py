"""A page that is a scan is taken as it was scanned, dot by dot."""

import io
import logging

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from mailbot.recognition.pdf import PdfError, scan_image
from mailbot.recognition.pdf_scan import find_picture, find_width
from tests.kit.pdf_builder import page_image, scan_pdf, text_pdf


def _grain(width: int = 620, height: int = 877) -> Image.Image:
    rng = np.random.default_rng(3)
    return Image.fromarray(rng.integers(0, 256, (height, width)).astype(np.uint8))


def _scan(image: Image.Image, *, dpi: int = 75, rotate: int = 0) -> bytes:
    out = io.BytesIO()
    quality = {} if image.mode == "1" else {"quality": 95}
    image.save(out, "PDF", resolution=dpi, **quality)
    with pikepdf.open(out) as document:
        document.pages[0].rotate(rotate, relative=False)
        turned = io.BytesIO()
        document.save(turned)
    return turned.getvalue()


@pytest.mark.parametrize("dpi", [75, 133, 150, 200])
def test_the_dots_are_those_of_the_picture(dpi: int) -> None:
    image = _grain()
    scanned = scan_image(_scan(image, dpi=dpi), 1)
    assert scanned.size == image.size
    difference = np.asarray(scanned, dtype=int) - np.asarray(image, dtype=int)
    assert np.abs(difference).mean() < 6  # what JPEG changes; drawn anew it is 40


def test_a_page_that_is_shown_turned_is_drawn_turned() -> None:
    scanned = scan_image(_scan(_grain(), dpi=150, rotate=90), 1)
    assert scanned.width > scanned.height
    assert abs(scanned.width - 877) < 3


def test_a_page_with_text_over_its_picture_is_drawn_with_it() -> None:
    document = pdfium.PdfDocument(text_pdf())
    assert find_picture(document[0]) is None
    document.close()


@pytest.mark.parametrize(("dpi", "width"), [(40, 827), (150, 1240), (250, 2067), (600, 2480)])
def test_a_page_is_drawn_in_the_resolution_of_its_picture(dpi: int, width: int) -> None:
    document = pdfium.PdfDocument(scan_pdf(dpi=dpi))
    assert find_width(document[0]) == pytest.approx(width, abs=4)
    document.close()


def test_a_page_without_pictures_is_drawn_as_scanners_scan() -> None:
    document = pdfium.PdfDocument(text_pdf())
    assert find_width(document[0]) == round(595.28 / 72 * 200)
    document.close()


def test_colours_become_grey_and_black_on_white_stays() -> None:
    page = page_image(text_pdf(), dpi=75)
    assert scan_image(_scan(page.convert("RGB")), 1).mode == "L"
    bitonal = np.asarray(scan_image(_scan(page.convert("1")), 1))
    assert np.median(bitonal) == 255
    assert bitonal.min() < 50


def test_a_page_that_is_not_there_is_told() -> None:
    with pytest.raises(PdfError, match="no_such_page"):
        scan_image(text_pdf(), 2)


def test_taking_a_picture_leaves_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        scan_image(_scan(_grain()), 1)
    assert caplog.records == []
