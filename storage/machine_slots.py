"""Numbered places of one machine: a lock of the kernel holds each, and ends with its process."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO

from storage.durable import make_folder

_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Slot:
    """A place that is ours until it is given back or this process ends."""

    number: int
    _file: TextIO

    def give_back(self) -> None:
        """Let another process have it."""
        self._file.close()


def take_slot(folder: Path, name: str) -> Slot:
    """Take the lowest place of this name that nobody on this machine holds, from 1 on.

    After a restart that is the same place again, unless another process was quicker. The data
    folder must be on a disk of the machine itself. Raises OSError.
    """
    return next(slot for n in count(1) if (slot := _try_slot(folder, name, n)) is not None)


@contextmanager
def one_of(folder: Path, name: str, places: int) -> Iterator[None]:
    """Hold one of so many places of this machine, and wait while all are taken. Raises OSError."""
    slot = _try_any(folder, name, places)
    while slot is None:
        time.sleep(_LOOK_SECONDS)
        slot = _try_any(folder, name, places)
    try:
        yield
    finally:
        slot.give_back()


def _try_any(folder: Path, name: str, places: int) -> Slot | None:
    tried = (_try_slot(folder, name, number) for number in range(1, places + 1))
    return next((slot for slot in tried if slot is not None), None)


def _try_slot(folder: Path, name: str, number: int) -> Slot | None:
    make_folder(folder)
    file = (folder / f"{name}-{number}").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return Slot(number, file)
