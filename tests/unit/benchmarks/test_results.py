"""The file of results keeps one section a benchmark."""

from pathlib import Path

from rich.table import Table

from benchmarks.results import from_rows, keep, to_markdown


def test_a_table_is_markdown_below_its_title() -> None:
    table = Table("size", "ratio", title="Postfix")
    table.add_row("2 kB", "1.2 | 3")
    assert to_markdown(table) == "Postfix:\n\n| size | ratio |\n| --- | --- |\n| 2 kB | 1.2 / 3 |"


def test_a_second_run_takes_the_place_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    keep("workers", [from_rows("", [("text", "1.6")])], file)
    keep("acceptance", [from_rows("", [("2 kB", "1.0")])], file)
    keep("workers", [from_rows("", [("text", "1.9")])], file)
    told = file.read_text()
    assert told.index("## acceptance") < told.index("## workers")
    assert "1.9" in told
    assert "1.6" not in told
    assert told.count("Linux") == 2
