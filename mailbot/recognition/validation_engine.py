"""Keeps one process that runs the rules of e-invoices: warm, bounded, replaceable.

The rule engine (Saxon) is a large program that reads what strangers write. It runs apart: when it
takes too long or too much memory it dies alone, and the next invoice gets a new one.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from mailbot.sandbox.outside import outside

#: seconds for one document, compiling its rules included; a document that comes in waits less
WALL_TIME = 40.0
SHORT_WALL_TIME = 25.0
#: the engine keeps a little of every document; after so many it is replaced
MAX_DOCUMENTS = 5000

#: bytes; the engine does not give back the memory that a larger document took
LARGE = 2 * 1024 * 1024

_MODULE = "mailbot.recognition.validation_process"

Finding = tuple[str, str, str]


class UncheckedError(ValueError):
    """The rules could not be run on this document; `reason` is "too_slow" or "engine_died"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the engine found in one document."""

    #: in the words of the XML Schema validator
    schema_errors: tuple[str, ...]
    #: per rule set: (id, "fatal" or "warning", sentence) each; None where the rules stopped
    findings: tuple[tuple[Finding, ...] | None, ...]


class Rules(Protocol):
    """What can run rules on a document."""

    def check(self, xml: bytes, schema: str, rule_sets: Sequence[str]) -> Report:
        """Return what the rules find in `xml`. Raises UncheckedError."""
        ...


class RuleEngine:
    """The process, started when first needed; for several threads, one document at a time."""

    def __init__(self, wall_time: float = WALL_TIME) -> None:
        self._wall_time = wall_time
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._documents = 0

    def check(self, xml: bytes, schema: str, rule_sets: Sequence[str]) -> Report:
        """Return what the rules find in `xml`, which xml_safety has read and lxml has written.

        A process that dies gets one successor for the same document: it may have died of the many
        before it. Raises UncheckedError, also when other documents keep the engine too long.
        """
        if not self._lock.acquire(timeout=self._wall_time):
            raise UncheckedError("too_slow")
        try:
            return self._ask_twice(xml, schema, rule_sets)
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process; the next check starts another."""
        with self._lock:
            self._stop()

    def _ask_twice(self, xml: bytes, schema: str, rule_sets: Sequence[str]) -> Report:
        try:
            return self._ask(xml, schema, rule_sets)
        except _DiedError:
            pass
        try:
            return self._ask(xml, schema, rule_sets)
        except _DiedError:
            raise UncheckedError("engine_died") from None

    def _ask(self, xml: bytes, schema: str, rule_sets: Sequence[str]) -> Report:
        header = {"length": len(xml), "schema": schema, "rule_sets": list(rule_sets)}
        answer = self._exchange(json.dumps(header).encode() + b"\n" + xml)
        return Report(
            schema_errors=tuple(answer["schema"]),
            findings=tuple(
                None if found is None else tuple((rule, flag, text) for rule, flag, text in found)
                for found in answer["rule_sets"]
            ),
        )

    def _exchange(self, request: bytes) -> dict[str, Any]:
        """Send a request and return the answer; the process is killed when its time is over."""
        process = self._running()
        late = threading.Event()
        timer = threading.Timer(self._wall_time, _kill, (process, late))
        timer.start()
        line = _send(process, request)
        timer.cancel()
        if late.is_set():
            self._stop()
            raise UncheckedError("too_slow")
        if not line.endswith(b"\n"):
            self._stop()
            raise _DiedError
        if len(request) > LARGE:
            self._stop()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process of this engine in this process, started anew when it must be."""
        if self._owner != os.getpid():  # after a fork the pipes belong to the parent
            self._process = None
        if self._process is None or self._documents >= MAX_DOCUMENTS:
            self._stop()
            self._process, self._owner, self._documents = _start(), os.getpid(), 0
        self._documents += 1
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.communicate()


class _DiedError(Exception):
    """The process ended before it answered."""


def _start() -> subprocess.Popen[bytes]:
    # only the path of this Python and constants: nothing of a document is an argument
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _kill(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _send(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """Return the line that answers `request`, b"" when the process is gone."""
    if process.stdin is None or process.stdout is None:
        return b""
    try:
        process.stdin.write(request)
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:  # a pipe that nobody reads any more
        return b""


@cache
def shared_engine(wall_time: float = WALL_TIME) -> RuleEngine:
    """Return the engine of this program for such a limit; it ends with the program."""
    engine = RuleEngine(wall_time)
    atexit.register(engine.close)
    return engine


@outside
def check_by_shared(xml: bytes, schema: str, rule_sets: list[str]) -> Report:
    """Return what the engine of this program finds, within a short time. Raises UncheckedError.

    Whoever sends a DOCTYPE has not read and written the document before: Saxon would follow it.
    """
    if b"<!DOCTYPE" in xml:
        raise UncheckedError("engine_died")
    return shared_engine(SHORT_WALL_TIME).check(xml, schema, rule_sets)


class SharedRules:
    """The engine of this program, also for a reader in the sandbox."""

    def check(self, xml: bytes, schema: str, rule_sets: Sequence[str]) -> Report:
        """Return what the rules find in `xml`. Raises UncheckedError."""
        return check_by_shared(xml, schema, list(rule_sets))
