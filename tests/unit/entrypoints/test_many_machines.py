"""Machines that share a database share what signs and what is known at the door."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from handlers.context import Context
from mailbot.domain.errors import Temporary
from mailbot.entrypoints.app import close_context, open_context, places
from mailbot.entrypoints.directory_follower import DirectoryFollower
from mailbot.settings import Settings
from storage.database import Database
from storage.definitions import save_definition
from storage.people import record_verdict
from tests.kit.databases import lay_database
from tests.kit.office import make_definition, make_dossier

Open = Callable[[str], Context]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Open]:
    """Give what opens a machine with a data folder of its own, and the database of all."""
    url = lay_database(tmp_path / "shared")
    with ExitStack() as machines:

        def open_machine(name: str) -> Context:
            context = open_context(settings_of(tmp_path, name, url))
            machines.callback(close_context, context)
            return context

        yield open_machine


def settings_of(folder: Path, name: str, url: str) -> Settings:
    return Settings(
        service={"data": folder / name},  # type: ignore[arg-type]
        database={"url": url},  # type: ignore[arg-type]
    )


def share_secret(one: Context, folder: Path) -> None:
    """Copy the secret, as an operator does before a machine first starts."""
    file = places(one.settings).secret
    target = folder / file.relative_to(one.settings.service.data)
    target.parent.mkdir(parents=True)
    shutil.copy(file, target)


def test_a_machine_with_another_secret_does_not_start(machine: Open, tmp_path: Path) -> None:
    one = machine("one")
    with pytest.raises(ValueError, match="is not the secret of this database: copy it") as said:
        machine("two")
    assert str(tmp_path / "two" / "secrets" / "reply_tokens") in str(said.value)
    share_secret(one, tmp_path / "three")
    assert machine("three").token_secret == one.token_secret
    assert machine("one").token_secret == one.token_secret


def test_what_one_machine_changes_the_door_of_another_knows(machine: Open, tmp_path: Path) -> None:
    one = machine("one")
    share_secret(one, tmp_path / "two")
    two = machine("two")
    follower = DirectoryFollower(two)
    with one.transaction() as unit:
        save_definition(unit.session, make_definition(make_dossier()))
    assert follower.follow()
    known = two.directory_file.read()
    assert not follower.follow(), "nothing has changed"
    with one.transaction() as unit:
        record_verdict(
            unit.session,
            dossier="bakkerij",
            sender="spam@buiten.example",
            verdict="block",
            by="an@b.example",
            at=one.now(),
        )
    assert follower.follow()
    assert two.directory_file.read() != known


def test_without_a_database_the_door_goes_on_with_what_it_knows(
    machine: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    with one.transaction() as unit:
        save_definition(unit.session, make_definition(make_dossier()))
    follower = DirectoryFollower(one)
    follower.follow()
    known = one.directory_file.read()

    def is_down(_database: Database) -> None:
        raise Temporary("down")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "reading", is_down)
        with pytest.raises(Temporary):
            follower.follow()
    assert one.directory_file.read() == known
