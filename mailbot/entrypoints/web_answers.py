"""Makes the HTTP answers of the pages; every one carries the same strict headers."""

import re
import unicodedata
from urllib.parse import quote

from fastapi import Request, Response

from mailbot.compose.pages import style_source, write_notice
from mailbot.domain.mail import LANGUAGES, Language
from mailbot.settings import Settings

#: on every answer: nothing is kept, indexed, sniffed, framed or told to other sites
ALWAYS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_PAGE_POLICY = (
    "default-src 'none'; style-src {style}; img-src 'self'; frame-src {frames}; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"
#: Safari shows no PDF in a sandbox, older Chromes none without inline styles; what a PDF holds
#: runs in the viewer of the browser, away from our pages
_PDF_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_LONGEST_NAME = 150
#: what a browser may show itself: first bytes, media type
_SHOWN = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


def page_answer(html: str, status: int = 200, *, frames: str = "'none'") -> Response:
    """Return a page; `frames` is what it may show in a frame (CSP source)."""
    policy = _PAGE_POLICY.format(style=style_source(), frames=frames)
    headers = {**ALWAYS, "Content-Security-Policy": policy, "X-Frame-Options": "DENY"}
    return Response(html, status, headers, "text/html; charset=utf-8")


def notice_answer(
    notice: str, status: int, language: Language, *, office: str = "mailbot", back: str = ""
) -> Response:
    """Return a page that only says something (id in table `notices`)."""
    return page_answer(write_notice(language, notice, office=office, back=back), status)


def file_answer(name: str, content: bytes) -> Response:
    """Return a file: PDF and pictures to look at, anything else only to keep.

    What it is, is judged by its first bytes, for the name and type came in by mail.
    """
    shown = next((kind for magic, kind in _SHOWN if content.startswith(magic)), "")
    is_pdf = shown == "application/pdf"
    how = "inline" if shown else "attachment"
    headers = {
        **ALWAYS,
        "Content-Security-Policy": _PDF_POLICY if is_pdf else _FILE_POLICY,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(_plain_name(name), safe='')}",
    }
    return Response(content, 200, headers, shown or "application/octet-stream")


def _plain_name(name: str) -> str:
    """Return a file name that is one name and reads as it is: no path, nothing that turns text."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else "_" for c in name)
    return re.sub(r"[/\\:]", "_", shown).strip(". ")[:_LONGEST_NAME] or "document"


def text_answer(text: str, status: int = 200) -> Response:
    """Return a line of plain text."""
    headers = {**ALWAYS, "Content-Security-Policy": _FILE_POLICY}
    return Response(text, status, headers, "text/plain; charset=utf-8")


def wanted_language(request: Request, settings: Settings) -> Language:
    """Return the language of a visitor whom we do not know (RFC 9110 §12.5.4)."""
    ranked: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, quality = part.partition(";q=")
        ranked.append((-_quality(quality), tag.strip().lower()[:2]))
    for _, tag in sorted(ranked, key=lambda each: each[0]):
        for language in LANGUAGES:
            if language == tag:
                return language
    return settings.service.language


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
