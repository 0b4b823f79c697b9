"""Puts exported files into a folder: each appears whole or not at all, and only once.

Other programs watch these folders, so a file is written under a hidden name, synced, and renamed
into place; what belongs together in a folder of its own appears with that folder.
"""

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from connectors.base import ExportResult
from mailbot.domain.booking import ExportFile, Problem
from mailbot.domain.errors import Temporary

#: what network file systems answer to fsync of a directory
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP})


def export_folder(exports: Path, target: str) -> Path:
    """Return the folder that a definition's `target` means: below `exports`, or absolute.

    What the target names below `exports` is made when it is missing. `exports` itself and an
    absolute folder must be there: they may be shares, and made by us, they would hide that one is
    not mounted. Raises Temporary when the disk does not let us.
    """
    folder = exports / target
    if exports.is_dir() and folder.is_relative_to(exports) and ".." not in folder.parts:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Temporary(f"{folder} cannot be made: {error.strerror}") from error
    return folder


def deliver_to_folder(folder: Path, result: ExportResult) -> tuple[Problem, ...]:
    """Write the files of `result` into `folder`; nothing is left to do when they are there.

    A file of the same name is one of the same booking and is replaced when it differs. Returns
    target_unreachable for a folder that is missing or not ours to write; raises Temporary when
    the disk is full or fails.
    """
    try:
        if result.folder:
            _deliver_together(folder / result.folder, result.files)
        else:
            # what a watching program picks up comes first in the result, so it is written last
            for file in reversed(result.files):
                _write(folder, file)
            _sync(folder)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return (Problem(field="export", reason="target_unreachable", value=str(folder)),)
    except OSError as error:
        raise Temporary(f"{folder} takes no files now: {error.strerror}") from error
    return ()


def _deliver_together(folder: Path, files: Sequence[ExportFile]) -> None:
    """Make `folder` appear with all its files; complete it if it is there already."""
    if folder.is_dir():
        for file in reversed(files):
            _write(folder, file)
        _sync(folder)
        return
    new = _hidden(folder)
    shutil.rmtree(new, ignore_errors=True)  # of a delivery that was cut short
    new.mkdir()
    try:
        for file in files:
            _write(new, file)
        _sync(new)
        new.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write(folder: Path, file: ExportFile) -> None:
    path = folder / _bare_name(file)
    if path.is_file() and path.read_bytes() == file.content:
        return
    new = _hidden(path)
    try:
        with new.open("wb") as stream:
            stream.write(file.content)
            stream.flush()
            os.fsync(stream.fileno())
        new.rename(path)
    finally:
        new.unlink(missing_ok=True)


def _hidden(path: Path) -> Path:
    """Return where a file or folder is made ready: always the same, so that none are left over."""
    return path.with_name(f".{path.name}.new")


def _bare_name(file: ExportFile) -> str:
    """Return the name, which may lead nowhere else. Raises ValueError."""
    is_bare = bool(file.name) and Path(file.name).name == file.name
    if not is_bare or file.name.startswith("."):
        raise ValueError(f"{file.name!r} is not the name of a file in this folder")
    return file.name


def _sync(folder: Path) -> None:
    """Make the names in `folder` durable; network file systems that cannot are left alone."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
