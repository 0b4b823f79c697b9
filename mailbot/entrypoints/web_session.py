"""Tells forms of our own pages from forms that somebody else made (design: mail.md §6).

Opening a page sets a cookie that follows from its token; every form on it carries a stamp that
follows from that cookie and says which version of which document the page showed. A POST without
both was not sent from a page that this browser opened.
"""

import hmac
import re
import secrets
from dataclasses import dataclass

from mailbot.compose.pages import Sheet

COOKIE = "mailbot_page"
#: seconds; a page that was left open longer must be opened again
LIFETIME = 12 * 3600

_PURPOSE = b"mailbot page session 1\0"
_STAMP = re.compile(r"([0-9a-f]{16})\.(\d{1,9})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class Proof:
    """What a stamp proves: which form it is, and which version its page showed."""

    form: str
    version: int


@dataclass(frozen=True)
class PageSession:
    """The session of one token's pages in one browser."""

    secret: str

    @classmethod
    def of(cls, token: str, token_secret: bytes) -> "PageSession":
        """Return the session that belongs to `token`; the same for every tab."""
        return cls(hmac.digest(token_secret, _PURPOSE + token.lower().encode(), "sha256").hex())

    def has_cookie(self, cookie: str) -> bool:
        """Whether `cookie` is the one that opening the page has set."""
        return hmac.compare_digest(cookie.encode(), self.secret.encode())

    def stamp(self, sheet: Sheet | None) -> str:
        """Return a new stamp for a form about `sheet`, or about the page itself."""
        form, version = secrets.token_hex(8), _version(sheet)
        return f"{form}.{version}.{self._mac(form, version, sheet)}"

    def read_stamp(self, stamp: str, sheet: Sheet | None) -> Proof | None:
        """Return what `stamp` proves about the form for `sheet`, None when it is not ours."""
        match = _STAMP.fullmatch(stamp)
        if match is None:
            return None
        form, version = match[1], int(match[2])
        if not hmac.compare_digest(match[3], self._mac(form, version, sheet)):
            return None
        return Proof(form=form, version=version)

    def _mac(self, form: str, version: int, sheet: Sheet | None) -> str:
        about = f"{sheet.number}:{sheet.view.document.id}" if sheet else "page"
        text = f"{form}:{version}:{about}"
        return hmac.digest(self.secret.encode(), text.encode(), "sha256").hex()


def _version(sheet: Sheet | None) -> int:
    return sheet.view.document.version if sheet else 0
