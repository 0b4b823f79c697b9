"""Reads what the pages of a PDF say as text, without OCR, to compare it with the XML inside."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.recognition.pdf import PdfText, read_text

#: characters that are compared; an invoice of a hundred pages has fewer
_MAX_TEXT = 200_000


@dataclass(frozen=True)
class PageText:
    """The words of all pages, with spaces; "" and 0 for a PDF that cannot be opened."""

    text: str = ""
    n_pages: int = 0


def read_page_text(content: bytes, passwords: Sequence[str] = ()) -> PageText:
    """Return the text of a PDF; trouble with the file is an empty text."""
    read = read_text(content, passwords)
    if not isinstance(read, PdfText):
        return PageText()
    pages = (" ".join(word.text for word in page.words) for page in read.pages)
    return PageText("\n".join(pages)[:_MAX_TEXT], read.n_pages)
