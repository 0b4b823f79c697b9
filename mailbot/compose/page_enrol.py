"""Writes the page that sets up an authenticator app."""

from dataclasses import dataclass

import segno
from markupsafe import Markup

from mailbot.compose.page_words import words
from mailbot.compose.pages import render_page
from mailbot.compose.render import Letterhead

_GROUP = 4
#: pixels of one module of the code, and modules of white around it (ISO/IEC 18004 asks for four)
_SCALE, _BORDER = 5, 4


@dataclass(frozen=True, kw_only=True)
class Key:
    """The key of an app: as it is typed (base32), and as a QR code holds it (otpauth)."""

    text: str
    uri: str


def write_enrol_page(
    head: Letterhead, *, path: str, stamp: str, key: Key | None, mistake: str = ""
) -> str:
    """Return the page with the key and the field for the first code of the app.

    Without a `key`, for a browser that is not known, it only offers to begin.
    """
    facts = {
        "title": words(head.language)["enrol"]["title"],
        "path": path,
        "stamp": stamp,
        "is_known": key is not None,
        "key": _spelled(key.text) if key else "",
        "uri": key.uri if key else "",
        "mistake": mistake,
        "office": head.office.name,
        "footer": head.reader.name,
    }
    drawing = _qr_code(key.uri) if key else None
    return render_page("page_enrol.html", head.language, facts, drawing=drawing)


def _qr_code(text: str) -> Markup:
    """Return a QR code as SVG that stands inside the page: nothing is loaded."""
    code = segno.make_qr(text, error="m")
    drawn = code.svg_inline(scale=_SCALE, border=_BORDER, dark="#000", light="#fff", omitsize=True)
    # made by us of black squares; the text is in the squares alone
    return Markup(drawn)  # noqa: S704 -- no text of anybody is in it


def _spelled(text: str) -> str:
    """Return a key in groups of four, as it is easier to copy by hand."""
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
