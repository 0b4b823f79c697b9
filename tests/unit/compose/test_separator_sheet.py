"""The sheet between documents says what it is in every language, and is recognised."""

import pytest

from mailbot.compose.separator_sheet import write_separator_sheet
from mailbot.recognition.codes import separator_pages
from mailbot.recognition.pdf import PdfText, read_text
from mailbot.recognition.pdf_invoice import read_pdf
from tests.kit.pdf_builder import joined_pdf, lines_pdf, scan_pdf


def text_of(content: bytes) -> PdfText:
    text = read_text(content)
    assert isinstance(text, PdfText)
    return text


def test_it_says_what_it_is_in_four_languages() -> None:
    words = " ".join(
        word.text for page in text_of(write_separator_sheet()).pages for word in page.words
    )
    for title in ("Scheidingsblad", "Feuille de séparation", "Trennblatt", "Separator sheet"):
        assert title in words


@pytest.mark.parametrize("turn", [0.0, 2.0, 180.0])
def test_its_code_is_read_from_a_scan(turn: float) -> None:
    scanned = scan_pdf(write_separator_sheet(), dpi=150, turn=turn)
    assert separator_pages(text_of(scanned).codes) == {1}


def test_documents_on_its_sides_are_parts() -> None:
    ticket = lines_pdf([["Kasticket", "Totaal 12,00"]])
    read = read_pdf(joined_pdf(ticket, write_separator_sheet(), ticket))
    assert [(first, last) for first, last, _ in read.parts] == [(1, 1), (3, 3)]
    assert read.warnings == ()
