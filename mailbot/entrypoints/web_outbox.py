"""Shows the mails that would have left, while mailbot is tried out on one machine."""

import base64
import re
from email.utils import quote

from fastapi import APIRouter, Request, Response

from handlers.context import Context
from mailbot.compose.page_outbox import OutboxLine, write_outbox, write_outbox_mail
from mailbot.domain.mail import Language, Mail
from mailbot.domain.outbox import OutboxEntry
from mailbot.entrypoints.client_address import is_forwarded
from mailbot.entrypoints.smtp_limits import is_loopback
from mailbot.entrypoints.web_answers import (
    ALWAYS,
    notice_answer,
    page_answer,
    wanted_language,
)
from mailbot.entrypoints.web_guard import LOCAL_NAMES
from mailbot.mail.parse import parse_mail
from mailbot.settings import Settings
from storage.outbox import find_entry, recent_entries

#: where the mails are listed
OUTBOX = "/outbox"

_READ = ["GET", "HEAD"]
#: a mail in a frame: its own styles and pictures, no scripts, links open in the whole window
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)


class OutboxPages:
    """The routes under /outbox: development only, loopback only."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.router = APIRouter()
        routes = (
            (OUTBOX, self.mails),
            (f"{OUTBOX}/{{name}}.eml", self.raw),
            (f"{OUTBOX}/{{name}}.html", self.html),
            (f"{OUTBOX}/{{name}}", self.mail),
        )
        for path, endpoint in routes:
            self.router.add_api_route(path, endpoint, methods=_READ, response_model=None)

    def mails(self, request: Request) -> Response:
        """List our mails, newest first."""
        language = wanted_language(request, self._context.settings)
        if not may_see_outbox(request, self._context.settings):
            return _not_found(language)
        with self._context.database.reading() as session:
            entries = recent_entries(session)
        lines = [_line(entry) for entry in entries]
        zone = self._context.settings.service.time_zone
        return page_answer(write_outbox(language, lines, time_zone=zone))

    def mail(self, request: Request, name: str) -> Response:
        """Show one mail as its reader would see it."""
        language = wanted_language(request, self._context.settings)
        found = self._find(request, name)
        if found is None:
            return _not_found(language)
        entry, raw = found
        mail = parse_mail(raw)
        zone = self._context.settings.service.time_zone
        page = write_outbox_mail(
            language, _line(entry), text=mail.text, has_html=bool(mail.html), time_zone=zone
        )
        return page_answer(page, frames="'self'")

    def html(self, request: Request, name: str) -> Response:
        """Return the formatted part of one mail, to be shown in a frame."""
        found = self._find(request, name)
        if found is None:
            return _not_found(wanted_language(request, self._context.settings))
        headers = {**ALWAYS, "Content-Security-Policy": _MAIL_POLICY}
        return Response(_framed(parse_mail(found[1])), 200, headers, "text/html; charset=utf-8")

    def raw(self, request: Request, name: str) -> Response:
        """Return one mail byte for byte."""
        found = self._find(request, name)
        if found is None:
            return _not_found(wanted_language(request, self._context.settings))
        headers = {
            **ALWAYS,
            "Content-Disposition": f'attachment; filename="{quote(found[0].id)}.eml"',
        }
        return Response(found[1], 200, headers, "message/rfc822")

    def _find(self, request: Request, name: str) -> tuple[OutboxEntry, bytes] | None:
        if not may_see_outbox(request, self._context.settings):
            return None
        with self._context.database.reading() as session:
            entry = find_entry(session, name)
        return (entry, self._context.blobs.get(entry.sha256)) if entry else None


def may_see_outbox(request: Request, settings: Settings) -> bool:
    """Whether no smarthost is set and a browser on this machine asks us directly.

    The Host is looked at because a page elsewhere can point its own name at 127.0.0.1.
    """
    if settings.outbound.host or request.client is None or is_forwarded(request):
        return False
    return request.url.hostname in LOCAL_NAMES and is_loopback(request.client.host)


def _line(entry: OutboxEntry) -> OutboxLine:
    return OutboxLine(
        id=entry.id,
        to=entry.recipient,
        subject=entry.subject,
        state=entry.state.value,
        at=entry.created_at,
    )


def _framed(mail: Mail) -> str:
    """Return the HTML of a mail with its inline pictures in it, and links for the whole window."""
    pictures = {
        part.content_id.strip("<>"): f"data:{part.media_type};base64,"
        f"{base64.b64encode(part.content).decode()}"
        for part in mail.parts
        if part.content_id
    }
    html = re.sub(
        r"cid:([^\"'\s>)]+)", lambda match: pictures.get(match[1], "about:blank"), mail.html
    )
    return html.replace("<head>", '<head><base target="_top">', 1)


def _not_found(language: Language) -> Response:
    return notice_answer("not_found", 404, language)
