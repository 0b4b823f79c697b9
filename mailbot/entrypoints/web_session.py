"""Tells forms of our own pages from forms that somebody else made (design: mail.md §6).

The first page that a browser opens gives it a random cookie. Every form carries a stamp that only
we can make: of that cookie, the token of the page, and the document and version that it showed. A
POST without both was not sent from a page that this browser opened. Over HTTPS the cookie has the
prefix `__Host-` (RFC 6265bis §4.1.3): no other site, not even one of the same domain, can set it.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

from mailbot.compose.pages import Sheet
from mailbot.entrypoints.web_guard import LOCAL_NAMES
from mailbot.settings import Settings

#: seconds; a page that was left open longer must be opened again
LIFETIME = 12 * 3600

_COOKIE = "mailbot_page"
_VISITOR = re.compile(r"[0-9a-f]{64}")
_PURPOSE = b"mailbot page session 2\0"
_STAMP = re.compile(r"([0-9a-f]{16})\.(\d{1,9})\.([0-9a-f]{64})")
#: what browsers say of a request that one of our own pages made, or an address that was typed
_OWN_SITES = frozenset({"same-origin", "none"})


@dataclass(frozen=True)
class Proof:
    """What a stamp proves: which form it is, and which version its page showed."""

    form: str
    version: int


@dataclass(frozen=True, kw_only=True)
class PageSession:
    """The session of one browser on the pages of one token."""

    #: the random cookie of the browser
    visitor: str
    token: str
    key: bytes
    #: the cookie came with the request; else this is a new one
    is_known: bool

    @classmethod
    def of(
        cls, request: Request, settings: Settings, token: str, token_secret: bytes
    ) -> "PageSession":
        """Return the session of whoever asks; a new one when it has none."""
        visitor = request.cookies.get(cookie_name(_COOKIE, settings), "")
        is_known = _VISITOR.fullmatch(visitor) is not None
        return cls(
            visitor=visitor if is_known else secrets.token_hex(32),
            token=token.lower(),
            key=hmac.digest(token_secret, _PURPOSE, "sha256"),
            is_known=is_known,
        )

    def stamp(self, sheet: Sheet | None) -> str:
        """Return a new stamp for a form about `sheet`, or about the page itself."""
        form, version = secrets.token_hex(8), _version(sheet)
        return f"{form}.{version}.{self._mac(form, version, sheet)}"

    def read_stamp(self, stamp: str, sheet: Sheet | None) -> Proof | None:
        """Return what `stamp` proves about the form for `sheet`, None when it is not ours."""
        match = _STAMP.fullmatch(stamp)
        if match is None or not self.is_known:
            return None
        form, version = match[1], int(match[2])
        if not hmac.compare_digest(match[3], self._mac(form, version, sheet)):
            return None
        return Proof(form=form, version=version)

    def give(self, answer: Response, settings: Settings) -> Response:
        """Let the browser keep the cookie a while longer."""
        set_cookie(answer, _COOKIE, self.visitor, settings, max_age=LIFETIME)
        return answer

    def _mac(self, form: str, version: int, sheet: Sheet | None) -> str:
        about = f"{sheet.number}:{sheet.view.document.id}" if sheet else "page"
        text = f"{self.visitor}:{self.token}:{form}:{version}:{about}"
        return hmac.digest(self.key, text.encode(), "sha256").hex()


def is_from_elsewhere(request: Request, settings: Settings) -> bool:
    """Whether the browser itself says that another site sent this form.

    Our pages send no Referer, so that their own forms have `Origin: null` (Fetch §3.2); old
    browsers and mail programs say nothing.
    """
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin", "null")
    return site not in _OWN_SITES or not (origin == "null" or _is_ours(origin, settings))


def _is_ours(origin: str, settings: Settings) -> bool:
    """Whether pages of this origin are ours; this machine has several names for itself."""
    ours = urlsplit(settings.service.public_url)
    if origin == f"{ours.scheme}://{ours.netloc}":
        return True
    names = LOCAL_NAMES if ours.hostname in LOCAL_NAMES else frozenset()
    return origin in {f"{ours.scheme}://{name}:{ours.port}" for name in names}


def cookie_name(name: str, settings: Settings) -> str:
    """Return the name of a cookie of ours."""
    return f"__Host-{name}" if _is_secure(settings) else name


def set_cookie(
    answer: Response, name: str, value: str, settings: Settings, *, max_age: int
) -> None:
    """Give the browser a cookie that scripts cannot read and other sites cannot send."""
    answer.set_cookie(
        cookie_name(name, settings),
        value,
        max_age=max_age,
        path="/",
        secure=_is_secure(settings),
        httponly=True,
        samesite="strict",
    )


def _is_secure(settings: Settings) -> bool:
    return settings.service.public_url.startswith("https://")


def _version(sheet: Sheet | None) -> int:
    return sheet.view.document.version if sheet else 0
