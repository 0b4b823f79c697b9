"""Files by their content: the SHA-256 is the name, so the same bytes are kept once."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from mailbot.domain.errors import Permanent
from storage.durable import make_folder, sync_folder, write_durably

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobError(Permanent):
    """A file that was kept is not there any more, or not as it was."""


class Blobs:
    """The blob store in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content` durably and return its SHA-256; the same content again is a no-op.

        Raises OSError.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        make_folder(path.parent)
        if path.is_file() and path.stat().st_size == len(content):
            # another process may have renamed it a moment ago and not yet synced the name
            sync_folder(path.parent)
        else:
            write_durably(path, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the content with this SHA-256. Raises BlobError when it is gone or damaged."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise BlobError(f"the file {sha256} is not in the blob store") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobError(f"the file {sha256} in the blob store is damaged")
        return content

    def path(self, sha256: str) -> Path:
        """Return where the content lies, if it is there. Raises ValueError for another name."""
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the content is there."""
        return self.path(sha256).is_file()

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that is kept."""
        for path in sorted(self.folder.glob("??/*")):
            if _NAME.fullmatch(path.name):
                yield path.name

    def verify(self) -> Iterator[str]:
        """Read everything, and yield the SHA-256 of what is no longer what it was."""
        for sha256 in self.names():
            try:
                self.get(sha256)
            except BlobError:
                yield sha256
