"""The comparison behind `make golden`."""

from pathlib import Path

import pytest

from tests.kit import golden


def test_what_was_written_compares_and_anything_else_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    golden.write("nl/approval.txt", "Goedkeuren?\n€ 605,00\n")
    golden.compare("nl/approval.txt", "Goedkeuren?\n€ 605,00\n")
    with pytest.raises(AssertionError):
        golden.compare("nl/approval.txt", "Goedkeuren?\n€ 650,00\n")


def test_a_text_that_nobody_has_read_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    with pytest.raises(AssertionError, match="make golden"):
        golden.compare("nl/approval.txt", "")
