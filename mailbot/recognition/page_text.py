"""Reads the text of a PDF's pages, and nothing more, to compare it with the XML inside."""

from collections.abc import Sequence

import pypdfium2

#: pages; the values of an invoice stand on the first ones or the last one
_MAX_PAGES = 20


def read_page_text(content: bytes, passwords: Sequence[str] = ()) -> str:
    """Return the text of the first pages, "" for a PDF that cannot be opened."""
    for password in (None, *passwords):
        try:
            with pypdfium2.PdfDocument(content, password=password) as pdf:
                return "\n".join(
                    pdf[i].get_textpage().get_text_bounded()
                    for i in range(min(len(pdf), _MAX_PAGES))
                )
        except pypdfium2.PdfiumError:
            continue
    return ""


def count_pages(content: bytes, passwords: Sequence[str] = ()) -> int:
    """Return the number of pages, 0 for a PDF that cannot be opened."""
    for password in (None, *passwords):
        try:
            with pypdfium2.PdfDocument(content, password=password) as pdf:
                return len(pdf)
        except pypdfium2.PdfiumError:
            continue
    return 0
