"""The directory of addresses as one JSON file, so that RCPT is answered without a database."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from pydantic import ValidationError

from mailbot.domain.directory import Directory
from mailbot.domain.errors import Temporary
from mailbot.domain.values import from_json, to_json
from storage.durable import make_folder, write_durably

log = structlog.get_logger(__name__)


class DirectoryFile:
    """The file that `mailbot apply` writes and that intake reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int, int] | None = None
        self._directory: Directory | None = None

    def write(self, directory: Directory) -> None:
        """Replace the file: who reads sees the old one or the new one, nothing between.

        Raises OSError.
        """
        make_folder(self.path.parent)
        write_durably(self.path, to_json(directory).encode())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer waiting, in this process and beside it.

        Without it, who read first could write last, and what changed in between would be lost.
        Raises OSError.
        """
        make_folder(self.path.parent)
        with self.path.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def read(self) -> Directory:
        """Return the directory as it is now; the file is read again only after a change.

        A file that cannot be read leaves the last good one in use. Raises Temporary when there
        never was one.
        """
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp != self._stamp:
                self._directory = from_json(Directory, self.path.read_text())
                self._stamp = stamp
        except (OSError, ValidationError, UnicodeDecodeError) as error:
            log.warning("directory cannot be read", path=str(self.path), why=str(error))
        if self._directory is None:
            raise Temporary(f"{self.path} is not there yet: run mailbot apply")
        return self._directory
