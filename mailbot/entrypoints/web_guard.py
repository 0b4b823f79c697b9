"""Looks at every request before the pages do, and makes every answer strict."""

import re
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailbot.domain.clock import Clock
from mailbot.entrypoints.client_address import client_address, client_network
from mailbot.entrypoints.smtp_limits import is_loopback
from mailbot.entrypoints.web_answers import ALWAYS, notice_answer, wanted_language
from mailbot.entrypoints.web_rates import Rates
from mailbot.settings import Settings

log = structlog.get_logger(__name__)

#: what this machine calls itself
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_MISDIRECTED, _TOO_FAST = 421, 429
_RETRY_SECONDS = "60"
_TOLD_A_MINUTE = 3
#: characters of what a visitor wrote that go into the log
_SHOWN = 100
_STRICT_TRANSPORT = "max-age=31536000"
_TOKEN = re.compile(r"/d/([a-z2-7]{32})(?:/|$)", re.IGNORECASE)
#: asked by machines that know an address and no name
_ANY_HOST = frozenset({"/health"})


class Guard:
    """Stands around the whole application (ASGI), its last resort for bugs included."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock) -> None:
        self._app = app
        self._settings = settings
        self._trusted = settings.web.trusted_proxies
        self._names = _own_names(settings.service.public_url)
        self._is_https = settings.service.public_url.startswith("https://")
        self._pages = Rates(settings.limits.pages_per_minute, clock)
        self._forms = Rates(settings.limits.forms_per_minute, clock)
        self._told = Rates(_TOLD_A_MINUTE, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._make_strict(MutableHeaders(scope=message))
            await send(message)

        await self._answer(Request(scope))(scope, receive, strict)

    def _answer(self, request: Request) -> ASGIApp:
        language = wanted_language(request, self._settings)
        if not self._is_for_us(request):
            self._tell("a page was asked under another name", host=request.headers.get("host", ""))
            return notice_answer("wrong_host", _MISDIRECTED, language)
        if not self._is_slow_enough(request):
            self._tell("a visitor of the pages asks too fast", method=request.method)
            answer = notice_answer("too_fast", _TOO_FAST, language)
            answer.headers["Retry-After"] = _RETRY_SECONDS
            return answer
        return self._app

    def _is_for_us(self, request: Request) -> bool:
        """Whether the Host is ours: another name that points here is somebody's trick."""
        hosts = request.headers.getlist("host")
        if request.url.path in _ANY_HOST:
            return True
        return len(hosts) == 1 and _host_name(hosts[0]) in self._names

    def _is_slow_enough(self, request: Request) -> bool:
        """Count the request for its client and for its link.

        This machine itself is not counted: a proxy on it that is not named as trusted would be
        one client for everybody.
        """
        rates = self._pages if request.method in ("GET", "HEAD") else self._forms
        address = client_address(request, self._trusted)
        link = _TOKEN.match(request.url.path)
        visitors = [] if is_loopback(address) else [f"client {client_network(address)}"]
        visitors += [f"link {link[1].lower()}"] if link else []
        taken = [rates.take(visitor) for visitor in visitors]
        return all(taken)

    def _tell(self, event: str, **facts: str) -> None:
        """Log what an operator must know, a few times a minute however often it happens."""
        if self._told.take(event):
            log.warning(event, **{name: value[:_SHOWN] for name, value in facts.items()})

    def _make_strict(self, headers: MutableHeaders) -> None:
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        if self._is_https:
            headers.setdefault("Strict-Transport-Security", _STRICT_TRANSPORT)


def _own_names(public_url: str) -> frozenset[str]:
    """Return the names that pages are asked for by; this machine has several for itself."""
    name = (urlsplit(public_url).hostname or "").lower()
    return LOCAL_NAMES if name in LOCAL_NAMES else frozenset({name})


def _host_name(host: str) -> str:
    """Return the name in a Host header without the port (RFC 9110 §7.2), "" if it is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
