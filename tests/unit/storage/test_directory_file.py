"""The directory of addresses on disk: replaced as a whole, read again only after a change."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.domain.directory import Directory, DossierEntry
from mailbot.domain.errors import Temporary
from storage.directory_file import DirectoryFile

DIRECTORY = Directory(
    domains=("in.example",),
    dossiers=(
        DossierEntry(
            code="bakker",
            office="kantoor",
            enterprise_number="0400000185",
            active=True,
            language="fr",
            journals=("a1", "a2"),
        ),
    ),
    blacklist=("@reclame.example",),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "directory.json"


def test_what_is_written_is_read(path: Path) -> None:
    DirectoryFile(path).write(DIRECTORY)
    assert DirectoryFile(path).read() == DIRECTORY


def test_a_change_by_another_process_is_seen(path: Path) -> None:
    reader = DirectoryFile(path)
    DirectoryFile(path).write(DIRECTORY)
    assert reader.read() == DIRECTORY
    changed = replace(DIRECTORY, domains=("uit.example",))
    DirectoryFile(path).write(changed)
    assert reader.read() == changed


def test_an_unchanged_file_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = DirectoryFile(path)
    file.write(DIRECTORY)
    first = file.read()
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("read again"))
    assert file.read() is first


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"domains": 1}', b"[]"])
def test_a_spoilt_file_leaves_the_last_good_one_in_use(path: Path, content: bytes) -> None:
    file = DirectoryFile(path)
    file.write(DIRECTORY)
    file.read()
    path.write_bytes(content)
    assert file.read() == DIRECTORY
    path.unlink()
    assert file.read() == DIRECTORY
    with pytest.raises(Temporary, match="run mailbot apply"):
        DirectoryFile(path).read()


def test_before_anything_was_applied(path: Path) -> None:
    with pytest.raises(Temporary, match="run mailbot apply"):
        DirectoryFile(path).read()


def test_who_rewrites_the_directory_waits_for_who_does(tmp_path: Path) -> None:
    """Else who read first could write last, and a sender just blocked would come in."""
    path = tmp_path / "directory.json"
    order: list[str] = []
    is_inside, may_go = threading.Event(), threading.Event()

    def first() -> None:
        with DirectoryFile(path).locked():
            is_inside.set()
            may_go.wait(10)
            order.append("first")

    def second() -> None:
        with DirectoryFile(path).locked():
            order.append("second")

    threads = [threading.Thread(target=work) for work in (first, second)]
    threads[0].start()
    assert is_inside.wait(10)
    threads[1].start()
    may_go.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]
