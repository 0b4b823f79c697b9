"""Runs `mailbot serve` and kills it, as a power cut would, at the point KILL_AT names.

KILL_AT is "<when>:<number>:<what>": kill -9 ourselves before or after call `number` of `what`,
one of POINTS. Without KILL_AT it is just `mailbot serve`.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from handlers import export_booking
from mailbot.entrypoints.cli import app
from mailbot.entrypoints.outgoing import FolderTransport
from storage.blobs import Blobs
from storage.database import Database
from storage.spool import Spool
from tests.kit.quick_stops import look_often

_lock = threading.Lock()


def die() -> None:
    """End like a power cut: nothing is flushed, no handler runs."""
    os.kill(os.getpid(), signal.SIGKILL)


class Trap:
    """Counts calls and dies at one of them."""

    def __init__(self, when: str, number: int) -> None:
        self.when, self.left = when, number

    def passes(self, when: str) -> None:
        if when != self.when:
            return
        with _lock:
            self.left -= 1
            if self.left == 0:
                die()

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def trapped(*args: Any, **options: Any) -> Any:
            self.passes("before")
            result = call(*args, **options)
            self.passes("after")
            return result

        return trapped


def trap_commit(trap: Trap) -> None:
    """Die before or after a commit."""
    original = Database.transaction

    @contextmanager
    def transaction(self: Database) -> Iterator[Any]:
        with original(self) as session:
            yield session
            trap.passes("before")
        trap.passes("after")

    Database.transaction = transaction  # type: ignore[method-assign]


def trap_method(owner: Any, name: str) -> Callable[[Trap], None]:
    """Die around a method or function."""

    def install(trap: Trap) -> None:
        setattr(owner, name, trap.around(getattr(owner, name)))

    return install


def trap_transport(trap: Trap) -> None:
    """Die around the handing over of a mail."""
    original = FolderTransport.send

    async def send(self: FolderTransport, entry: Any, raw: bytes) -> Any:
        trap.passes("before")
        result = await original(self, entry, raw)
        trap.passes("after")
        return result

    FolderTransport.send = send  # type: ignore[method-assign]


POINTS: dict[str, Callable[[Trap], None]] = {
    "spool": trap_method(Spool, "put"),
    "unspool": trap_method(Spool, "remove"),
    "blob": trap_method(Blobs, "put"),
    "commit": trap_commit,
    "send": trap_transport,
    "deliver": trap_method(export_booking, "deliver_to_folder"),
}


if __name__ == "__main__":
    if point := os.environ.get("KILL_AT"):
        when, number, what = point.split(":")
        POINTS[what](Trap(when, int(number)))
    look_often()
    sys.argv = ["mailbot", *sys.argv[1:]]
    app()
