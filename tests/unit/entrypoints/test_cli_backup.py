"""`mailbot backup`, `restore`, `queue release` and `retention` as an operator types them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handlers.watching import BACKUP
from mailbot.domain.events import EventKind
from mailbot.domain.outbox import OutboxState
from mailbot.entrypoints.cli import app
from storage.audit import events_about, last_event
from storage.backup.sets import BackupFolder
from storage.outbox import entries_in
from storage.watching import find_checkpoint
from tests.kit.browser import House, open_house


class Operator:
    """Somebody at the command line of a small office."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.folder = house, folder
        self.backups = folder / "backups"
        self.config = self._config("mailbot.toml", house.context.settings.service.data)

    def type(self, *words: str, code: int = 0, config: Path | None = None) -> str:
        """Run a command; return all that it said."""
        arguments = [*words, "--config", str(config or self.config)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    def elsewhere(self, name: str = "new") -> Path:
        """Return the settings of another, empty place."""
        return self._config(f"{name}.toml", self.folder / name)

    def _config(self, name: str, data: Path) -> Path:
        file = self.folder / name
        file.write_text(f'[service]\ndata = "{data}"\n')
        return file


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with open_house(tmp_path / "house") as house:
        house.letter(house.invoice())
        yield Operator(house, tmp_path)


def test_back_up_verify_restore_and_release(operator: Operator) -> None:
    folder = str(operator.backups)
    made = operator.type("backup", folder)
    name = BackupFolder(operator.backups).names()[0]
    assert made.startswith(f"{name}: ")
    assert operator.type("backup", folder, "--verify") == made
    assert operator.type("restore", folder, "--list").split() == [name]
    new = operator.elsewhere()
    said = operator.type("restore", folder, config=new)
    assert "1 letters were on their way and may have left: they are held." in said
    listed = operator.type("queue", "release", config=new)
    entry_id = listed.split()[0]
    assert "karim@" in listed
    refused = operator.type("queue", "release", "nothing", code=1, config=new)
    assert "No letter is held as nothing" in refused
    assert operator.type("queue", "release", entry_id, config=new) == "1 letters leave.\n"
    assert operator.type("queue", "release", "--all", config=new) == "0 letters leave.\n"
    assert "Every event and every file" in operator.type("audit", "verify", config=new)
    again = operator.type("restore", folder, code=1, config=new)
    assert "is not empty" in again


def test_a_backup_is_known_to_whoever_watches(operator: Operator) -> None:
    operator.type("backup", str(operator.backups), "--keep", "1")
    with operator.house.context.database.reading() as session:
        checkpoint = find_checkpoint(session, BACKUP)
    assert checkpoint
    assert checkpoint[1] == BackupFolder(operator.backups).names()[0]


def test_machines_read_what_was_made(operator: Operator) -> None:
    facts = json.loads(operator.type("backup", str(operator.backups), "--json"))
    with operator.house.context.database.reading() as session:
        last = last_event(session)
    assert last
    assert (facts["last_event"], facts["audit_hash"]) == (last.number, last.hash)
    assert facts["missing"] == []


def test_what_is_wrong_is_said_in_a_sentence(operator: Operator) -> None:
    folder = str(operator.backups)
    assert "there is no backup in" in operator.type("backup", folder, "--verify", code=1)
    assert "there is no backup in" in operator.type("restore", folder, code=1)
    operator.type("backup", folder)
    pool = BackupFolder(operator.backups).pool
    pool.path(next(pool.names())).write_bytes(b"rot")
    assert "is damaged" in operator.type("backup", folder, "--verify", code=1)
    new = operator.elsewhere()
    assert "Not restored: the set is damaged" in operator.type(
        "restore", folder, code=1, config=new
    )


def test_a_file_that_was_lost_before_makes_the_command_fail(operator: Operator) -> None:
    context = operator.house.context
    sha256 = next(context.blobs.names())
    context.settings.service.data.joinpath("blobs", sha256[:2], sha256).unlink()
    (context.settings.service.data / "blobs" / sha256[:2] / sha256).write_bytes(b"rot")
    said = operator.type("backup", str(operator.backups), code=1)
    assert "1 files were lost or damaged before" in said
    assert len(BackupFolder(operator.backups).names()) == 1


def test_a_folder_that_cannot_be_written_is_told(operator: Operator) -> None:
    operator.backups.write_text("a file")
    assert "The backup is not complete" in operator.type("backup", str(operator.backups), code=1)


def test_retention_shows_before_it_removes(operator: Operator) -> None:
    shown = operator.type("retention", "--check")
    assert "Nothing was removed." in shown
    assert json.loads(operator.type("retention", "--check", "--json"))["documents"] == 0
    operator.type("retention")
    with operator.house.context.database.reading() as session:
        told = events_about(session, "files")
        assert entries_in(session, OutboxState.HELD) == []
    assert {event.kind for event in told} == {EventKind.RETENTION}
