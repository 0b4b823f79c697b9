"""Makes one set while mailbot runs.

The order is what makes it whole. First the spool, then the database: a mail that leaves the one
for the other in between is in both, and its delivery key makes it one again. Then the files that
rows name: they were there before the rows, and retention only puts them aside for a month. The
small file that makes the set exist comes last.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from sqlmodel import Session

from mailbot import __version__
from storage.audit import last_event
from storage.backup.rows import Listing, write_rows
from storage.backup.sets import BackupFolder, BackupSet, KeptFile
from storage.backup.tables import (
    JOB_COLUMNS,
    JOBS,
    key_first,
    revision_of,
    rows_in,
    snapshot,
    tables_in,
    unfinished_jobs,
)
from storage.blobs import BlobError, Blobs
from storage.database import Database

#: files that are under way at a time: each waits for a disk or a server
_AT_A_TIME = 8
_BATCH = 256
SPOOL, BLOBS, SECRETS = "spool", "blobs", "secrets"
#: what processes of this machine share out while they run
_OF_THE_MOMENT = "slots"
EMBEDDED = "mailbot.db"
#: what stands outside the data folder
SETTINGS = "settings"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Everything that must not be lost, wherever it lies."""

    database: Database
    blobs: Blobs
    data: Path
    settings_file: Path | None = None

    @property
    def database_files(self) -> frozenset[str]:
        """The names of what is copied as rows, not as files; the embedded one may be left over."""
        names = {EMBEDDED}
        if self.database.is_sqlite:
            names.add(Path(self.database.engine.url.database or "").name)
        ends = ("", "-wal", "-shm", "-journal")
        return frozenset(f"{name}{end}" for name in names for end in ends)


def make_backup(
    source: Installation, target: BackupFolder, *, now: datetime, with_secrets: bool = True
) -> BackupSet:
    """Make a set of everything and return it.

    Raises BackupError when another backup is writing there, Temporary, OSError; then there is no
    new set, and what was copied is there for the next try.
    """
    with target.locked():
        spooled = list(_keep_files(source.data, target, _spool_files(source.data)))
        with snapshot(source.database) as session:
            revision, last = revision_of(session), last_event(session)
            tables = _keep_tables(session, target.pool)
        missing: list[str] = []
        blobs = _keep_blobs(source.blobs, target.pool, missing.append)
        others = list(_keep_files(source.data, target, _other_files(source, with_secrets)))
        made = BackupSet(
            name=f"{now:%Y-%m-%dT%H%M%SZ}",
            made_at=now,
            mailbot=__version__,
            revision=revision,
            audit_number=last.number if last else 0,
            audit_hash=last.hash if last else "",
            tables=tables,
            blobs=blobs,
            files=(*spooled, *others, *_keep_settings(source, target, with_secrets)),
            has_secrets=with_secrets,
            missing=tuple(missing),
        )
        target.record(made)
        return made


def _keep_tables(session: Session, pool: Blobs) -> dict[str, Listing]:
    kept = {JOBS: write_rows(pool, JOB_COLUMNS, unfinished_jobs(session))}
    for table in tables_in(session):
        names = [column.name for column in key_first(table)]
        n_keys = len(table.primary_key.columns)
        kept[table.name] = write_rows(pool, names, rows_in(session, table), n_keys=n_keys)
    return kept


def _keep_blobs(blobs: Blobs, pool: Blobs, on_missing: Callable[[str], None]) -> Listing:
    """Copy what the pool does not have; what the blob store itself has lost is told.

    What is put aside meanwhile was named in our snapshot, perhaps: it is looked at last.
    """

    def keep(sha256: str) -> list[str]:
        try:
            if not pool.has(sha256):
                pool.put(blobs.get(sha256))
        except BlobError:
            on_missing(sha256)
            return []
        return [sha256]

    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        names = (
            kept
            for batch in _batches(chain(blobs.names(), blobs.names_aside()))
            for kept in threads.map(keep, batch)
            if kept
        )
        return write_rows(pool, ["sha256"], names)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(names)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _spool_files(data: Path) -> Iterator[Path]:
    return _files_below(data / SPOOL)


def _other_files(source: Installation, with_secrets: bool) -> Iterator[Path]:
    """Yield everything in the data folder that is not copied in another way."""
    left_out = {SPOOL, BLOBS, _OF_THE_MOMENT, *source.database_files} | (
        set() if with_secrets else {SECRETS}
    )
    for path in sorted(source.data.iterdir()):
        if path.name not in left_out:
            yield from _files_below(path)


def _files_below(path: Path) -> Iterator[Path]:
    """Yield files in order; half-written ones have a hidden name, locks hold nothing."""
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _files_below(inner)
    elif path.is_file() and not path.name.startswith(".") and path.suffix != ".lock":
        yield path


def _keep_files(data: Path, target: BackupFolder, paths: Iterable[Path]) -> Iterator[KeptFile]:
    for path in paths:
        try:
            content, mode = path.read_bytes(), path.stat().st_mode & 0o777
        except FileNotFoundError:  # taken meanwhile, by the one who was to have it
            continue
        name = path.relative_to(data).as_posix()
        yield KeptFile(path=name, sha256=target.pool.put(content), mode=mode)


def _keep_settings(
    source: Installation, target: BackupFolder, with_secrets: bool
) -> Iterator[KeptFile]:
    """Keep the settings file; the URL of a database may hold its password."""
    file = source.settings_file
    if file and file.is_file() and with_secrets:
        sha256 = target.pool.put(file.read_bytes())
        yield KeptFile(path=f"{SETTINGS}/{file.name}", sha256=sha256, mode=0o600)
