"""How long backup, restore and sweep take with many rows, and how much memory: run by hand.

    python -m benchmarks.backup --documents 100000 --database postgresql

Each step runs in a process of its own, so that its peak of memory is its own.
"""

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from mailbot.domain.events import Event, EventKind, content_hash, link_hash
from mailbot.domain.identifiers import new_id
from storage.backup.checking import faults_in
from storage.backup.making import Installation, make_backup
from storage.backup.restoring import restore
from storage.backup.sets import BackupFolder
from storage.backup.tables import snapshot
from storage.blobs_folder import FolderBlobs
from storage.database import Database
from storage.jobs import Jobs
from storage.retention import RULES, Limits
from storage.tables import METADATA
from storage.unnamed_files import named_files
from tests.kit.backups import NOW, row_values
from tests.kit.killed_service import forking
from tests.kit.postgres import run_postgres

_EVENTS = 10
_BATCH = 5000
#: what a document's values take as JSON, and what each file holds
_DATA_LETTERS, _FILE_BYTES = 2000, 20_000


def main(
    documents: Annotated[int, typer.Option(help="With a mail, a letter and ten events each.")] = (
        100_000
    ),
    files: Annotated[int, typer.Option(help="Files of 20 kB.")] = 2000,
    database: Annotated[str, typer.Option(help="sqlite or postgresql")] = "sqlite",
) -> None:
    """Fill a database, back it up, and restore it into the other kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailbot-backup-")))
        server = stack.enter_context(run_postgres())
        own = f"sqlite:///{folder / 'own' / 'mailbot.db'}"
        other = f"sqlite:///{folder / 'other' / 'mailbot.db'}"
        urls = (own, server.new_database())
        if database == "postgresql":
            urls = (server.new_database(), other)
        table = Table(
            "step",
            "seconds",
            "of a processor",
            "peak MB",
            "",
            title=f"{database}, {documents} documents",
        )
        for name, step in _steps(folder, urls, documents=documents, files=files):
            row = _measured(step)
            Console(stderr=True).print(name, *row)
            table.add_row(name, *row)
        Console().print(table)


def _steps(
    folder: Path, urls: tuple[str, str], *, documents: int, files: int
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    here, there, backups = folder / "own", folder / "other", folder / "backups"
    yield "fill", (_fill, urls[0], here, documents, files)
    yield "first backup", (_back_up, urls[0], here, backups, 0)
    yield "again, nothing new", (_back_up, urls[0], here, backups, 1)
    yield "1 % more rows", (_fill, urls[0], here, documents // 100, 10)
    yield "and again", (_back_up, urls[0], here, backups, 2)
    yield "verify", (_verify, backups)
    yield "restore into the other kind", (_restore, urls[1], there, backups)
    yield "names of files (sweep)", (_sweep, urls[0])
    yield "retention, all of it", (_retire, urls[0])


def _measured(step: tuple[Any, ...]) -> tuple[str, ...]:
    """Run a step in a process of its own; return its seconds, its peak, and what it says."""
    with ProcessPoolExecutor(1, mp_context=forking()) as pool:
        seconds, of_processor, peak, said = pool.submit(_run, *step).result()
    return f"{seconds:.1f}", f"{of_processor:.1f}", f"{peak:.0f}", said


def _run(deed: Callable[..., str], *words: Any) -> tuple[float, float, float, str]:
    began, busy = time.monotonic(), time.process_time()
    said = deed(*words)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.monotonic() - began, time.process_time() - busy, peak, said


def _place(url: str, folder: Path) -> Installation:
    (folder).mkdir(exist_ok=True)
    return Installation(database=Database(url), blobs=FolderBlobs(folder / "blobs"), data=folder)


def _fill(url: str, folder: Path, documents: int, files: int) -> str:
    place = _place(url, folder)
    place.database.migrate()
    dice = random.Random(documents)
    names = [place.blobs.put(dice.randbytes(_FILE_BYTES)) for _ in range(files)]
    makers = {"mail": _mail, "document": _document, "outbox": _letter}
    for name, make in makers.items():
        rows = (make(dice, number, names) for number in range(documents))
        _insert(place.database, name, rows)
    _insert(place.database, "audit", _events(place.database, documents * _EVENTS))
    return f"{documents * (3 + _EVENTS)} rows"


def _insert(database: Database, name: str, rows: Iterator[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        with database.transaction() as session:
            session.execute(sa.insert(METADATA.tables[name]), batch)


def _id(dice: random.Random) -> str:
    return new_id(NOW - timedelta(days=dice.randrange(3650)))


def _mail(dice: random.Random, _number: int, names: list[str]) -> dict[str, Any]:
    made = _id(dice)
    known = {"delivery_key": made, "data": _text(dice, 1000), "state": "read"}
    return row_values("mail", id=made, sha256=dice.choice(names), **known)


def _document(dice: random.Random, _number: int, names: list[str]) -> dict[str, Any]:
    data = _text(dice, _DATA_LETTERS)
    known = {"dossier": "bakkerij", "status": "exported", "data": data}
    return row_values("document", id=_id(dice), sha256=dice.choice(names), **known)


def _letter(dice: random.Random, _number: int, names: list[str]) -> dict[str, Any]:
    made = _id(dice)
    known = {"key": made, "state": "sent", "document_id": ""}
    return row_values("outbox", id=made, sha256=dice.choice(names), **known)


def _events(database: Database, count: int) -> Iterator[dict[str, Any]]:
    with database.reading() as session:
        last = session.execute(
            sa.text("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
        ).first()
    first, before = last or (0, "0" * 64)
    for number in range(first + 1, first + count + 1):
        event = Event(at=NOW, kind=EventKind.DOCUMENT_MOVED, actor="mailbot", subject=str(number))
        data = '{"to_status": "exported"}'
        content = content_hash(event, data)
        made = link_hash(before, content)
        yield {
            "number": number, "at": event.at, "event": event.kind.value, "actor": event.actor,
            "subject": event.subject, "data": data, "previous_hash": before,
            "content_hash": content, "hash": made,
        }  # fmt: skip
        before = made


def _text(dice: random.Random, letters: int) -> str:
    return '{"x":"' + " ".join(f"{dice.randrange(10_000)}" for _ in range(letters // 5)) + '"}'


def _back_up(url: str, folder: Path, backups: Path, hours: int) -> str:
    target = BackupFolder(backups)
    make_backup(_place(url, folder), target, now=NOW + timedelta(hours=hours))
    size = sum(target.pool.path(name).stat().st_size for name in target.pool.names())
    return f"{size / 1e6:.0f} MB in all"


def _verify(backups: Path) -> str:
    folder = BackupFolder(backups)
    return f"{len(list(faults_in(folder.read(), folder)))} faults"


def _restore(url: str, folder: Path, backups: Path) -> str:
    place = _place(url, folder)
    restore(BackupFolder(backups), "", place, Jobs(place.database), now=NOW)
    return ""


def _sweep(url: str) -> str:
    with snapshot(Database(url)) as session:
        named_files(session)
    return ""


def _retire(url: str) -> str:
    database, count = Database(url), 0
    limits = Limits(now=NOW, mails_before=NOW, others_before=NOW + timedelta(days=1))
    for rule in RULES:
        after = None
        while True:
            with database.transaction() as session:
                step = rule.find(session, limits, after)
                if step.keys:
                    rule.remove(session, step.keys)
            after, count = step.last, count + len(step.keys)
            if after is None:
                break
    return f"{count} rows went"


if __name__ == "__main__":
    typer.run(main)
