"""Several SMTP processes that share the listening sockets; one that dies is started again.

The sockets are inherited, so what waits at one when a process dies is taken by another. A process
knows by the end of its standard input that it must end, and so it ends with us however we die.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import mkdtemp

import structlog

from mailbot.domain.errors import Permanent
from mailbot.entrypoints.smtp_certificate import Certificate
from mailbot.entrypoints.smtp_listeners import Listener
from mailbot.entrypoints.smtp_memory import make_shared
from mailbot.entrypoints.smtp_process import READY, Orders
from mailbot.settings import Settings

log = structlog.get_logger(__name__)
_START_SECONDS = 30.0
#: seconds that a process has to end, over the grace that it gives to mails
_STOP_SECONDS = 9.5
#: seconds between two starts of a process that dies at once
_PAUSE = 1.0
_MANY = 65536


class Children:
    """As many SMTP processes as the settings say."""

    def __init__(
        self, settings: Settings, listeners: Sequence[Listener], on_mail: Callable[[], None]
    ) -> None:
        """Call `on_mail` after each mail that one of them kept."""
        self._settings = settings
        self._listeners = listeners
        self._on_mail = on_mail
        self._memory = make_shared()
        #: where they leave their counts; those of one that died stay
        self.counts = Path(mkdtemp(prefix="mailbot-counts-"))
        self._stopping = threading.Event()
        self._children = [
            _Child(self._command, self._orders(place), on_mail, self._stopping)
            for place in range(settings.smtp.processes)
        ]

    def start(self) -> None:
        """Return when all of them take connections. Raises Permanent."""
        # its sentence is clearer here than in the log of a process
        Certificate(self._settings.smtp)
        for child in self._children:
            child.start()
        deadline = time.monotonic() + _START_SECONDS
        for child in self._children:
            if not child.ready.wait(max(0.0, deadline - time.monotonic())):
                raise Permanent("an SMTP process did not start; see the log")

    def stop(self) -> None:
        """Let each end after the mails that are coming in."""
        self._stopping.set()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            child.tell_to_stop()
        for child in self._children:
            child.join(deadline)
        os.close(self._memory)
        shutil.rmtree(self.counts, ignore_errors=True)

    def pids(self) -> list[int]:
        """Return the process ids of those that run."""
        return [child.pid for child in self._children if child.pid]

    def _orders(self, place: int) -> Orders:
        return Orders(
            settings=self._settings,
            listeners=tuple((one.fileno(), channel) for one, channel in self._listeners),
            memory=self._memory,
            place=place,
            processes=self._settings.smtp.processes,
            counts=self.counts if self._settings.monitoring.listen else None,
        )

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "mailbot.entrypoints.smtp_process"]


class _Child:
    """One place among the processes, whoever holds it now."""

    def __init__(
        self,
        command: list[str],
        orders: Orders,
        on_mail: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self._command = command
        self._orders = orders
        self._on_mail = on_mail
        self._stopping = stopping
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="smtp-process", daemon=True)
        #: set once it takes connections
        self.ready = threading.Event()

    @property
    def pid(self) -> int:
        """The process id, 0 while there is none."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process, and again whenever it dies."""
        self._thread.start()

    def tell_to_stop(self) -> None:
        """End its input; it goes on until the mails that are coming in have ended."""
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def join(self, deadline: float) -> None:
        """Wait for the end until `deadline`; then it is ended."""
        if not self._thread.ident:
            return
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive() and self._process:
            log.warning("an SMTP process did not end by itself", pid=self.pid)
            self._process.kill()
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            with self._started() as process:
                self._listen_to(process)
                code = process.wait()
            if not self._stopping.is_set():
                log.error("an SMTP process died and is started again", pid=process.pid, code=code)
                self._stopping.wait(_PAUSE)

    def _started(self) -> "subprocess.Popen[bytes]":
        inherited = [number for number, _ in self._orders.listeners]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[*inherited, self._orders.memory],
        )
        if self._process.stdin:
            self._process.stdin.write(self._orders.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        if self._stopping.is_set():
            self.tell_to_stop()
        return self._process

    def _listen_to(self, process: "subprocess.Popen[bytes]") -> None:
        """Pass on what the process says until it is gone."""
        while process.stdout and (words := os.read(process.stdout.fileno(), _MANY)):
            if READY in words:
                self.ready.set()
            for _ in range(len(words) - words.count(READY)):
                self._on_mail()
