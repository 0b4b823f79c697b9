"""Files by their content: the SHA-256 is the name, so the same bytes are kept once.

`storage.blobs_folder` keeps them in a folder, `storage.blobs_s3` in a bucket; both call a file
`ab/ab12…`, so that a folder can be copied to a bucket and back as it is.
"""

import hashlib
import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from mailbot.domain.errors import Permanent

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobError(Permanent):
    """A file that was kept is not there any more, or not as it was."""


class BlobMissingError(BlobError):
    """A file that was kept is not there any more."""


class Blobs(Protocol):
    """A store of files by their content.

    Every method raises Temporary when the store is away or ill, and OSError when a disk is.
    """

    @abstractmethod
    def put(self, content: bytes) -> str:
        """Keep `content` durably and return its SHA-256; the same again changes nothing."""

    @abstractmethod
    def get(self, sha256: str) -> bytes:
        """Return the content with this SHA-256. Raises BlobError when it is gone or damaged."""

    @abstractmethod
    def has(self, sha256: str) -> bool:
        """Whether the content is there."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that is kept, in order."""

    @abstractmethod
    def set_aside(self, sha256: str) -> None:
        """Take a content out of `names`; `get` still finds it, and a new `put` keeps it anew."""

    @abstractmethod
    def names_aside(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that was set aside, in order."""

    @abstractmethod
    def bring_back(self, sha256: str) -> None:
        """Keep a content again that was set aside."""

    @abstractmethod
    def forget(self, sha256: str) -> None:
        """Delete a content that was set aside; one that is kept is not touched."""

    def verify(self) -> Iterator[str]:
        """Read everything, one file at a time, and yield the SHA-256 of what is damaged."""
        for sha256 in self.names():
            try:
                self.get(sha256)
            except BlobError:
                yield sha256


def key_of(sha256: str) -> str:
    """Return what a store calls the content. Raises ValueError for what is no SHA-256."""
    if not _NAME.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256}"


def find_name(key: str) -> str | None:
    """Return the SHA-256 that a store's key stands for, None for something else's."""
    name = key.rpartition("/")[2]
    return name if _NAME.fullmatch(name) else None


def sha256_of(content: bytes) -> str:
    """Return the name of the content."""
    return hashlib.sha256(content).hexdigest()


def checked(content: bytes, sha256: str) -> bytes:
    """Return the content that was read. Raises BlobError when it is not what was kept."""
    if sha256_of(content) != sha256:
        raise BlobError(f"the file {sha256} in the blob store is damaged")
    return content


def missing(sha256: str) -> BlobMissingError:
    """Return the error that says that the content is gone."""
    return BlobMissingError(f"the file {sha256} is not in the blob store")
