"""Opens encrypted PDFs with passwords that somebody gave (ISO 32000-2, 7.6)."""

import io
from collections.abc import Sequence

import pikepdf

#: what every encrypted PDF says in its trailer
_MARK = b"/Encrypt"
_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, OverflowError, MemoryError)


def find_password(content: bytes, passwords: Sequence[str]) -> str | None:
    """Return the first of `passwords` that opens a PDF; None when none does or none is needed."""
    if _MARK not in content:
        return None
    return next((password for password in passwords if _unlocked(content, password)), None)


def unlock(content: bytes, passwords: Sequence[str]) -> bytes | None:
    """Return the PDF without encryption, None when it has none or no password opens it.

    A PDF that opens without a password, and only forbids printing or copying, is left as it is.
    """
    if _MARK not in content or _unlocked(content, "") is not None:
        return None
    opened = (_unlocked(content, password) for password in passwords)
    return next((whole for whole in opened if whole is not None), None)


def _unlocked(content: bytes, password: str) -> bytes | None:
    try:
        with pikepdf.open(io.BytesIO(content), password=password) as document:
            if not document.is_encrypted:
                return None
            out = io.BytesIO()
            document.save(out, encryption=False, deterministic_id=True)
            return out.getvalue()
    except (pikepdf.PasswordError, *_ERRORS):
        return None
