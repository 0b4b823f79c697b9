"""Draws the sheet that is put between two documents before they are scanned as one file."""

import io

import pikepdf
import segno

from mailbot.compose.sentences import sentence
from mailbot.domain.mail import Language

#: what recognition looks for in the code
_MARK = "MAILBOT-SEPARATOR"
_LANGUAGES: tuple[Language, ...] = ("nl", "fr", "de", "en")
#: A4 in points
_WIDTH, _HEIGHT = 595, 842
_MARGIN = 60
_CODE_SIDE = 240
_TITLE, _TEXT = 24, 9


def write_separator_sheet() -> bytes:
    """Return the sheet as a PDF of one page: a QR code, and what it is for in every language."""
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page = document.add_blank_page(page_size=(_WIDTH, _HEIGHT))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(b"\n".join((_code(), *_texts())))
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def _code() -> bytes:
    """Return the drawing of the QR code, a square for every dark module."""
    matrix = segno.make_qr(_MARK, error="h").matrix
    side = _CODE_SIDE / len(matrix)
    left, top = (_WIDTH - _CODE_SIDE) / 2, _HEIGHT - _MARGIN
    squares = (
        f"{left + across * side:.2f} {top - (down + 1) * side:.2f} {side:.2f} {side:.2f} re"
        for down, row in enumerate(matrix)
        for across, is_dark in enumerate(row)
        if is_dark
    )
    return ("\n".join(squares) + "\nf").encode()


def _texts() -> list[bytes]:
    """Return the title and the use of the sheet in each language, from the code down."""
    texts = []
    top = _HEIGHT - 2 * _MARGIN - _CODE_SIDE
    for language in _LANGUAGES:
        texts.append(_text(sentence(language, "separator_sheet", "title"), top, _TITLE))
        texts.append(_text(sentence(language, "separator_sheet", "use"), top - _TITLE, _TEXT))
        top -= 4 * _TITLE
    return texts


def _text(text: str, top: float, size: int) -> bytes:
    """Return a line of text as a content stream (ISO 32000-1, 9.4)."""
    escaped = text.encode("cp1252", "replace")
    for letter in (b"\\", b"(", b")"):
        escaped = escaped.replace(letter, b"\\" + letter)
    return b"BT /F1 %d Tf %d %d Td (%s) Tj ET" % (size, _MARGIN, int(top), escaped)
