"""`mailbot separator` writes the sheet, or says why it cannot."""

from pathlib import Path

from typer.testing import CliRunner

from mailbot.entrypoints.cli import app
from mailbot.recognition.page_cut import count_pages


def test_the_sheet_is_written(tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    result = CliRunner().invoke(app, ["separator", str(file)])
    assert result.exit_code == 0
    assert str(file) in result.output
    assert count_pages(file.read_bytes()) == 1


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["separator", str(tmp_path / "none" / "sheet.pdf")])
    assert result.exit_code == 1
    assert "cannot be written" in result.output
