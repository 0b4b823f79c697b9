"""Refuses requests that are too large before they fill the memory."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailbot.entrypoints.web_answers import notice_answer
from mailbot.settings import Settings

#: bytes; the largest form of a page is a text of 4 000 characters
MOST_BYTES = 64 * 1024


class TooLargeError(Exception):
    """More was sent than any form of ours can hold."""


class BodyLimit:
    """Lets at most `MOST_BYTES` of a request through (ASGI middleware)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BYTES:
                raise TooLargeError
            return message

        try:
            await self._app(scope, limited, send)
        except TooLargeError:
            # nothing was answered yet: forms are read whole before anything else happens
            answer = notice_answer("too_large", 413, self._settings.service.language)
            await answer(scope, receive, send)
