"""Cuts pages out of a PDF; the pages themselves stay as they are."""

import io
from collections.abc import Sequence

import pikepdf

_ERRORS = (
    pikepdf.PdfError,
    pikepdf.PasswordError,
    ValueError,
    RuntimeError,
    OverflowError,
    MemoryError,
)


class CutError(ValueError):
    """The PDF cannot be opened, or has not so many pages."""


def count_pages(content: bytes) -> int:
    """Return how many pages a PDF has. Raises CutError."""
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            return len(document.pages)
    except _ERRORS as error:
        raise CutError("pdf_broken") from error


def cut_pages(content: bytes, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return a PDF for each range (first and last page, 1-based) of `content`. Raises CutError.

    The same file is cut into the same bytes again, so that a second delivery is recognised.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if any(not 1 <= first <= last <= len(document.pages) for first, last in ranges):
                raise CutError("no_such_page")
            return [_cut(document, first, last) for first, last in ranges]
    except _ERRORS as error:
        raise CutError("pdf_broken") from error


def _cut(document: pikepdf.Pdf, first: int, last: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as part:
        part.pages.extend(document.pages[first - 1 : last])
        part.remove_unreferenced_resources()
        part.save(out, deterministic_id=True)
    return out.getvalue()
