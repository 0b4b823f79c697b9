"""The processes of a sandbox as the program sees them: readers, and the server that forks them."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from mailbot.domain.errors import Temporary
from mailbot.sandbox import server
from mailbot.sandbox.frames import Kind, Message, Talk
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.outside import Answers

log = structlog.get_logger(__name__)

_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a reader ended."""

    #: the signal that killed it, 0 for none
    signal: int
    #: most memory at a time, bytes
    memory: int
    #: of a processor
    seconds: float


class Reader:
    """One reader, lent to one thread at a time."""

    def __init__(self, owner: "Server", pid: int, end: socket.socket) -> None:
        self._server, self._pid, self._end = owner, pid, end
        self._talk = Talk(end)
        self.n_files = 0
        self.is_done = False
        self.is_interrupted = False

    def work(self, work: Message, answers: Answers, limits: Limits) -> Message:
        """Return what comes of `work`. Raises BrokenTalkError, SilentError, what answers do."""
        until = time.monotonic() + limits.file_seconds
        self.n_files += 1
        self._talk.send(work, seconds=limits.wall_seconds)
        while True:
            left = min(limits.wall_seconds, until - time.monotonic())
            message = self._talk.receive(seconds=left)
            if message.kind is not Kind.QUESTION:
                self.is_done = message.kind not in (Kind.DONE, Kind.ERROR)
                return message
            self._talk.send(answers.answer(message), seconds=limits.wall_seconds)

    def is_waiting(self) -> bool:
        """Whether it waits for work; it says nothing unasked, so what can be read is its end."""
        self._end.settimeout(0)
        try:
            self._end.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def forget(self) -> None:
        """Speak with it no more."""
        self._end.close()

    def interrupt(self) -> None:
        """End it while another thread waits for it."""
        self.is_interrupted = True
        self._server.end(self._pid)

    def end(self) -> Ended:
        """End it and return how it ended."""
        self.forget()
        return self._server.end(self._pid)


class Server:
    """The process that forks readers."""

    def __init__(self, modules: Sequence[str], limits: Limits) -> None:
        self._lock = threading.Lock()
        self._hello: int | None = None
        self._control, theirs = socket.socketpair()
        # Libraries that make threads of their own would be forked without them.
        # A session of its own: Ctrl-C is for the program, which ends this by closing the socket.
        program = [sys.executable, "-P", "-m", "mailbot.sandbox.server"]
        arguments = [str(theirs.fileno()), json.dumps(asdict(limits)), *modules]
        one_thread = ("OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, by its own Python
                ["/usr/bin/env", *one_thread, *program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._control.settimeout(_START_SECONDS)

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def refused(self) -> tuple[str, ...]:
        """Return the protections that the system refuses; the log tells of them once."""
        with self._lock:
            bits = self._greeted()
        names = ((server.NO_LANDLOCK, "landlock"), (server.NO_SECCOMP, "seccomp"))
        return tuple(name for bit, name in names if bits & bit)

    def fork(self) -> Reader:
        """Return a new reader. Raises Temporary."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            self._greeted()
            request = server.REQUEST.pack(server.FORK, 0)
            (pid,) = self._asked(request, server.PID, [theirs.fileno()])
        if pid < 0:
            ours.close()
            raise Temporary("the system has no room for another reader of documents")
        return Reader(self, pid, ours)

    def end(self, pid: int) -> Ended:
        """End a reader and return how it ended; nothing is known if the server is gone."""
        try:
            with self._lock:
                request = server.REQUEST.pack(server.END, pid)
                status, kilobytes, seconds = self._asked(request, server.ENDED)
        except Temporary:
            return Ended(0, 0, 0.0)
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(killed_by, 1024 * kilobytes, seconds)

    def forget(self) -> None:
        """Speak with it no more."""
        self._control.close()

    def end_all(self) -> None:
        """End it, and with it all its readers."""
        self._process.kill()
        self._process.wait()

    def _greeted(self) -> int:
        """Wait until it has read its modules; return the bits of what the system refuses."""
        if self._hello is None:
            (self._hello,) = server.HELLO.unpack(self._received(server.HELLO.size))
            if self._hello:
                log.warning("sandbox is weak", refused=self._hello)
        return self._hello

    def _asked(self, request: bytes, answer: Any, files: Sequence[int] = ()) -> tuple[Any, ...]:
        try:
            socket.send_fds(self._control, [request], files)
        except OSError as error:
            raise Temporary("the sandbox of readers is gone") from error
        unpacked: tuple[Any, ...] = answer.unpack(self._received(answer.size))
        return unpacked

    def _received(self, size: int) -> bytes:
        try:
            found = self._control.recv(size, socket.MSG_WAITALL)
        except OSError as error:
            raise Temporary("the sandbox of readers cannot be started") from error
        if len(found) < size:
            self._process.kill()
            raise Temporary("the sandbox of readers cannot be started: see its message above")
        return found
