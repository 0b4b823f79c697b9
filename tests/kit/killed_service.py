"""Runs `mailbot serve` in a process of its own, and kills it where asked to, as a power cut would.

`kill_at` is "<when>:<number>:<what>": kill -9 ourselves before or after call `number` of `what`,
one of POINTS. Without it, it is just `mailbot serve`.

Each is a process of its own, forked from one that has read the modules and done nothing else: to
read them takes seconds of a processor, and a story of power cuts starts the service twice.
"""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from handlers import export_booking
from mailbot.entrypoints.cli import app
from mailbot.entrypoints.outgoing import FolderTransport
from storage.blobs_folder import FolderBlobs
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
    "spool": trap_method(Spool, "put_all"),
    "unspool": trap_method(Spool, "remove"),
    "blob": trap_method(FolderBlobs, "put"),
    "commit": trap_commit,
    "send": trap_transport,
    "deliver": trap_method(export_booking, "deliver_to_folder"),
}


def start_service(
    config: Path, log: Path, kill_at: str = "", *, only: str = "", machine: str = ""
) -> ForkServerProcess:
    """Start `mailbot serve` in a process of its own; `log` grows with what it says.

    `only` names the parts to run, `machine` is what its host calls itself. It leads a process
    group of its own, so that its children can be killed with it.
    """
    asked = {"kill_at": kill_at, "only": only, "machine": machine}
    process = forking().Process(target=_serve, args=(config, log), kwargs=asked, daemon=True)
    process.start()
    return process


def forking() -> ForkServerContext:
    """Return what makes processes that have read the modules already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "tests.kit.smtp"])
    return context


def _serve(config: Path, log: Path, *, kill_at: str, only: str, machine: str) -> None:
    os.setsid()
    # who is a daemon for multiprocessing may have no children; the service may
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    if kill_at:
        when, number, what = kill_at.split(":")
        POINTS[what](Trap(when, int(number)))
    if machine:
        socket.gethostname = lambda: machine
    look_often()
    parts = ["--only", only] if only else []
    sys.argv = ["mailbot", "serve", "--config", str(config), *parts]
    app()
