"""How a mail comes in over a connection: piece by piece, never much of it at a time.

The bytes of DATA go from the line to their collector without waking anybody before there is a
piece to write: clients send them in thousands of small packets. A mail must come on: silence, a
trickle, or a mail without end are the client's last word.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from mailbot.entrypoints.smtp_data import DataCollector
from storage.spool_draft import PIECE

#: seconds between two pieces of a mail, and for all of it
_PIECE_SECONDS = 180
_MAIL_SECONDS = 1800
#: bytes a second that a mail must make on the whole, after its first _PIECE_SECONDS
_SLOWEST = 500


class MailStream:
    """One mail, or one chunk of it, from one connection."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        transport: asyncio.ReadTransport,
        *,
        clock: Callable[[], float],
        wait_until: Callable[[float], None],
    ) -> None:
        """Tell `wait_until` until when, by `clock`, more must have come."""
        self._reader = reader
        self._transport = transport
        self._clock = clock
        self._wait_until = wait_until
        self._started = clock()
        self._received = 0
        self._data = DataCollector()
        #: set when there is a piece to take
        self._has_piece = asyncio.Event()
        self._is_paused = False
        #: whether what comes over the line goes to `receive`, not to the reader
        self.is_open = False

    async def data(self, most: int) -> AsyncIterator[bytes]:
        """Yield a mail up to the lone dot. Raises BufferError after more than `most` bytes."""
        self.is_open = True
        if ahead := sent_ahead(self._reader):
            self.receive(ahead)
        while True:
            await self._has_piece.wait()
            is_complete = self._data.is_complete
            if not is_complete and self._received > most:
                raise BufferError("a mail without end")
            piece = self._data.take()
            if not is_complete:
                self._has_piece.clear()
                self._resume()
            yield piece
            if is_complete:
                return

    def receive(self, chunk: bytes) -> None:
        """Take the next bytes from the line."""
        self._note(len(chunk))
        if self._data.feed(chunk):
            self.is_open = False
            self._resume()
            if self._data.rest:
                self._reader.feed_data(self._data.rest)
            self._has_piece.set()
        elif len(self._data) >= PIECE:
            self._has_piece.set()
            if len(self._data) >= 2 * PIECE and not self._is_paused:
                self._is_paused = True
                self._transport.pause_reading()

    async def chunk(self, size: int) -> AsyncIterator[bytes]:
        """Yield the next `size` bytes (RFC 3030). Raises ConnectionResetError."""
        left = size
        while left:
            piece = await self._reader.read(min(left, PIECE))
            if not piece:
                raise ConnectionResetError("the client left in the middle of a mail")
            left -= len(piece)
            self._note(len(piece))
            yield piece

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()

    def _note(self, size: int) -> None:
        self._received += size
        self._wait_until(
            min(
                self._clock() + _PIECE_SECONDS,
                self._started + _PIECE_SECONDS + self._received / _SLOWEST,
                self._started + _MAIL_SECONDS,
            )
        )


def sent_ahead(reader: asyncio.StreamReader) -> bytes:
    """Return what already lies in the reader, without waiting."""
    held: bytearray = reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001 - it has no other way
    ahead = bytes(held)
    held.clear()
    reader._maybe_resume_transport()  # type: ignore[attr-defined]  # noqa: SLF001
    return ahead
