"""Puts the files of an export into a folder: whole or not at all, and never twice."""

import os
from collections.abc import Sequence
from pathlib import Path

from mailbot.domain.booking import ExportFile
from mailbot.domain.errors import MailbotError


class TargetTakenError(MailbotError):
    """There is another file of this name in the folder; it is not overwritten."""


def deliver_to_folder(folder: Path, files: Sequence[ExportFile]) -> list[str]:
    """Write the files and return their names; the same file again is left as it is.

    Raises TargetTakenError, OSError (folder not there or not writable, disk full).
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        target = folder / file.name
        if target.exists() and target.read_bytes() != file.content:
            raise TargetTakenError(f"{target} exists and is another file")
    return [_write(folder, file) for file in files]


def _write(folder: Path, file: ExportFile) -> str:
    """Write under a hidden name, sync, rename, sync the folder: a reader sees whole files only."""
    hidden = folder / f".{file.name}.part"
    with hidden.open("wb") as handle:
        handle.write(file.content)
        handle.flush()
        os.fsync(handle.fileno())
    hidden.replace(folder / file.name)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return file.name
