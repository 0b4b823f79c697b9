"""How a mail comes in over a connection: piece by piece, never much of it at a time.

It must come on: silence, a trickle, or a mail without end are the client's last word.
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
#: more than asyncio's stream ever holds: reading takes all there is
_ALL = 1 << 30


class MailStream:
    """The pieces of one mail after the other, from one connection."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        clock: Callable[[], float],
        wait_until: Callable[[float], None],
    ) -> None:
        """Read from `reader`; tell `wait_until` until when, by `clock`, more must have come."""
        self._reader = reader
        self._clock = clock
        self._wait_until = wait_until

    async def data(self, most: int) -> AsyncIterator[bytes]:
        """Yield a mail up to the lone dot.

        Raises ConnectionResetError when the client leaves, BufferError after more than `most`
        bytes.
        """
        data, started, received, is_complete = DataCollector(), self._clock(), 0, False
        while not is_complete:
            chunk = await self._read(_ALL)
            is_complete = data.feed(chunk)
            received += len(chunk)
            self._expect_more(started, received)
            if is_complete and data.rest:
                # the stream is empty after reading all of it: back to its front
                self._reader.feed_data(data.rest)
            if not is_complete and received > most:
                raise BufferError("a mail without end")
            if is_complete or len(data) >= PIECE:
                yield data.take()

    async def chunk(self, size: int) -> AsyncIterator[bytes]:
        """Yield the next `size` bytes (RFC 3030). Raises ConnectionResetError."""
        started, left = self._clock(), size
        while left:
            piece = await self._read(min(left, PIECE))
            left -= len(piece)
            self._expect_more(started, size - left)
            yield piece

    async def _read(self, most: int) -> bytes:
        chunk = await self._reader.read(most)
        if not chunk:
            raise ConnectionResetError("the client left in the middle of a mail")
        return chunk

    def _expect_more(self, started: float, received: int) -> None:
        self._wait_until(
            min(
                self._clock() + _PIECE_SECONDS,
                started + _PIECE_SECONDS + received / _SLOWEST,
                started + _MAIL_SECONDS,
            )
        )
