"""Files of the spool that hold several mails, read one by one.

Which of them were taken out stands in memory alone: after a restart they are seen once more, and
recognised as recorded. The file goes with its last mail.
"""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from storage.spool_format import (
    LONGEST_HEAD,
    Place,
    SpoolDamaged,
    index_size,
    unpack_index,
)

SUFFIX = ".mails"


@dataclass
class _Batch:
    """What is known of one file."""

    places: dict[str, Place]
    #: why its index cannot be read, "" if it can
    damage: str = ""
    taken: set[str] = field(default_factory=set)


class Batches:
    """The files with several mails in one folder; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._batches: dict[str, _Batch] = {}
        #: id -> name of the file without its suffix
        self._homes: dict[str, str] = {}

    def see(self, names: set[str]) -> list[str]:
        """Return the ids of all mails that wait in the files called `names`, without suffix.

        Of a file with an unreadable index its own name stands for all of it. Raises OSError.
        """
        with self._lock:
            for gone in self._batches.keys() - names:
                self._forget(gone)
            for new in sorted(names - self._batches.keys()):
                self._learn(new)
            return [
                spool_id
                for batch in self._batches.values()
                for spool_id in batch.places.keys() - batch.taken
            ]

    def count(self, names: set[str]) -> int:
        """Return how many mails wait in these files; none is opened for it."""
        with self._lock:
            taken = sum(len(one.taken) for name, one in self._batches.items() if name in names)
            return sum(_promised(name) for name in names) - taken

    def is_home_of(self, spool_id: str) -> bool:
        """Whether a mail was seen in one of the files."""
        return spool_id in self._homes

    def read(self, spool_id: str) -> bytes:
        """Return the bytes of one mail, its head first.

        Raises KeyError when it is gone, SpoolDamaged when its file cannot be read.
        """
        with self._lock:
            home = self._homes[spool_id]
            batch = self._batches[home]
            place = batch.places[spool_id]
        if batch.damage:
            raise SpoolDamaged(f"{spool_id}: {batch.damage}")
        try:
            with self.path(home).open("rb") as file:
                return os.pread(file.fileno(), place.size, place.offset)
        except FileNotFoundError:
            raise KeyError(spool_id) from None

    def remove(self, spool_id: str) -> None:
        """Take one mail out; the file goes with its last one."""
        with self._lock:
            home = self._homes.pop(spool_id)
            batch = self._batches[home]
            batch.taken.add(spool_id)
            if batch.taken >= batch.places.keys():
                self._forget(home)
                self.path(home).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Return where the file called `name` lies."""
        return self._folder / f"{name}{SUFFIX}"

    def _learn(self, name: str) -> None:
        try:
            with self.path(name).open("rb") as file:
                head = file.read(LONGEST_HEAD)
                batch = _Batch(unpack_index(os.pread(file.fileno(), index_size(head), 0)))
        except FileNotFoundError:
            return
        except (SpoolDamaged, ValueError) as damage:
            batch = _Batch({name: Place(0, 0)}, str(damage))
        self._batches[name] = batch
        self._homes |= dict.fromkeys(batch.places, name)

    def _forget(self, name: str) -> None:
        batch = self._batches.pop(name)
        for spool_id in batch.places:
            self._homes.pop(spool_id, None)


def batch_name(first_id: str, count: int) -> str:
    """Return what a file with `count` mails, of which the first is `first_id`, is called."""
    return f"{first_id}-{count}"


def _promised(name: str) -> int:
    count = name.rpartition("-")[2]
    return int(count) if count.isdecimal() else 1
