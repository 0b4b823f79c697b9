"""Power cuts in the middle of a backup, a restore, a sweep: begun again, nothing is missing."""

import signal
from pathlib import Path

import pytest

from mailbot.entrypoints.app import open_context
from mailbot.settings import Settings
from storage.backup.checking import faults_in
from storage.backup.making import Installation, make_backup
from storage.backup.sets import BackupFolder
from storage.database import Database
from tests.kit.backups import (
    NOW,
    all_rows,
    begin,
    fill,
    installation,
    names_in_pool,
)
from tests.kit.databases import lay_database

KILLED = -signal.SIGKILL


@pytest.fixture
def made(tmp_path: Path) -> Installation:
    there = installation(Database(lay_database(tmp_path / "data")), tmp_path)
    fill(there)
    return there


@pytest.mark.parametrize(
    ("kill_at", "sets"),
    [
        ("after:1:put", 0),
        ("before:12:put", 0),
        ("before:1:record", 0),
        ("after:1:record", 1),
    ],
)
def test_an_interrupted_backup_is_none(
    kill_at: str, sets: int, made: Installation, tmp_path: Path
) -> None:
    folder = BackupFolder(tmp_path / "backups")
    assert begin("back up", made.database.url, tmp_path, folder.folder, kill_at=kill_at) == KILLED
    assert len(folder.names()) == sets
    if not sets:
        assert begin("back up", made.database.url, tmp_path, folder.folder) == 0
    assert list(faults_in(folder.read(), folder)) == []


def test_an_interrupted_pruning_goes_on(made: Installation, tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backups")
    make_backup(made, folder, now=NOW.replace(year=2025))
    made.blobs.put(b"new")
    url = made.database.url
    # temporary files are unlinked too: the first of all after them is that of the old set
    assert begin("back up", url, tmp_path, folder.folder, kill_at="after:1:record") == KILLED
    assert len(folder.names()) == 2
    folder.prune(1)
    assert set(names_in_pool(folder.folder)) == set(folder.files_of(folder.read()))


@pytest.mark.parametrize(
    "kill_at", ["after:1:write", "after:1:put", "before:1:commit", "after:1:commit"]
)
def test_an_interrupted_restore_keeps_the_service_from_starting_and_goes_on(
    kill_at: str, made: Installation, tmp_path: Path
) -> None:
    make_backup(made, BackupFolder(tmp_path / "backups"), now=NOW)
    place = tmp_path / "new"
    words = (lay_database(place / "data"), place, tmp_path / "backups")
    assert begin("restore", *words, kill_at=kill_at) == KILLED
    settings = Settings(service={"data": place / "data"})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"a restore into .* has not ended"):
        open_context(settings)
    assert begin("restore", *words) == 0
    restored, before = all_rows(Database(words[0])), all_rows(made.database)
    assert {n: len(rows) for n, rows in restored.items() if n not in {"audit", "failed_job"}} == {
        n: len(rows) for n, rows in before.items() if n not in {"audit", "failed_job"}
    }
    assert len(restored["audit"]) == len(before["audit"]) + 1
    assert not (place / "data" / "restoring").exists()


@pytest.mark.parametrize("kill_at", ["after:1:set_aside", "before:1:forget"])
def test_an_interrupted_sweep_loses_nothing(
    kill_at: str, made: Installation, tmp_path: Path
) -> None:
    needed = set(made.blobs.names())
    made.blobs.put(b"nobody names it")
    made.blobs.set_aside(made.blobs.put(b"nor this"))
    url = made.database.url
    assert begin("sweep", url, tmp_path, kill_at=kill_at) == KILLED
    assert begin("sweep", url, tmp_path) == 0
    assert needed <= set(made.blobs.names())
    assert begin("sweep", url, tmp_path) == 0
    assert (set(made.blobs.names()), list(made.blobs.names_aside())) == (needed, [])
