"""Accepted mails that wait to be recorded: on disk before the sender hears 250.

One file per mail, whatever its number of recipients, so that one rename accepts it for all:

    mailbot-spool 1 <SHA-256 of all that follows this line> <bytes of envelope> <bytes of mail>
    <envelope as JSON><the mail, byte for byte>

The spool needs nothing but the disk: mail is accepted while the database is down.
"""

import errno
import hashlib
import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from mailbot.domain.errors import MailbotError, Permanent, Temporary
from mailbot.domain.mail import Envelope
from mailbot.domain.values import from_json, to_json
from storage.durable import make_folder, sync_folder, write_durably

_HEAD = re.compile(rb"mailbot-spool 1 ([0-9a-f]{64}) (\d+) (\d+)\n")
_LONGEST_HEAD = 128
_SUFFIX = ".mail"
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class SpoolFull(Temporary):
    """There is no room for another mail: the sender's server keeps it and tries again."""


class SpoolFailed(Temporary):
    """The disk refuses to keep a mail."""


class SpoolDamaged(Permanent):
    """An entry is not what was written."""


class SpooledMail(NamedTuple):
    """A mail as it came in: its exact bytes, and who said what around it."""

    raw: bytes
    envelope: Envelope


class Spool:
    """The spool in one folder; any number of processes may write and read it."""

    def __init__(self, folder: Path, *, min_free_disk: int = 0, max_entries: int = 0) -> None:
        """Look after `folder`; limits in bytes and mails, 0 for none."""
        self.folder = folder
        self._damaged = folder / "damaged"
        self._min_free_disk = min_free_disk
        self._max_entries = max_entries

    def put(self, raw: bytes, envelope: Envelope) -> str:
        """Keep a mail durably and return its id; when this returns, 250 may be said.

        Raises SpoolFull or SpoolFailed; then nothing was kept.
        """
        path = self._path(envelope.spool_id)
        wrapped = to_json(envelope).encode()
        digest = hashlib.sha256(wrapped)
        digest.update(raw)
        head = f"mailbot-spool 1 {digest.hexdigest()} {len(wrapped)} {len(raw)}\n".encode()
        self.check_room(len(raw))
        try:
            write_durably(path, head, wrapped, raw)
        except OSError as error:
            raise _trouble(error) from error
        return envelope.spool_id

    def check_room(self, size: int = 0) -> None:
        """Raise SpoolFull when a mail of `size` bytes should not be accepted now.

        Raises SpoolFailed when the folder cannot be used at all.
        """
        try:
            make_folder(self.folder)
            free = shutil.disk_usage(self.folder).free
            waiting = self.count() if self._max_entries else 0
        except OSError as error:
            raise _trouble(error) from error
        if free < self._min_free_disk + size:
            raise SpoolFull(f"only {free} bytes are free on the disk of {self.folder}")
        if self._max_entries and waiting >= self._max_entries:
            raise SpoolFull(f"{waiting} mails are waiting in {self.folder}")

    def entries(self) -> list[str]:
        """Return the ids of all mails that wait, oldest first."""
        return sorted(self._ids(self.folder))

    def count(self) -> int:
        """Return how many mails wait."""
        return len(self._ids(self.folder))

    def read(self, spool_id: str) -> SpooledMail:
        """Return a waiting mail.

        Raises KeyError when it is gone, SpoolDamaged when it is not what was written.
        """
        try:
            content = self._path(spool_id).read_bytes()
        except FileNotFoundError:
            raise KeyError(spool_id) from None
        head = _HEAD.match(content[:_LONGEST_HEAD])
        if not head:
            raise SpoolDamaged(f"{spool_id}: the first line is not that of a spooled mail")
        envelope_end = head.end() + int(head[2])
        if len(content) != envelope_end + int(head[3]):
            raise SpoolDamaged(f"{spool_id}: {len(content)} bytes long, which is not as written")
        if hashlib.sha256(content[head.end() :]).hexdigest() != head[1].decode():
            raise SpoolDamaged(f"{spool_id}: the checksum is wrong")
        try:
            envelope = from_json(Envelope, content[head.end() : envelope_end].decode())
        except (ValidationError, UnicodeDecodeError) as error:
            raise SpoolDamaged(f"{spool_id}: the envelope cannot be read: {error}") from error
        return SpooledMail(envelope=envelope, raw=content[envelope_end:])

    def remove(self, spool_id: str) -> None:
        """Take a recorded mail out; doing so twice is doing it once.

        The removal is not synced: after a power cut the mail may lie here again, and is
        recognised as recorded.
        """
        self._path(spool_id).unlink(missing_ok=True)

    def quarantine(self, spool_id: str, why: str) -> None:
        """Put an unreadable mail aside, with the reason beside it, so that the others go on."""
        make_folder(self._damaged)
        path = self._path(spool_id)
        write_durably(self._damaged / f"{path.name}.why", why.encode())
        path.rename(self._damaged / path.name)
        sync_folder(self._damaged)

    def quarantined(self) -> list[str]:
        """Return the ids of the mails that were put aside."""
        return sorted(self._ids(self._damaged))

    def clean(self, before: datetime) -> None:
        """Remove half-written files older than `before`: no sender was told 250 for them."""
        for path in self.folder.glob(".*.new"):
            try:
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
            except FileNotFoundError:
                continue

    def _path(self, spool_id: str) -> Path:
        if not _NAME.fullmatch(spool_id):
            raise ValueError(f"not the id of a spooled mail: {spool_id!r}")
        return self.folder / f"{spool_id}{_SUFFIX}"

    @staticmethod
    def _ids(folder: Path) -> list[str]:
        try:
            with os.scandir(folder) as found:
                names = [entry.name for entry in found]
        except FileNotFoundError:
            return []
        return [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]


def _trouble(error: OSError) -> MailbotError:
    if error.errno in _NO_ROOM:
        return SpoolFull(f"the disk is full: {error}")
    return SpoolFailed(f"the spool cannot be written: {error}")
