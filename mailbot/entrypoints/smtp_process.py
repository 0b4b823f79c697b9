"""One SMTP process: `python -m mailbot.entrypoints.smtp_process`, started by `smtp_children.py`.

Its first line of standard input says what to do; when that input ends, by a stop or because the
process that started it is dead, it ends as well. It writes a byte to standard output when it is
ready, and one for each mail that it kept.
"""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvloop
from pydantic import BaseModel

from mailbot import measures
from mailbot.domain.mail import Channel
from mailbot.entrypoints.logs import start_logging
from mailbot.entrypoints.places import open_spool
from mailbot.entrypoints.smtp_listeners import Listener, Listeners, raise_file_limit
from mailbot.entrypoints.smtp_memory import Memory
from mailbot.entrypoints.way_in import open_way_in
from mailbot.settings import Settings

_INPUT, _OUTPUT = 0, 1
READY = b"r"
#: how old counts of this process may be
_COUNT_SECONDS = 5


class Orders(BaseModel):
    """What a process is told when it starts."""

    settings: Settings
    #: descriptors of listening sockets, and of the memory that all processes share
    listeners: tuple[tuple[int, Channel], ...]
    memory: int
    #: which of how many processes it is
    place: int
    processes: int
    #: where it leaves its counts for who started it, if anybody asks for them
    counts: Path | None = None


def main() -> None:
    """Take mail until the input ends, or SIGTERM."""
    orders = Orders.model_validate_json(sys.stdin.buffer.readline())
    start_logging()
    raise_file_limit()
    os.set_blocking(_OUTPUT, False)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(orders))


async def _serve(orders: Orders) -> None:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    # nothing else comes: it becomes readable at its end
    loop.add_reader(_INPUT, stopping.set)
    way_in = open_way_in(orders.settings, open_spool(orders.settings), lambda: _say(b"m"))
    listeners = Listeners(
        way_in, Memory(orders.memory), place=orders.place, processes=orders.processes
    )
    await listeners.start(_listeners(orders))
    _say(READY)
    while not stopping.is_set():
        _leave_counts(orders)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _COUNT_SECONDS)
    await listeners.stop()
    _leave_counts(orders)


def _leave_counts(orders: Orders) -> None:
    """Write down what was counted; who is dead has still counted it."""
    with suppress(OSError):
        if orders.counts:
            measures.leave_counts(orders.counts / f"{os.getpid()}.prom")


def _listeners(orders: Orders) -> list[Listener]:
    return [(socket.socket(fileno=number), channel) for number, channel in orders.listeners]


def _say(word: bytes) -> None:
    """Tell who started us; a full pipe tells enough already."""
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(_OUTPUT, word)


if __name__ == "__main__":
    main()
