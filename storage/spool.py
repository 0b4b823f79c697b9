"""Accepted mails that wait to be recorded: on disk before the sender hears 250.

One file per mail, whatever its number of recipients, so that one rename accepts it for all; mails
that come at the same moment share a file, and with it the wait for the disk (decision 25).
`storage/spool_format.py` says what is in the files.

The spool needs nothing but the disk: mail is accepted while the database is down.
"""

import errno
import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from mailbot.domain.errors import Temporary
from mailbot.domain.mail import Envelope
from storage.durable import make_folder, sync_folder, temporary_file, write_durably
from storage.spool_batches import SUFFIX as SUFFIX_OF_MANY
from storage.spool_batches import Batches, batch_name
from storage.spool_draft import Draft
from storage.spool_format import SpoolDamaged, SpooledMail, pack_mails, unpack_mail
from storage.spool_room import Room

__all__ = [
    "Draft",
    "Spool",
    "SpoolDamaged",
    "SpoolFailed",
    "SpoolFull",
    "SpooledMail",
    "as_trouble",
]

_SUFFIX = ".mail"
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class SpoolFull(Temporary):
    """There is no room for another mail: the sender's server keeps it and tries again."""


class SpoolFailed(Temporary):
    """The disk refuses to keep a mail."""


class Spool:
    """The spool in one folder; any number of processes may write, one at a time reads it."""

    def __init__(self, folder: Path, *, min_free_disk: int = 0, max_entries: int = 0) -> None:
        """Look after `folder`; limits in bytes and mails, 0 for none."""
        self.folder = folder
        self._damaged = folder / "damaged"
        self._batches = Batches(folder)
        self._room = Room(folder, self.count, min_free_disk=min_free_disk, max_entries=max_entries)

    def draft(self, spool_id: str) -> Draft:
        """Begin a mail that comes piece by piece; `put_all` keeps it, `close` drops it."""
        self._path(spool_id)
        return Draft(self.folder, spool_id)

    def put(self, raw: bytes, envelope: Envelope) -> str:
        """Keep a mail durably and return its id; when this returns, 250 may be said.

        Raises SpoolFull or SpoolFailed; then nothing was kept.
        """
        draft = self.draft(envelope.spool_id)
        draft.add(raw)
        (trouble,) = self.put_all([(draft, envelope)])
        if trouble:
            raise trouble
        return envelope.spool_id

    def put_all(self, mails: Sequence[tuple[Draft, Envelope]]) -> list[Temporary | None]:
        """Keep mails durably, and close their drafts; for each None, or why it was not kept.

        All of them wait for the disk together. What was not kept is a SpoolFull or SpoolFailed.
        """
        troubles: dict[str, Temporary] = {}
        small = [(one, envelope) for one, envelope in mails if one.is_in_memory]
        large = [(one, envelope) for one, envelope in mails if not one.is_in_memory]
        placed: dict[Path, list[str]] = {}
        try:
            self.check_room(sum(draft.size for draft, _ in mails))
            for one in [small] * bool(small) + [[pair] for pair in large]:
                self._place(one, placed, troubles)
            self._settle(placed, troubles)
            kept = [draft.size for draft, one in mails if one.spool_id not in troubles]
            self._room.note(len(kept), sum(kept))
        except Temporary as trouble:
            troubles |= {envelope.spool_id: trouble for _, envelope in mails}
        finally:
            for draft, _ in mails:
                draft.close()
        return [troubles.get(envelope.spool_id) for _, envelope in mails]

    def check_room(self, size: int = 0) -> None:
        """Raise SpoolFull when mails of `size` bytes should not be accepted now.

        Raises SpoolFailed when the folder cannot be used at all.
        """
        try:
            trouble = self._room.find_trouble(size)
        except OSError as error:
            raise as_trouble(error) from error
        if trouble:
            raise SpoolFull(trouble)

    def entries(self) -> list[str]:
        """Return the ids of all mails that wait, oldest first."""
        names = self._names(self.folder)
        alone = [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]
        return sorted(alone + self._batches.see(_batch_names(names)))

    def count(self) -> int:
        """Return how many mails wait."""
        names = self._names(self.folder)
        alone = sum(name.endswith(_SUFFIX) for name in names)
        return alone + self._batches.count(_batch_names(names))

    def read(self, spool_id: str) -> SpooledMail:
        """Return a waiting mail.

        Raises KeyError when it is gone, SpoolDamaged when it is not what was written.
        """
        return unpack_mail(spool_id, self._read(spool_id))

    def remove(self, spool_id: str) -> None:
        """Take a recorded mail out; doing so twice is doing it once.

        The removal is not synced: after a power cut the mail may lie here again, and is
        recognised as recorded.
        """
        if self._batches.is_home_of(spool_id):
            self._batches.remove(spool_id)
        else:
            self._path(spool_id).unlink(missing_ok=True)

    def quarantine(self, spool_id: str, why: str) -> None:
        """Put an unreadable mail aside, with the reason beside it, so that the others go on."""
        make_folder(self._damaged)
        path = self._path(spool_id)
        write_durably(self._damaged / f"{path.name}.why", why.encode())
        whole = self._batches.path(spool_id)
        if whole.exists():
            # the index of several mails is no good: all that is left of them stays together
            whole.rename(self._damaged / path.name)
        elif self._batches.is_home_of(spool_id):
            write_durably(self._damaged / path.name, self._batches.read(spool_id))
            self._batches.remove(spool_id)
        else:
            path.rename(self._damaged / path.name)
        sync_folder(self._damaged)

    def quarantined(self) -> list[str]:
        """Return the ids of the mails that were put aside."""
        names = self._names(self._damaged)
        return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))

    def clean(self, before: datetime) -> None:
        """Remove half-written files older than `before`: no sender was told 250 for them."""
        for path in self.folder.glob(".*.new"):
            try:
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
            except FileNotFoundError:
                continue

    def _place(
        self,
        mails: list[tuple[Draft, Envelope]],
        placed: dict[Path, list[str]],
        troubles: dict[str, Temporary],
    ) -> None:
        """Write mails into one synced file under its name, and note which lie in it."""
        ids = [envelope.spool_id for _, envelope in mails]
        try:
            placed[self._write(mails)] = ids
        except OSError as error:
            troubles |= dict.fromkeys(ids, as_trouble(error))

    def _write(self, mails: list[tuple[Draft, Envelope]]) -> Path:
        draft, envelope = mails[0]
        path = self._path(envelope.spool_id)
        if not draft.is_in_memory:
            return draft.finish(envelope).rename(path)
        contents = draft.pack(envelope)
        if len(mails) > 1:
            path = self._batches.path(batch_name(envelope.spool_id, len(mails)))
            contents = pack_mails((one.spool_id, mail.pack(one)) for mail, one in mails)
        with temporary_file(self.folder, *contents) as new:
            return new.rename(path)

    def _settle(self, placed: dict[Path, list[str]], troubles: dict[str, Temporary]) -> None:
        """Make the names durable; one fsync of the folder does for all."""
        if not placed:
            return
        try:
            sync_folder(self.folder)
        except OSError as error:
            # nobody is told 250 for them, so they would come twice
            for path, ids in placed.items():
                troubles |= dict.fromkeys(ids, as_trouble(error))
                path.unlink(missing_ok=True)
            return

    def _read(self, spool_id: str) -> bytes:
        path = self._path(spool_id)
        if not self._batches.is_home_of(spool_id) and not path.exists():
            self._batches.see(_batch_names(self._names(self.folder)))
        if self._batches.is_home_of(spool_id):
            return self._batches.read(spool_id)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise KeyError(spool_id) from None

    def _path(self, spool_id: str) -> Path:
        if not _NAME.fullmatch(spool_id):
            raise ValueError(f"not the id of a spooled mail: {spool_id!r}")
        return self.folder / f"{spool_id}{_SUFFIX}"

    @staticmethod
    def _names(folder: Path) -> list[str]:
        try:
            with os.scandir(folder) as found:
                return [entry.name for entry in found if not entry.name.startswith(".")]
        except FileNotFoundError:
            return []


def _batch_names(names: list[str]) -> set[str]:
    return {one.removesuffix(SUFFIX_OF_MANY) for one in names if one.endswith(SUFFIX_OF_MANY)}


def as_trouble(error: OSError) -> Temporary:
    """Return what a disk that refuses means for a mail."""
    if error.errno in _NO_ROOM:
        return SpoolFull(f"the disk is full: {error}")
    return SpoolFailed(f"the spool cannot be written: {error}")
