"""Keeps files by their content in one folder, each durable before its name is known."""

from collections.abc import Iterator
from pathlib import Path

from storage.blobs import Blobs, checked, find_name, key_of, missing, sha256_of
from storage.durable import make_folder, sync_folder, write_durably

_ASIDE = "aside"


class FolderBlobs(Blobs):
    """The blob store in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content` durably and return its SHA-256; the same content again is a no-op.

        Raises OSError.
        """
        sha256 = sha256_of(content)
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
        # it may be on its way from one place to the other: the first is looked at twice
        for path in (self.path(sha256), self._aside(sha256), self.path(sha256)):
            try:
                return checked(path.read_bytes(), sha256)
            except FileNotFoundError:
                continue
        raise missing(sha256)

    def path(self, sha256: str) -> Path:
        """Return where the content lies, if it is there. Raises ValueError for another name."""
        return self.folder / key_of(sha256)

    def has(self, sha256: str) -> bool:
        """Whether the content is there."""
        return self.path(sha256).is_file()

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that is kept, in order."""
        for folder in sorted(self.folder.glob("??")):
            yield from filter(None, (find_name(path.name) for path in sorted(folder.iterdir())))

    def set_aside(self, sha256: str) -> None:
        """Take a content out of `names`; `get` still finds it, and a new `put` keeps it anew."""
        _move(self.path(sha256), self._aside(sha256))

    def names_aside(self) -> Iterator[str]:
        """Yield the SHA-256 of everything that was set aside, in order."""
        yield from FolderBlobs(self.folder / _ASIDE).names()

    def bring_back(self, sha256: str) -> None:
        """Keep a content again that was set aside."""
        _move(self._aside(sha256), self.path(sha256))

    def forget(self, sha256: str) -> None:
        """Delete a content that was set aside; one that is kept is not touched."""
        self._aside(sha256).unlink(missing_ok=True)

    def _aside(self, sha256: str) -> Path:
        return self.folder / _ASIDE / key_of(sha256)


def _move(old: Path, new: Path) -> None:
    """Rename durably: the new name is safe before the old one is forgotten."""
    if old.is_file():
        make_folder(new.parent)
        old.rename(new)
        sync_folder(new.parent)
        sync_folder(old.parent)
