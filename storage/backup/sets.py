"""The folder of backups: its sets, the files that they share, and what is old enough to go."""

import fcntl
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from mailbot.domain.errors import Permanent
from mailbot.domain.values import from_json, to_json
from storage.backup.rows import Listing, read_rows
from storage.blobs_folder import FolderBlobs
from storage.durable import create_durably, make_folder, sync_folder
from storage.name_filter import NameFilter

_HEAD = re.compile(rb"mailbot-backup 1 ([0-9a-f]{64})\n")
_SUFFIX = ".json"


class BackupError(Permanent):
    """A backup that cannot be made, read or put back; the message says why."""


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file of the data folder, or (`settings/…`) the settings file."""

    #: relative, with slashes
    path: str
    sha256: str
    #: permission bits
    mode: int


@dataclass(frozen=True, kw_only=True)
class BackupSet:
    """Everything that mailbot knew at one moment, by SHA-256."""

    #: the moment, as it stands in its file name
    name: str
    made_at: datetime
    #: version of mailbot, and of its tables (alembic)
    mailbot: str
    revision: str
    #: the last event of the audit log: its hash stands for everything before it
    audit_number: int
    audit_hash: str
    tables: dict[str, Listing]
    #: the names of all files of the blob store
    blobs: Listing
    files: tuple[KeptFile, ...]
    has_secrets: bool
    #: files that the blob store itself had lost when the set was made
    missing: tuple[str, ...] = ()


@dataclass
class BackupFolder:
    """One folder with any number of sets; nobody but our own user may look into it."""

    folder: Path
    #: every file of all sets
    pool: FolderBlobs = field(init=False)

    def __post_init__(self) -> None:
        self.pool = FolderBlobs(self.folder / "files")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from writing here meanwhile. Raises BackupError when one does, OSError."""
        make_folder(self.folder)
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"another backup is writing to {self.folder}") from None
            yield

    def names(self) -> list[str]:
        """Return the names of all sets, oldest first."""
        return sorted(path.stem for path in self._sets.glob(f"*{_SUFFIX}"))

    def read(self, name: str = "") -> BackupSet:
        """Return the set with this name, or the newest. Raises BackupError."""
        names = self.names()
        if not names:
            raise BackupError(f"there is no backup in {self.folder}")
        if name and name not in names:
            raise BackupError(f"{self.folder} has no set {name}; there are {', '.join(names)}")
        content = self._path(name or names[-1]).read_bytes()
        head = _HEAD.match(content)
        if not head or hashlib.sha256(content[head.end() :]).hexdigest() != head[1].decode():
            raise BackupError(f"the set {name or names[-1]} is damaged: choose another")
        try:
            return from_json(BackupSet, content[head.end() :].decode())
        except ValidationError as error:
            raise BackupError(f"the set {name} was made by another version: {error}") from error

    def record(self, made: BackupSet) -> None:
        """Make the set exist: everything that it names is durable already. Raises BackupError."""
        text = to_json(made).encode()
        head = f"mailbot-backup 1 {hashlib.sha256(text).hexdigest()}\n".encode()
        make_folder(self._sets)
        if not create_durably(self._path(made.name), head, text):
            raise BackupError(f"there is a set {made.name} already")

    def prune(self, keep: int) -> list[str]:
        """Remove all sets but the newest `keep`, and what only they named; return their names.

        What an interrupted backup left goes, too. Raises BackupError for a set that cannot be
        read: what it names is not known.
        """
        old = self.names()[:-keep]
        for name in old:
            self._path(name).unlink()
        if old:
            sync_folder(self._sets)
        needed = NameFilter()
        for name in self.names():
            for sha256 in self.files_of(self.read(name)):
                needed.add(sha256)
        for sha256 in self.pool.names():
            if not needed.knows(sha256):
                self.pool.path(sha256).unlink()
        return old

    def files_of(self, kept: BackupSet) -> Iterator[str]:
        """Yield the SHA-256 of every file of a set. Raises BlobError."""
        for listing in (*kept.tables.values(), kept.blobs):
            yield from listing.chunks
        yield from (file.sha256 for file in kept.files)
        yield from (sha256 for (sha256,) in read_rows(self.pool, kept.blobs))

    @property
    def _sets(self) -> Path:
        return self.folder / "sets"

    def _path(self, name: str) -> Path:
        return self._sets / f"{name}{_SUFFIX}"
