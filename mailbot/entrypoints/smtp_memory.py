"""What the SMTP processes of one machine remember together: numbers by key, in shared memory.

It is of one size from the start, so no flood makes it grow; of too many keys those that were
noted longest ago go. Keys are kept as salted digests: nobody outside can choose keys that meet.

There is no lock: it would make all wait for one that the system has put to sleep while it holds
it. So two processes that note the same key at the very same moment may count once.
"""

import hashlib
import mmap
import os
import secrets
import struct

#: digest of the key, the number, and when it was noted
_SLOT = struct.Struct("=Qdd")
_WAYS, _SETS = 8, 2048
_ROW = _WAYS * _SLOT.size
_SALT = 16
#: bytes; a page that nobody touched takes no memory
_SIZE = 16 * 1024 * 1024


def make_shared() -> int:
    """Return the descriptor of new memory that processes may share; the caller closes it."""
    descriptor = os.memfd_create("mailbot-smtp")
    os.ftruncate(descriptor, _SIZE)
    os.pwrite(descriptor, secrets.token_bytes(_SALT), 0)
    return descriptor


class Memory:
    """One piece of memory; every process asks it for the same things in the same order."""

    def __init__(self, descriptor: int = -1) -> None:
        """Look at what `descriptor` shares, by default at memory of this process alone."""
        self._mapped = mmap.mmap(descriptor, _SIZE)
        if descriptor < 0:
            self._mapped[:_SALT] = secrets.token_bytes(_SALT)
        self._salt = self._mapped[:_SALT]
        self._used = _SALT

    def claim(self, size: int) -> memoryview:
        """Return the next `size` bytes."""
        start, self._used = self._used, self._used + size
        return memoryview(self._mapped)[start : self._used]

    def digest(self, key: str) -> int:
        """Return the number that stands for a key; never 0."""
        found = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8, key=self._salt)
        return int.from_bytes(found.digest()) or 1


class Table:
    """A number and the moment it was noted (seconds since 1970) for each of many keys."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._slots = memory.claim(_SETS * _ROW)

    def find(self, key: str) -> tuple[float, float] | None:
        """Return what was noted for `key`."""
        digest = self._memory.digest(key)
        start = digest % _SETS * _ROW
        for found, number, at in _SLOT.iter_unpack(self._slots[start : start + _ROW]):
            if found == digest:
                return number, at
        return None

    def note(self, key: str, number: float, at: float) -> None:
        """Keep a number; where there is no room the one goes that was noted longest ago."""
        digest = self._memory.digest(key)
        start = digest % _SETS * _ROW
        row = [*_SLOT.iter_unpack(self._slots[start : start + _ROW])]
        # an empty place was noted at 0, before all others
        way = min(range(_WAYS), key=lambda n: (row[n][0] != digest, row[n][2]))
        _SLOT.pack_into(self._slots, start + way * _SLOT.size, digest, number, at)
