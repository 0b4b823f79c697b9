"""Refuses requests that are too large or too slow before they fill the memory or a place."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailbot.entrypoints.web_answers import notice_answer, wanted_language
from mailbot.settings import Settings

#: bytes; the largest form of a page is a text of 4 000 characters
MOST_BYTES = 64 * 1024
#: seconds in which a form must have come in whole
MOST_SECONDS = 20.0
_TOO_SLOW, _TOO_LARGE = 408, 413


class TooLargeError(Exception):
    """More was sent than any form of ours can hold."""


class TooSlowError(Exception):
    """A form did not come in whole."""


class BodyLimit:
    """Lets at most `MOST_BYTES` of a request through, within `seconds` (ASGI middleware)."""

    def __init__(self, app: ASGIApp, settings: Settings, seconds: float = MOST_SECONDS) -> None:
        self._app = app
        self._settings = settings
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        notice, status = "", 0
        try:
            await self._app(scope, _Body(receive, self._seconds).receive, send)
        except TooLargeError:
            notice, status = "too_large", _TOO_LARGE
        except TooSlowError:
            notice, status = "too_slow", _TOO_SLOW
        if notice:
            # nothing was answered yet: forms are read whole before anything else happens
            answer = notice_answer(notice, status, wanted_language(Request(scope), self._settings))
            # what still comes of it is not waited for
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)


class _Body:
    """What a request sends, counted."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._received = 0
        self._is_whole = False
        self._until = asyncio.get_running_loop().time() + seconds

    async def receive(self) -> Message:
        """Return the next piece. Raises TooLargeError, TooSlowError."""
        try:
            async with asyncio.timeout_at(None if self._is_whole else self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlowError from error
        self._received += len(message.get("body", b""))
        if self._received > MOST_BYTES:
            raise TooLargeError
        self._is_whole = not message.get("more_body", False)
        return message
