"""Stands between us and a server and makes it ill: slow, silent, cut off, or full of 503s.

    with flaky_proxy(server_port) as proxy:
        connect to proxy.port
        proxy.trouble(answering(503), times=2)   # the next two connections meet it
        proxy.trouble(silent)                    # all of them, until
        proxy.recover()

It counts connections, not requests: with a new trouble those that are open are hung up on, so that
what comes next meets it.
"""

import asyncio
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")
#: what one connection meets: it has the client's two ends and the port of the real server
Trouble = Callable[[StreamReader, StreamWriter, int], Awaitable[None]]
#: what becomes of each chunk on its way; one that gets shorter is the last
Change = Callable[[bytes], Awaitable[bytes]]
_CHUNK = 65536
_FOREVER = 3600


class FlakyProxy:
    """A proxy for one TCP server on this machine; well until trouble is made."""

    def __init__(self, server_port: int) -> None:
        #: the real server
        self.server_port = server_port
        self.port = 0
        #: how many connections were made
        self.connections = 0
        self._trouble: Trouble = well
        self._times = 0
        self._open: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listen on a free port of the loopback."""
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._take, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Hang up on everybody and end."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def trouble(self, trouble: Trouble, times: int = 0) -> None:
        """Let the next connections meet trouble: so many, or (0) all until `recover`."""
        self._do(self._change(trouble, times))

    def recover(self) -> None:
        """Let the server be well again; who waits for an answer is hung up on."""
        self._do(self._change(well, 0))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _change(self, trouble: Trouble, times: int) -> None:
        self._trouble, self._times = trouble, times
        await self._hang_up()

    async def _close(self) -> None:
        self._server.close()
        await self._hang_up()

    async def _hang_up(self) -> None:
        gone = list(self._open)
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)

    async def _take(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        self.connections += 1
        try:
            # a server that is away, or a client that has gone, ends the connection
            with closing(writer), suppress(OSError, EOFError, asyncio.CancelledError):
                await self._next()(reader, writer, self.server_port)
        finally:
            self._open.discard(task)

    def _next(self) -> Trouble:
        trouble = self._trouble
        if self._times:
            self._times -= 1
            if not self._times:
                self._trouble = well
        return trouble


@contextmanager
def flaky_proxy(server_port: int) -> Iterator[FlakyProxy]:
    """Run a proxy for a server that ends with the block."""
    proxy = FlakyProxy(server_port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()


# Troubles -------------------------------------------------------------------------------------


async def well(reader: StreamReader, writer: StreamWriter, port: int) -> None:
    """Pass everything on as it is."""
    await _between(reader, writer, port)


async def silent(reader: StreamReader, writer: StreamWriter, port: int) -> None:
    """Take the connection, and never answer."""
    await asyncio.sleep(_FOREVER)


async def hanging_up(reader: StreamReader, writer: StreamWriter, port: int) -> None:
    """Close the connection before a word is said."""


def answering(status: int) -> Trouble:
    """Answer an HTTP request with this status, without asking the server."""

    async def trouble(reader: StreamReader, writer: StreamWriter, port: int) -> None:
        await _read_request(reader)
        head = f"HTTP/1.1 {status} Trouble\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()

    return trouble


def slow(seconds: float) -> Trouble:
    """Let every piece of an answer come so much later."""

    async def later(chunk: bytes) -> bytes:
        await asyncio.sleep(seconds)
        return chunk

    async def trouble(reader: StreamReader, writer: StreamWriter, port: int) -> None:
        await _between(reader, writer, port, answers=later)

    return trouble


def cut_after(count: int) -> Trouble:
    """Hang up after so many bytes of answer: 0 is after the request, before any answer."""
    return _cutting(count, is_answer=True)


def cut_request_after(count: int) -> Trouble:
    """Hang up after so many bytes that the client says."""
    return _cutting(count, is_answer=False)


def damaging(old: bytes, new: bytes, *, is_answer: bool = False) -> Trouble:
    """Change on its way, once for a connection, what the client says, or (is_answer) the server.

    `old` must stand in one piece, and `new` be as long.
    """

    async def trouble(reader: StreamReader, writer: StreamWriter, port: int) -> None:
        is_done = False

        async def change(chunk: bytes) -> bytes:
            nonlocal is_done
            if is_done or old not in chunk:
                return chunk
            is_done = True
            return chunk.replace(old, new, 1)

        asks, answers = (_as_is, change) if is_answer else (change, _as_is)
        await _between(reader, writer, port, asks=asks, answers=answers)

    return trouble


def _cutting(count: int, *, is_answer: bool) -> Trouble:
    async def trouble(reader: StreamReader, writer: StreamWriter, port: int) -> None:
        left = count

        async def cut(chunk: bytes) -> bytes:
            nonlocal left
            kept = chunk[:left]
            left -= len(kept)
            return kept

        asks, answers = (_as_is, cut) if is_answer else (cut, _as_is)
        await _between(reader, writer, port, asks=asks, answers=answers)

    return trouble


# Ways -----------------------------------------------------------------------------------------


async def _as_is(chunk: bytes) -> bytes:
    return chunk


async def _between(
    reader: StreamReader,
    writer: StreamWriter,
    port: int,
    *,
    asks: Change = _as_is,
    answers: Change = _as_is,
) -> None:
    """Pass on both ways until one side has ended."""
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(server_writer):
        ways = [
            asyncio.create_task(_pass_on(reader, server_writer, asks)),
            asyncio.create_task(_pass_on(server_reader, writer, answers)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _pass_on(reader: StreamReader, writer: StreamWriter, change: Change) -> None:
    while chunk := await reader.read(_CHUNK):
        passed = await change(chunk)
        writer.write(passed)
        await writer.drain()
        if len(passed) < len(chunk):
            return


async def _read_request(reader: StreamReader) -> None:
    """Read one HTTP request to its end: who is answered before that may not listen."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
