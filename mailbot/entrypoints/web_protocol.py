"""HTTP/1.1 for the pages: who does not ask in time, or takes one place too many, is let go."""

import asyncio
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from mailbot.entrypoints.web_answers import ALWAYS

#: seconds from a connection, or from the first byte of a later request, to the end of its header
PATIENCE_SECONDS = 15.0
#: connections at a time
MOST_CONNECTIONS = 500


class PatientProtocol(H11Protocol):
    """One connection; uvicorn itself waits for a request as long as it takes."""

    #: set by who tests it
    patience_seconds = PATIENCE_SECONDS
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(cast("asyncio.Transport", transport))
        if len(self.connections) > MOST_CONNECTIONS:
            self.transport.close()
        else:
            self._wait_for_header()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait on while it is not the whole header of a request."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._timer is None:
            self._wait_for_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, with the headers that every answer has."""
        headers = [*ALWAYS.items(), ("Content-Type", "text/plain"), ("Connection", "close")]
        start = h11.Response(
            status_code=400, headers=[(name.encode(), value.encode()) for name, value in headers]
        )
        for event in (start, h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait_for_header(self) -> None:
        self._timer = self.loop.call_later(self.patience_seconds, self._let_go)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _let_go(self) -> None:
        self._timer = None
        self.transport.close()
