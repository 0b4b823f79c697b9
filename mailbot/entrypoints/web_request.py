"""Gives each request to the pages an id that stands on every line of the log about it."""

import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from mailbot import measures


class NamedRequests:
    """Wraps the pages; counts what they answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                measures.PAGES.labels(f"{message['status'] // 100}xx").inc()
            await send(message)

        with bound_contextvars(request=secrets.token_hex(8)):
            await self._app(scope, receive, counted)
