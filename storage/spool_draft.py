"""A mail on its way into the spool: in memory while it is small, then in a file as it comes."""

import errno
import hashlib
import os
import threading
from pathlib import Path

from mailbot.domain.mail import Envelope
from mailbot.domain.values import to_json
from storage.spool_format import HEAD_SIZE, pack_mail, write_head

#: bytes that one mail holds in memory before it goes to its file
PIECE = 128 * 1024
_FILE_MODE = 0o600


class Draft:
    """A mail that nobody was promised yet; it is kept by `Spool.put_all`, or leaves no trace.

    Who gives it up may do so while another thread writes it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Begin a mail that will be called `name` in `folder`."""
        self.name = name
        self._path = folder / f".{name}.new"
        self._lock = threading.Lock()
        self._waiting: list[bytes] = []
        self._waits = 0
        self._descriptor = -1
        self._digest = hashlib.sha256()
        self._is_closed = False
        #: bytes of the mail so far
        self.size = 0

    @property
    def is_in_memory(self) -> bool:
        """Whether no file was needed."""
        return self._descriptor < 0

    @property
    def is_due(self) -> bool:
        """Whether so much waits in memory that it should be written now."""
        return self._waits >= PIECE

    def add(self, piece: bytes) -> None:
        """Take the next bytes of the mail into memory."""
        if piece:
            self._waiting.append(piece)
            self._waits += len(piece)
            self.size += len(piece)

    def write(self) -> None:
        """Write what waits in memory to the file. Raises OSError."""
        with self._lock:
            self._write()

    def pack(self, envelope: Envelope) -> list[bytes]:
        """Return what a file with this mail holds; only while it is in memory."""
        return pack_mail(self._waiting, envelope)

    def finish(self, envelope: Envelope) -> Path:
        """Write the rest to the file and sync it; return where it lies. Raises OSError."""
        wrapped = to_json(envelope).encode()
        with self._lock:
            self._write()
            self._digest.update(wrapped)
            _write_all(self._descriptor, wrapped)
            head = write_head(self._digest.hexdigest(), self.size, len(wrapped))
            os.pwrite(self._descriptor, head, 0)
            os.fsync(self._descriptor)
        return self._path

    def read(self, size: int) -> bytes:
        """Return the first `size` bytes of the mail, fewer when it is shorter. Raises OSError."""
        with self._lock:
            if self.is_in_memory:
                return b"".join(self._waiting)[:size]
            self._write()
            return os.pread(self._descriptor, min(size, self.size), HEAD_SIZE)

    def close(self) -> None:
        """Forget the mail: what was not kept is gone, its file too."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
            self._waits = 0
            if not self.is_in_memory:
                os.close(self._descriptor)
                self._descriptor = -1
                self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        if self._is_closed:
            raise OSError(errno.EBADF, "the mail was given up")
        if self.is_in_memory:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
            self._descriptor = os.open(self._path, flags, _FILE_MODE)
            _write_all(self._descriptor, bytes(HEAD_SIZE))
        for piece in self._waiting:
            self._digest.update(piece)
            _write_all(self._descriptor, piece)
        self._waiting.clear()
        self._waits = 0


def _write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a disk that is nearly full takes some of them first."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
