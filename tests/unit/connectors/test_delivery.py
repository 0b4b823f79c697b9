"""Exported files appear whole in their folder, and only once."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import delivery
from connectors.base import ExportResult
from connectors.csv_file import CsvFile
from connectors.delivery import deliver_to_folder, export_folder
from connectors.file_names import booking_name, booking_stem, renamed
from connectors.registry import CONNECTORS, find_connector
from connectors.winbooks import WinBooks
from mailbot.domain.booking import ExportFile, Problem
from mailbot.domain.errors import Permanent, Temporary
from tests.kit.bookings import make_booking, make_job


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_every_file_lies_in_the_folder(tmp_path: Path) -> None:
    result = CsvFile().export(make_job())
    assert deliver_to_folder(tmp_path, result) == ()
    assert contents(tmp_path) == {file.name: file.content for file in result.files}


@pytest.mark.parametrize("connector", [CsvFile(), WinBooks()], ids=["flat", "folder of its own"])
def test_a_second_delivery_of_the_same_booking_changes_nothing(
    tmp_path: Path, connector: CsvFile | WinBooks
) -> None:
    result = connector.export(make_job())
    assert deliver_to_folder(tmp_path, result) == ()
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert deliver_to_folder(tmp_path, connector.export(make_job())) == ()
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_a_delivery_that_was_cut_short_is_completed(tmp_path: Path) -> None:
    result = WinBooks().export(make_job())
    deliver_to_folder(tmp_path, result)
    (tmp_path / result.folder / "act.txt").unlink()
    assert deliver_to_folder(tmp_path, result) == ()
    assert (tmp_path / result.folder / "act.txt").read_bytes() == result.files[0].content


def test_what_a_killed_delivery_left_behind_goes(tmp_path: Path) -> None:
    for connector in (WinBooks(), CsvFile()):
        result = connector.export(make_job())
        if result.folder:
            (tmp_path / f".{result.folder}.new").mkdir()
        else:
            (tmp_path / f".{result.files[0].name}.new").write_bytes(b"half")
        assert deliver_to_folder(tmp_path, result) == ()
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_files_with_fixed_names_have_a_folder_per_booking(tmp_path: Path) -> None:
    for key in ("one", "two"):
        deliver_to_folder(tmp_path, WinBooks().export(make_job(make_booking(key=key))))
    assert len(list(tmp_path.glob("*/act.txt"))) == 2


def test_what_belongs_together_appears_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def fail_at_second(folder: Path, file: ExportFile) -> None:
        written.append(file.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(delivery, "_write", fail_at_second)
    with pytest.raises(Temporary, match="No space left"):
        deliver_to_folder(tmp_path, WinBooks().export(make_job()))
    assert list(tmp_path.iterdir()) == []


def test_no_half_file_is_left_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(Temporary, match="No space left"):
        deliver_to_folder(tmp_path, CsvFile().export(make_job()))
    assert list(tmp_path.iterdir()) == []


def test_the_table_appears_after_the_document_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that watches the folder takes the table up at once."""
    order: list[str] = []
    rename = Path.rename

    def noted(self: Path, target: Path) -> Path:
        order.append(Path(target).suffix)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", noted)
    deliver_to_folder(tmp_path, CsvFile().export(make_job()))
    assert order == [".pdf", ".csv"]


@pytest.mark.parametrize("connector", [CsvFile(), WinBooks()])
def test_a_missing_folder_is_a_problem_to_mend(
    tmp_path: Path, connector: CsvFile | WinBooks
) -> None:
    folder = tmp_path / "not mounted"
    problems = deliver_to_folder(folder, connector.export(make_job()))
    assert problems == (Problem(field="export", reason="target_unreachable", value=str(folder)),)
    assert not folder.exists()


def test_a_file_in_place_of_the_folder_is_a_problem_too(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    problems = deliver_to_folder(file, CsvFile().export(make_job()))
    assert [p.reason for p in problems] == ["target_unreachable"]


def test_folders_below_the_exports_are_made_and_shares_are_not(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    assert export_folder(exports, "bakkerij/2026").is_dir()
    share = tmp_path / "share"
    assert export_folder(exports, str(share)) == share
    assert not share.exists()


def test_a_share_that_is_not_mounted_is_a_problem(tmp_path: Path) -> None:
    folder = export_folder(tmp_path / "share" / "exports", "bakkerij")
    problems = deliver_to_folder(folder, CsvFile().export(make_job()))
    assert [p.reason for p in problems] == ["target_unreachable"]
    assert not (tmp_path / "share").exists()


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "bakkerij").write_text("a file")
    with pytest.raises(Temporary):
        export_folder(tmp_path, "bakkerij/2026")


@pytest.mark.parametrize("name", ["../up.csv", "a/b.csv", "/etc/x", ".hidden", ""])
def test_a_name_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    file = ExportFile(name=name, media_type="text/csv", content=b"x")
    with pytest.raises(ValueError, match="not the name of a file"):
        deliver_to_folder(tmp_path, ExportResult(files=(file,)))


def test_people_can_read_the_name() -> None:
    name = booking_name(make_booking(counterparty_name="Café Pañ & Søn", key="k"), ".xml")
    assert name.startswith("2026-03-14_Cafe-Pan-Son_F2026-17_")
    assert name.endswith(".xml")


@given(st.text(), st.text(), st.text(min_size=1))
def test_any_name_is_safe_and_short(name: str, number: str, key: str) -> None:
    booking = make_booking(counterparty_name=name, invoice_number=number, key=key)
    stem = booking_stem(booking)
    assert stem.replace("-", "").replace("_", "").isalnum()
    assert stem.isascii()
    assert len(stem) <= 110
    assert stem == booking_stem(booking)


def test_bookings_that_look_the_same_have_names_of_their_own() -> None:
    assert booking_stem(make_booking(key="a")) != booking_stem(make_booking(key="b"))


@pytest.mark.parametrize(
    ("name", "media_type", "suffix"),
    [
        ("Factuur.PDF", "application/pdf", ".pdf"),
        ("x", "image/jpeg", ".jpg"),
        ("mail.EML", "message/rfc822", ".eml"),
        ("../../etc/passwd", "application/octet-stream", ".bin"),
        ("a.b/c d", "application/octet-stream", ".bin"),
    ],
)
def test_a_suffix_is_kept_when_it_is_one(name: str, media_type: str, suffix: str) -> None:
    file = ExportFile(name=name, media_type=media_type, content=b"")
    assert renamed(file, make_booking()).name == booking_name(make_booking(), suffix)


def test_connectors_are_found_by_name() -> None:
    assert {name: find_connector(name).name for name in CONNECTORS} == {
        "csv": "csv",
        "ubl": "ubl",
        "winbooks": "winbooks",
    }
    with pytest.raises(Permanent, match="csv, ubl, winbooks"):
        find_connector("horus")
