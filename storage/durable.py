"""Files that survive a power cut: written, synced and renamed into place, or not there at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: mails are confidential: for our own user alone
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, each entered durably in its parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: fsync of a file does not cover its directory entry."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def temporary_file(folder: Path, *contents: bytes) -> Iterator[Path]:
    """Give a new synced file in `folder` with `contents` joined; gone at the end unless moved.

    Raises OSError, also when the last byte does not fit on the disk.
    """
    path = folder / f".{secrets.token_hex(8)}.new"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - pathlib opens no descriptors
            file.writelines(contents)
            file.flush()
            os.fsync(descriptor)
        yield path
    finally:
        path.unlink(missing_ok=True)


def write_durably(path: Path, *contents: bytes) -> None:
    """Write a file that appears whole or not at all, and stays after a power cut.

    The folder must exist; a file of that name is replaced. Raises OSError.
    """
    with temporary_file(path.parent, *contents) as new:
        new.rename(path)
    sync_folder(path.parent)


def create_durably(path: Path, *contents: bytes) -> bool:
    """Write a file unless there is one of that name: of many writers one wins. Raises OSError."""
    with temporary_file(path.parent, *contents) as new:
        try:
            path.hardlink_to(new)
        except FileExistsError:
            return False
    sync_folder(path.parent)
    return True
