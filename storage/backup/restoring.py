"""Puts a set back into an empty place: another machine, or another kind of database.

Nothing is touched before the set was read whole and the place was found empty. All rows come in
one transaction, after the files. While it goes on, the file `restoring` in the data folder keeps
the service from starting; a restore that was interrupted is run again, and goes on.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailbot.domain.events import Event, EventKind
from mailbot.domain.job import FailedJob, Job, JobKind
from mailbot.domain.outbox import OutboxState
from storage.audit import broken_links, record_event
from storage.backup.checking import faults_in, values_of
from storage.backup.making import BLOBS, SECRETS, SETTINGS, Installation
from storage.backup.rows import read_rows
from storage.backup.sets import BackupError, BackupFolder, BackupSet, KeptFile
from storage.backup.tables import JOBS, tables_in
from storage.database import knows_revision
from storage.durable import make_folder, sync_folder, write_durably
from storage.failed_jobs import record_failure
from storage.jobs import Jobs
from storage.tables import FailedJobRow, OutboxRow

#: its content is the name of the set
MARKER = "restoring"
_AT_A_TIME = 1000
_TELLING = ("audit", "mail", "office", "outbox")
_WAITING = (OutboxState.QUEUED.value, OutboxState.DEFERRED.value)
#: these bring a booking out of the house, and may have done so since
_LEAVING = frozenset({JobKind.EXPORT_BOOKING})
_MAY_HAVE_LEFT = (
    "waited when the backup was made and may have left since: look in the accounting package"
)


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What an operator must know."""

    kept: BackupSet
    #: letters that were on their way
    n_held: int
    #: exports that were on their way
    n_buried: int


def restore(
    folder: BackupFolder, name: str, target: Installation, jobs: Jobs, *, now: datetime
) -> Restored:
    """Put the set of this name (the newest) back into `target`, which must be empty.

    Raises BackupError before anything was touched; Temporary or OSError, after which the same
    restore can be run again.
    """
    kept = folder.read(name)
    _check_place(kept, target)
    if faults := list(islice(faults_in(kept, folder), 20)):
        raise BackupError("the set is damaged:\n" + "\n".join(faults))
    make_folder(target.data)
    write_durably(target.data / MARKER, kept.name.encode())
    for file in kept.files:
        if file.path not in target.database_files:
            _put_file(folder, file, target.data)
    for (sha256,) in read_rows(folder.pool, kept.blobs):
        if not target.blobs.has(sha256):
            target.blobs.put(folder.pool.get(sha256))
    _fill(folder, kept, target, jobs, now=now)
    target.database.migrate()
    with target.database.reading() as session:
        if list(broken_links(session)):
            raise BackupError("the audit log does not hold together after the restore")
        restored = _report(session, kept)
    (target.data / MARKER).unlink()
    sync_folder(target.data)
    return restored


def _report(session: Session, kept: BackupSet) -> Restored:
    held = sa.select(sa.func.count()).where(col(OutboxRow.state) == OutboxState.HELD.value)
    buried = sa.select(sa.func.count()).where(col(FailedJobRow.reason) == _MAY_HAVE_LEFT)
    return Restored(
        kept=kept,
        n_held=session.execute(held).scalar_one(),
        n_buried=session.execute(buried).scalar_one(),
    )


def _check_place(kept: BackupSet, target: Installation) -> None:
    """Raise BackupError when the set does not belong here, or something is here already."""
    if not knows_revision(kept.revision):
        raise BackupError(
            f"the set was made by a newer mailbot ({kept.mailbot}): install that one first"
        )
    if _is_going_on(kept, target.data):
        return
    allowed = {SECRETS, MARKER, "slots", *target.database_files, "lost+found"}
    there = target.data.iterdir() if target.data.exists() else ()
    names = {path.name for path in there if path.suffix != ".lock"}
    if names - allowed:
        found = ", ".join(sorted(names - allowed)[:5])
        raise BackupError(f"{target.data} is not empty ({found}): restore into an empty folder")
    if not kept.has_secrets and not (target.data / SECRETS / "reply_tokens").exists():
        raise BackupError(
            f"the set has no secrets: put the folder {SECRETS} into {target.data} first"
        )
    with target.database.reading() as session:
        if _holds_something(session):
            raise BackupError("the database is not empty: restore into a new one")


