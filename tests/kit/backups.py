"""Fills every table there is with rows of all kinds of values, and makes backups of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from mailbot.domain.events import Event, EventKind
from mailbot.domain.job import Job, JobKind
from storage.audit import record_event
from storage.backup import restoring
from storage.backup.making import Installation, make_backup
from storage.backup.restoring import restore
from storage.backup.sets import BackupFolder
from storage.backup.tables import kind_of, rows_in, snapshot, tables_in
from storage.blobs_folder import FolderBlobs
from storage.database import Database
from storage.jobs import Jobs
from storage.tables import METADATA
from storage.unnamed_files import named_files, sweep
from tests.kit.killed_service import Trap, forking, trap_commit, trap_method

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
LETTERS = "Café 'Zürich' ☕ \\ \n\t\"\U0001f600\" ' OR 1=1"
_VALUES: dict[type, Any] = {
    str: LETTERS,
    datetime: NOW,
    date: date(2026, 11, 20),
    Decimal: Decimal("-1234.50"),
    bool: True,
    int: 3,
}


def installation(database: Database, folder: Path) -> Installation:
    """Return an installation whose files lie in `folder`."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    return Installation(database=database, blobs=FolderBlobs(data / "blobs"), data=data)


def fill(made: Installation, *, n_rows: int = 3) -> None:
    """Put rows in every table, events in the audit log, jobs in the queue, and files beside."""
    sha256 = made.blobs.put(b"an invoice")
    with made.database.transaction() as session:
        for table in tables_in(session):
            if table.name != "audit":
                rows = [_row(table, number, sha256) for number in range(n_rows)]
                session.execute(sa.insert(table), rows)
        for number in range(n_rows):
            add_event(session, f"d{number}")
        add_job(made, session, "d1:reply", JobKind.REPLY)
        add_job(made, session, "d2:later", JobKind.REPLY, delay=9000)
        add_job(made, session, "d3:export_booking", JobKind.EXPORT_BOOKING)
    for name, content in (("secrets/reply_tokens", b"s"), ("exports/a/1.xml", b"<x/>")):
        path = made.data / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(content)
        path.chmod(0o600)


def add_event(session: Session, subject: str) -> None:
    """Write an event."""
    kind = EventKind.DOCUMENT_RECEIVED
    record_event(
        session, Event(at=NOW, kind=kind, actor=LETTERS, subject=subject, data={"a": "é"})
    )


def add_job(
    made: Installation, session: Session, key: str, kind: JobKind, *, delay: float = 0
) -> None:
    """Put a job in the queue."""
    jobs = Jobs(made.database)
    jobs.put(session, Job(key=key, kind=kind, ids={"document": key}), delay=delay)
    jobs.close()


def all_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of ours."""
    with snapshot(database) as session:
        return {
            table.name: sorted((tuple(row) for row in rows_in(session, table)), key=repr)
            for table in tables_in(session)
        }


def _row(table: sa.Table, number: int, sha256: str) -> dict[str, Any]:
    return {
        column.name: None if column.nullable and number == 1 else _value(column, number, sha256)
        for column in table.columns
    }


def _value(column: sa.Column[Any], number: int, sha256: str) -> Any:
    kind = kind_of(column)
    if column.name == "sha256":
        return sha256
    if column.name == "state":
        return ("queued", "deferred", "sent")[number % 3]
    if not column.primary_key and not column.unique and not _is_unique_with_others(column):
        return _VALUES[kind]
    return number + 1 if kind is int else f"{number:04} {LETTERS}"


def _is_unique_with_others(column: sa.Column[Any]) -> bool:
    pairs = (c for c in column.table.constraints if isinstance(c, sa.UniqueConstraint))
    return any(column.name in pair.columns for pair in pairs)


def put_row(session: Session, table: str, **values: Any) -> None:
    """Put one row in a table."""
    session.execute(sa.insert(METADATA.tables[table]), [row_values(table, **values)])


def row_values(table: str, **values: Any) -> dict[str, Any]:
    """Return one row: what is not said is some value of the right kind."""
    columns = METADATA.tables[table].columns
    return {**{column.name: _VALUES[kind_of(column)] for column in columns}, **values}


def names_in_pool(folder: Path) -> Iterator[str]:
    """Yield every file that a folder of backups keeps."""
    yield from FolderBlobs(folder / "files").names()


def begin(what: str, *words: object, kill_at: str = "") -> int | None:
    """Do one of DEEDS in a process of its own, which may be killed; return how it ended."""
    process = forking().Process(target=_do, args=(what, words, kill_at), daemon=True)
    process.start()
    process.join(60)
    return process.exitcode


def _do(what: str, words: tuple[Any, ...], kill_at: str) -> None:
    if kill_at:
        when, number, point = kill_at.split(":")
        _POINTS[point](Trap(when, int(number)))
    _DEEDS[what](*words)


def _back_up(url: str, folder: Path, backups: Path) -> None:
    target = BackupFolder(backups)
    make_backup(installation(Database(url), folder), target, now=NOW)
    target.prune(1)


def _restore(url: str, folder: Path, backups: Path) -> None:
    database = Database(url)
    target, jobs = installation(database, folder), Jobs(database)
    restore(BackupFolder(backups), "", target, jobs, now=NOW)


def _sweep(url: str, folder: Path) -> None:
    there = installation(Database(url), folder)
    with there.database.reading() as session:
        sweep(there.blobs, named_files(session))


_DEEDS = {"back up": _back_up, "restore": _restore, "sweep": _sweep}
_POINTS: dict[str, Any] = {
    "put": trap_method(FolderBlobs, "put"),
    "record": trap_method(BackupFolder, "record"),
    "unlink": trap_method(Path, "unlink"),
    "write": trap_method(restoring, "write_durably"),
    "commit": trap_commit,
    "set_aside": trap_method(FolderBlobs, "set_aside"),
    "forget": trap_method(FolderBlobs, "forget"),
}
