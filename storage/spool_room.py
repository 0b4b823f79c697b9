"""How much more the spool may take: looked up now and then, and counted in between.

Looking reads the folder, so it is not done for every mail. What other processes kept since the
last look is not seen for that moment: with several of them the limits are kept to about as much
as comes in within half a second.
"""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from storage.durable import make_folder

#: seconds between two looks, and while there is no room
_SECONDS, _SECONDS_FULL = 0.5, 0.1


class Room:
    """What is free in the folder of the spool; safe to use from several threads."""

    def __init__(
        self, folder: Path, count: Callable[[], int], *, min_free_disk: int, max_entries: int
    ) -> None:
        """Allow `max_entries` by `count`, and leave `min_free_disk` bytes; 0 for no limit."""
        self._folder = folder
        self._count = count
        self._min_free_disk = min_free_disk
        self._max_entries = max_entries
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._free = 0
        self._waiting = 0

    def find_trouble(self, size: int) -> str:
        """Return why a mail of `size` bytes should not come in now, "" if it may.

        Makes the folder if need be. Raises OSError when it cannot be read.
        """
        with self._lock:
            self._look_if_older(_SECONDS)
            if trouble := self._trouble(size):
                self._look_if_older(_SECONDS_FULL)
                trouble = self._trouble(size)
            return trouble

    def note(self, mails: int, size: int) -> None:
        """Note that so many mails with so many bytes in all were kept."""
        with self._lock:
            self._waiting += mails
            self._free -= size

    def _trouble(self, size: int) -> str:
        if self._free < self._min_free_disk + size:
            return f"only {self._free} bytes are free on the disk of {self._folder}"
        if self._max_entries and self._waiting >= self._max_entries:
            return f"{self._waiting} mails are waiting in {self._folder}"
        return ""

    def _look_if_older(self, seconds: float) -> None:
        now = time.monotonic()
        if now - self._looked_at < seconds:
            return
        make_folder(self._folder)
        self._free = shutil.disk_usage(self._folder).free
        self._waiting = self._count() if self._max_entries else 0
        self._looked_at = now