def _is_going_on(kept: BackupSet, data: Path) -> bool:
    """Whether a restore of this set was begun here. Raises BackupError for that of another."""
    marker = data / MARKER
    begun = marker.read_text() if marker.exists() else ""
    if begun not in {"", kept.name}:
        raise BackupError(f"a restore of the set {begun} was begun here: name it with --set")
    return begun == kept.name


def _holds_something(session: Session) -> bool:
    """Whether mailbot has worked with this database: whatever it does, there is a row in these."""
    return any(
        session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
        for table in tables_in(session)
        if table.name in _TELLING
    )


def _put_file(folder: BackupFolder, file: KeptFile, data: Path) -> None:
    """Write one file where it was; the settings file beside, for the operator to compare."""
    parts = PurePosixPath(file.path).parts
    if not parts or ".." in parts or file.path.startswith("/") or parts[0] == BLOBS:
        raise BackupError(f"the set names a file outside the data folder: {file.path}")
    path = data.joinpath("restored", *parts[1:]) if parts[0] == SETTINGS else data / file.path
    make_folder(path.parent)
    write_durably(path, folder.pool.get(file.sha256))
    path.chmod(file.mode)


def _fill(
    folder: BackupFolder, kept: BackupSet, target: Installation, jobs: Jobs, *, now: datetime
) -> None:
    """Fill the tables as they were, all in one transaction; a second time does nothing."""
    target.database.migrate(kept.revision)
    with target.database.transaction() as session:
        if _holds_something(session):
            return
        for table in tables_in(session):
            if table.name in kept.tables:
                _fill_table(session, table, values_of(folder, kept, table.name))
        _hold_letters(session)
        for key, kind, ids, not_before in read_rows(folder.pool, kept.tables[JOBS]):
            job = Job(key=key, kind=JobKind(kind), ids=json.loads(ids))
            _put_job(session, jobs, job, not_before, now=now)
        record_event(session, _event(kept, now))


def _event(kept: BackupSet, now: datetime) -> Event:
    told = {"set": kept.name, "made_at": kept.made_at.isoformat()}
    return Event(at=now, kind=EventKind.RESTORED, actor="mailbot", subject="mailbot", data=told)


def _fill_table(session: Session, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    # what a command that looked here first may have noted
    session.execute(sa.delete(table))
    while batch := list(islice(rows, _AT_A_TIME)):
        session.execute(sa.insert(table), batch)
    if session.get_bind().dialect.name == "postgresql":
        for column in table.primary_key.columns:
            _continue_counting(session, table, column)


def _continue_counting(session: Session, table: sa.Table, column: sa.Column[Any]) -> None:
    """Let PostgreSQL give the next number after the highest: rows came with theirs."""
    sequence = session.execute(
        sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
    ).scalar()
    highest = session.execute(sa.select(sa.func.max(column))).scalar() if sequence else None
    if highest is not None:
        session.execute(sa.select(sa.func.setval(sequence, highest)))


def _hold_letters(session: Session) -> None:
    """Hold what was on its way: it may have left after the backup, and leaves when released."""
    session.execute(
        sa.update(OutboxRow)
        .where(col(OutboxRow.state).in_(_WAITING))
        .values(state=OutboxState.HELD.value)
    )


def _put_job(
    session: Session, jobs: Jobs, job: Job, not_before: int | None, *, now: datetime
) -> None:
    """Let a job run again; one that may have brought a booking out waits for a person."""
    if job.kind in _LEAVING:
        failed = FailedJob(job=job, state="buried", tries=0, at=now, reason=_MAY_HAVE_LEFT)
        record_failure(session, failed)
        return
    wait = (not_before or 0) / 1000 - now.timestamp()
    jobs.put(session, job, delay=max(wait, 0))
