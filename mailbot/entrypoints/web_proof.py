"""Knows the browsers of people by a cookie, and asks one that it does not know for a code.

A form of a browser that is not known comes back inside a page that asks for the code in a mail. It
is sent again with the code, and then done: nothing of it is kept in between.
"""

import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import Request, Response

from handlers.context import Context, Unit
from handlers.proving import BROWSER_LIFE, is_proved, prove_browser, send_code
from mailbot.compose.codes import CodeForm, write_code_page
from mailbot.compose.render import Letterhead
from mailbot.domain.code import CodeVerdict
from mailbot.domain.command import Command
from mailbot.domain.token import Token
from mailbot.entrypoints.web_answers import page_answer
from mailbot.entrypoints.web_outbox import OUTBOX, may_see_outbox
from mailbot.entrypoints.web_session import cookie_name, set_cookie

_FORBIDDEN = 403
_PURPOSE = b"mailbot browser cookie 1\0"
#: pages on which a right code was typed just now: a button that was pressed twice sends it twice
_REMEMBERED = 1000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A form that was sent, and what it asks."""

    token: str
    path: str
    head: Letterhead
    #: what the page and the mail say that waits, and what about
    shown: tuple[Command, ...] = ()
    about: str = ""
    fields: dict[str, str]


class BrowserProofs:
    """The proofs of browsers, as cookies; one per person, for people share browsers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._just_proved: OrderedDict[bytes, str] = OrderedDict()

    def known(self, request: Request, person: str) -> str:
        """Return what this browser says it is known by to be this person's, "" if nothing."""
        return request.cookies.get(self.cookie(person), "")

    def is_proved(self, token: Token, browser: str) -> bool:
        """Whether `browser` has proved that it is that of the person of a token."""
        with self._context.database.reading() as session:
            return is_proved(Unit(context=self._context, session=session), token.person, browser)

    def prove(self, asked: Asked, visitor: str) -> tuple[str, str]:
        """Return what the browser is known by after its code, and what was wrong with the code.

        The latter is an id in table `mistakes`, "" when no code was typed.
        """
        typed = asked.fields.get("code")
        if typed is None:
            return "", ""
        said = "\0".join((visitor, asked.head.reader.email, *typed.split()))
        key = hmac.digest(self._context.token_secret, said.encode(), "sha256")
        with self._lock:
            if key in self._just_proved:
                return self._just_proved[key], ""
            proved = prove_browser(self._context, asked.token, typed)
            if proved.verdict is not CodeVerdict.RIGHT:
                return "", proved.verdict.value
            self._just_proved[key] = proved.browser
            if len(self._just_proved) > _REMEMBERED:
                self._just_proved.popitem(last=False)
            return proved.browser, ""

    def ask(self, request: Request, asked: Asked, mistake: str) -> Response:
        """Return the page that asks for a code; mails one, unless a code was just refused."""
        is_sent = mistake or send_code(self._context, asked.token, asked.shown, asked.about)
        settings = self._context.settings
        form = CodeForm(
            path=asked.path,
            fields={name: value for name, value in asked.fields.items() if name != "code"},
            asked=asked.shown,
            about=asked.about,
            mistake=mistake,
            outbox=OUTBOX if may_see_outbox(request, settings) else "",
            is_too_many=not is_sent,
        )
        return page_answer(write_code_page(asked.head, form), _FORBIDDEN)

    def give(self, answer: Response, person: str, browser: str) -> Response:
        """Let the browser keep what it is known by."""
        seconds = int(BROWSER_LIFE.total_seconds())
        set_cookie(answer, self.cookie(person), browser, self._context.settings, max_age=seconds)
        return answer

    def cookie(self, person: str) -> str:
        """Return the name of the cookie of one person; it tells nobody whose it is."""
        key = self._context.token_secret
        name = hmac.digest(key, _PURPOSE + person.lower().encode(), "sha256").hex()[:12]
        return cookie_name(f"mailbot_browser_{name}", self._context.settings)
