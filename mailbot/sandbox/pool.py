"""Lends readers: processes that read one stranger's file at a time and can do nothing else.

A reader that dies, is silent for too long or says what it never may is ended, and a new one tries
the file once more: what the machine killed for its own reasons must not brand a good document.
"""

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, get_type_hints

import structlog

from mailbot.domain.errors import MailbotError, Temporary
from mailbot.sandbox.frames import (
    BrokenTalkError,
    Kind,
    Message,
    SilentError,
    open_plain,
    trusted,
)
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.outside import Answers, Question
from mailbot.sandbox.processes import Ended, Reader, Server
from mailbot.sandbox.reader import Work

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)

_USUAL = Limits()


class ReaderDiedError(Exception):
    """No reader survives this file; `reason` is "too_slow", "too_large" or "died"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReaderBugError(RuntimeError):
    """A reader raised what it never should: a bug of ours; the text is its trace."""


class Sandbox:
    """Readers, as many at a time as are asked for, `size` at most; for several threads."""

    def __init__(self, modules: Sequence[str], *, size: int, limits: Limits = _USUAL) -> None:
        self._modules, self._limits = tuple(modules), limits
        self._room = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._idle: list[Reader] = []
        self._busy: set[Reader] = set()
        self._owner = os.getpid()
        #: how each reader ended that was replaced; the last ones, for tests and measurements
        self.ended: list[Ended] = []

    def start(self) -> None:
        """Start what forks readers; it reads its modules meanwhile, and nobody waits for it."""
        self._running()

    def refused(self) -> tuple[str, ...]:
        """Return which protections this system refuses: "landlock", "seccomp"; () is well.

        Raises Temporary when no reader can be started at all.
        """
        return self._running().refused()

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns, called in a reader; functions by name are asked for.

        It must be a function of a module, with a type for what it returns. Raises what it raises
        of mailbot's errors, ReaderDiedError, ReaderBugError, and Temporary when no reader can be
        had.
        """
        own: dict[str, Callable[..., Any]] = {n: v for n, v in kwargs.items() if callable(v)}
        stand_ins = {name: Question.of(name, value) for name, value in own.items()}
        work = trusted(Kind.WORK, Work(function, args, {**kwargs, **stand_ins}))
        expected = get_type_hints(function)["return"]
        with self._room:
            try:
                outcome = self._try(work, own, expected, is_new=False)
            except ReaderDiedError as died:
                if died.reason != "died":
                    raise
                outcome = self._try(work, own, expected, is_new=True)
        if outcome.error:
            raise outcome.error
        value: T = outcome.value
        return value

    def interrupt(self) -> None:
        """End the readers that are reading now: a reason to read their files again later."""
        with self._lock:
            busy = tuple(self._busy) if self._owner == os.getpid() else ()
        for reader in busy:
            reader.interrupt()

    def close(self) -> None:
        """End every reader; the next file starts others."""
        with self._lock:
            if self._server and self._owner == os.getpid():
                self._server.end_all()
            self._forget()

    def _try(
        self, work: Message, own: dict[str, Callable[..., Any]], expected: Any, *, is_new: bool
    ) -> "_Outcome":
        """Let one reader work, on request a new one. Raises ReaderDiedError."""
        answers = Answers(own)
        with self._lent(is_new=is_new) as reader:
            answer = reader.work(work, answers, self._limits)
            if answer.kind is not Kind.TOO_LARGE:
                return _outcome(answer, answers, expected)
        # a reader that has read much may have little room left
        raise ReaderDiedError("too_large" if reader.n_files == 1 else "died")

    @contextmanager
    def _lent(self, *, is_new: bool) -> Iterator[Reader]:
        """Lend a reader, and keep it if it can go on. Raises ReaderDiedError for one that died."""
        reader = None if is_new else self._idle_reader()
        reader = reader or self._running().fork()
        with self._lock:
            self._busy.add(reader)
        try:
            yield reader
        except (BrokenTalkError, SilentError) as error:
            ended = self._end(reader)
            if reader.is_interrupted:
                raise Temporary("mailbot stops: the file is read again later") from error
            log.warning(
                "reader died", why=str(error), signal=ended.signal, kB=ended.memory // 1024
            )
            raise ReaderDiedError(self._reason(ended)) from error
        except BaseException:
            self._end(reader)
            raise
        if reader.is_done:
            self._end(reader)
        else:
            with self._lock:
                self._busy.discard(reader)
                self._idle.append(reader)

    def _reason(self, ended: Ended) -> str:
        """Return why a reader died; "died" is what may not be the fault of the file.

        Libraries give up in their own ways when they get no more memory. Readers that are silent
        are killed, as those that the machine had no memory for.
        """
        if ended.signal == signal.SIGXCPU:
            return "too_slow"
        is_greedy = ended.memory > self._limits.memory / 2 and ended.signal != signal.SIGKILL
        return "too_large" if is_greedy else "died"

    def _idle_reader(self) -> Reader | None:
        """Return the reader that was used last; those that ended by themselves are forgotten."""
        self._running()
        while True:
            with self._lock:
                reader = self._idle.pop() if self._idle else None
            if reader is None or reader.is_waiting():
                return reader
            self._end(reader)

    def _end(self, reader: Reader) -> Ended:
        with self._lock:
            self._busy.discard(reader)
        ended = reader.end()
        self.ended = [*self.ended[-99:], ended]
        return ended

    def _running(self) -> Server:
        """Return the server of this process, started anew when it is gone or another's."""
        with self._lock:
            # after a fork they are the parent's
            if self._owner != os.getpid() or (self._server and not self._server.is_alive):
                self._forget()
            if self._server is None:
                self._server = Server(self._modules, self._limits)
            return self._server

    def _forget(self) -> None:
        """Start anew, without any process."""
        for process in (*self._idle, self._server):
            if process is not None:
                process.forget()
        self._idle, self._server, self._owner = [], None, os.getpid()
        self._busy.clear()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a reader returned, or raised."""

    value: Any = None
    error: Exception | None = None


def _outcome(answer: Message, answers: Answers, expected: Any) -> _Outcome:
    """Return what an answer says. Raises BrokenTalkError if it is not what was agreed."""
    if answer.kind in (Kind.DONE, Kind.LAST):
        return _Outcome(value=open_plain(answer, expected))
    if answer.kind is Kind.ERROR:
        name, words, trace = open_plain(answer, tuple[str, str, str])
        return _Outcome(error=_error(name, words, answers) or ReaderBugError(trace))
    return _Outcome(error=ReaderBugError(open_plain(answer, str)))


def _error(name: str, words: str, answers: Answers) -> Exception | None:
    """Return the error of mailbot that a reader names, None if it is none of ours."""
    for raised in answers.raised:
        if str(raised) == words and type(raised).__qualname__ == name.rpartition(".")[2]:
            return raised
    module, _, class_name = name.rpartition(".")
    found = getattr(sys.modules.get(module), class_name, None)
    if not module.startswith("mailbot.") or not isinstance(found, type):
        return None
    return found(words) if issubclass(found, MailbotError | ValueError) else None


def shared_sandbox(modules: tuple[str, ...], *, size: int) -> Sandbox:
    """Return the sandbox of this program for such modules; it ends with the program."""
    key = (modules, size)
    if key not in _shared:
        _shared[key] = Sandbox(modules, size=size)
        atexit.register(_shared[key].close)
    return _shared[key]


_shared: dict[tuple[tuple[str, ...], int], Sandbox] = {}
