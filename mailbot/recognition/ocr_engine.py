"""Asks Tesseract for the words of an image; Tesseract runs in `ocr_process`, kept between pages.

As many processes stay as pages are read at the same time. One that dies or takes too long is
replaced, and only the page that it was reading is lost.
"""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import IO, Any

from PIL import Image

from mailbot.domain.errors import Temporary
from mailbot.recognition.layout import Word
from mailbot.sandbox.outside import outside

#: seconds for one request; a full page takes one or two
TIMEOUT = 60.0
_PROGRAM = Path(__file__).with_name("ocr_process.py")

#: the words of one line, from left to right
Line = list[Word]


class PageError(ValueError):
    """Tesseract gave up on this page, or took too long."""


class Mode(IntEnum):
    """What an image shows (Tesseract's page segmentation modes)."""

    PAGE = 4
    BLOCK = 6
    LINE = 7


@dataclass(frozen=True, slots=True)
class Orientation:
    """By how many degrees, clockwise, a page must be turned, and how sure that is."""

    turn: int
    sureness: float


class _Process:
    """One running Tesseract."""

    def __init__(self) -> None:
        # One thread: its default of one per core is slower and three times dearer.
        # A session of its own: Ctrl-C is for the worker, which ends this by closing the pipe.
        self._process = subprocess.Popen(  # noqa: S603 - our own program, by its own Python
            ["/usr/bin/env", "OMP_THREAD_LIMIT=1", sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._requests, self._answers = self._pipes()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        pipes = self._process.stdin, self._process.stdout
        if pipes[0] is None or pipes[1] is None:
            raise PageError("no pipe to Tesseract")
        return pipes[0], pipes[1]

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked; it ends by itself when nobody asks for a while."""
        return self._process.poll() is None

    def ask(self, request: dict[str, Any], pixels: bytes) -> dict[str, Any]:
        """Return the answer. Raises PageError when it dies or takes longer than TIMEOUT."""
        killer = threading.Timer(TIMEOUT, self._process.kill)
        killer.daemon = True
        killer.start()
        try:
            self._requests.write(json.dumps(request).encode() + b"\n" + pixels)
            self._requests.flush()
            answer: dict[str, Any] = json.loads(self._answers.readline())
        except (OSError, ValueError) as error:
            raise PageError("Tesseract ended or took too long") from error
        finally:
            killer.cancel()
        return answer

    def end(self) -> None:
        """End it and close its pipes."""
        self._process.kill()
        for pipe in (self._requests, self._answers):
            with suppress(BrokenPipeError):  # closing writes what is left; nobody reads it
                pipe.close()
        self._process.wait()


_idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
#: those of the process that this one was forked from: theirs to ask and to end
_inherited: list[queue.SimpleQueue[_Process]] = []


def _forget_processes() -> None:
    """Start without processes after a fork: two must not talk through the same pipes."""
    global _idle  # noqa: PLW0603 - the only state of this module
    _inherited.append(_idle)
    _idle = queue.SimpleQueue()


os.register_at_fork(after_in_child=_forget_processes)


@contextmanager
def _process() -> Iterator[_Process]:
    """Lend a running process and keep it; one whose answer was not taken cannot be asked again."""
    process = _idle_process() or _Process()
    try:
        yield process
    except BaseException:
        process.end()
        raise
    _idle.put(process)


def _idle_process() -> _Process | None:
    while True:
        try:
            process = _idle.get_nowait()
        except queue.Empty:
            return None
        if process.is_alive:
            return process
        process.end()


def stop() -> None:
    """End the processes that are not reading now."""
    while process := _idle_process():
        process.end()


atexit.register(stop)


@cache
def check_installed(languages: tuple[str, ...]) -> None:
    """Raise Temporary, with one sentence for the operator, when a language is not installed."""
    try:
        missing = ask_tesseract({"check": list(languages)}, b"", 0, 0)["missing"]
    except PageError as error:
        raise Temporary("Tesseract cannot be started: install mailbot anew") from error
    if missing:
        packages = " ".join(f"tesseract-ocr-{name}" for name in missing)
        raise Temporary(f"Tesseract lacks {', '.join(missing)}: apt install {packages}")


def read_lines(
    image: Image.Image, languages: Sequence[str], mode: Mode, *, letters: str = ""
) -> list[Line]:
    """Return the lines of a grey image; boxes are in its pixels. Raises PageError.

    `letters` are the only ones that may be read, "" for all.
    """
    answer = _ask(image, {"languages": list(languages), "mode": mode, "letters": letters})
    return _lines(answer["words"])


def find_orientation(image: Image.Image) -> Orientation:
    """Return how the page must be turned to stand upright. Raises PageError."""
    answer = _ask(image, {"orientation": True})
    return Orientation(answer["turn"], answer["sureness"])


def _ask(image: Image.Image, request: dict[str, Any]) -> dict[str, Any]:
    return ask_tesseract(request, image.tobytes(), image.width, image.height)


@outside
def ask_tesseract(
    request: dict[str, Any], pixels: bytes, width: int, height: int
) -> dict[str, Any]:
    """Return what a process of Tesseract answers about `pixels`, one byte each. Raises PageError.

    Whoever sent more or fewer pixels than it says would be taken for the next request.
    """
    if width < 0 or width * height != len(pixels):
        raise PageError("not the pixels of such an image")
    with _process() as process:
        return process.ask({**request, "width": width, "height": height}, pixels)


def _lines(rows: Sequence[Sequence[Any]]) -> list[Line]:
    lines: dict[int, Line] = {}
    for text, x0, y0, x1, y1, confidence, line in rows:
        lines.setdefault(line, []).append(Word(text, x0, y0, x1, y1, confidence))
    return list(lines.values())
