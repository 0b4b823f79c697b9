"""Our WinBooks files have the shape of the sample files; read in place, never copied."""

import csv
from pathlib import Path

import pytest

from connectors.winbooks import ACT_COLUMNS, CSF_COLUMNS, WinBooks
from tests.kit.bookings import make_job

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "connectors" / "samples"
SAMPLES = FOLDER / "winbooks"
#: a booking does not know where its counterparty lives
ADDRESS = {"ADDRESS1", "ZIPCODE", "CITY"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not there"),
]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode("cp1252").splitlines(), strict=True))


def filled(table: list[list[str]], columns: tuple[str, ...]) -> list[set[str]]:
    """Return the names of the columns that are filled in each line, but for the address."""
    pairs = [zip(columns, row, strict=True) for row in table]
    return [{name for name, value in row if value} - ADDRESS for row in pairs]


@pytest.mark.parametrize("name", ["act.txt", "csf.txt"])
def test_the_columns_are_those_of_the_sample(name: str) -> None:
    columns = ACT_COLUMNS if name == "act.txt" else CSF_COLUMNS
    sample = rows((SAMPLES / name).read_bytes())
    [ours] = [f for f in WinBooks().export(make_job(connector="winbooks")).files if f.name == name]
    written = rows(ours.content)
    assert {len(row) for row in sample} == {len(row) for row in written} == {len(columns)}
    assert filled(written, columns) == filled(sample, columns)


def test_the_sample_has_our_signs_and_codes() -> None:
    sample = rows((SAMPLES / "act.txt").read_bytes())
    files = WinBooks().export(make_job(connector="winbooks")).files
    ours = rows(files[0].content)
    for name in ("DOCTYPE", "DBKTYPE", "AMOUNTEUR", "VATBASE", "VATCODE", "VATIMPUT", "ACCOUNTGL"):
        at = ACT_COLUMNS.index(name)
        assert [row[at] for row in ours] == [row[at] for row in sample]
