"""The commands about what was learned: list, show and forget, plain and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.domain.events import EventKind
from mailbot.domain.learning import (
    Anchor,
    FieldHabit,
    PastBooking,
    Place,
    Relation,
    SupplierHabits,
)
from mailbot.domain.people import JournalKind
from mailbot.entrypoints.cli import app
from storage.audit import events_about
from storage.suppliers import WHOLE_OFFICE, record_habits
from tests.kit.bookings import make_line
from tests.kit.browser import NOW, House, open_house

PLACE = Place(
    page=1,
    pages_after=0,
    x0=0.32,
    x1=0.41,
    y=0.28,
    anchors=(
        Anchor(relation=Relation.LEFT, words="zakmerk"),
        Anchor(relation=Relation.ABOVE, words="wijmalen"),
    ),
)
MILL = SupplierHabits(
    name="Molen De Vlier BV",
    vat="BE0431820739",
    called=("molendevlierbv", "molendevlier"),
    read_as=("wijmalenmetdewind",),
    confirmed=2,
    fields={"invoice_number": (FieldHabit(place=PLACE, overrules=True, confirmed=2),)},
    number_shapes=("AA99/99999",),
    month_first=False,
    decimal_mark=",",
    bookings=(
        PastBooking(
            document_id="d1",
            kind=JournalKind.PURCHASE,
            is_credit_note=False,
            journal="AK",
            read_codes=("S21",),
            lines=(make_line("80.00", account="601000", text="Bloem"),),
        ),
    ),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path / "data") as opened:
        with opened.context.transaction() as unit:
            for dossier in (WHOLE_OFFICE, "bakkerij"):
                record_habits(unit.session, "kantoor", dossier, MILL, at=NOW)
        (tmp_path / "mailbot.toml").write_text(
            f'[service]\ndata = "{opened.context.settings.service.data}"\n'
        )
        yield opened


def run(folder: Path, *words: str, code: int = 0) -> tuple[list[str], str]:
    arguments = ["supplier", *words, "--config", str(folder / "mailbot.toml")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout.splitlines(), result.stderr


def test_everybody_is_listed(house: House, tmp_path: Path) -> None:
    lines, _ = run(tmp_path, "list", "kantoor")
    assert [line.split("  ")[-1].strip() for line in lines] == ["the whole office", "bakkerij"]
    records, _ = run(tmp_path, "list", "kantoor", "--json")
    assert [json.loads(record)["dossier"] for record in records] == [None, "bakkerij"]


@pytest.mark.parametrize("name", ["BE0431820739", "0431.820.739", "molen de vlier", "Molen"])
def test_one_is_shown_with_all_that_is_known(house: House, tmp_path: Path, name: str) -> None:
    if name == "Molen":
        _, why = run(tmp_path, "show", "kantoor", name, code=1)
        assert why.startswith("Nothing was learned of Molen in kantoor")
        return
    lines, _ = run(tmp_path, "show", "kantoor", name)
    told = "\n".join(lines)
    for words in (
        "Molen De Vlier BV, BE0431820739",
        "taught by 2 confirmed documents",
        "called    molendevlier before",
        "read as   wijmalenmetdewind",
        "numbers   AA99/99999",
        "dates     day first",
        'invoice_number     right of "zakmerk"; below "wijmalen"; page 1, 32% from the left',
        "corrected, right 2 times, wrong 0 times, 92% sure",
        'booked    d1 purchase invoice in AK: 601000 80.00 S21 "Bloem"',
    ):
        assert words in told, told


def test_what_is_shown_as_json_is_all_of_it(house: House, tmp_path: Path) -> None:
    records, _ = run(tmp_path, "show", "kantoor", MILL.vat, "--json")
    first = json.loads(records[0])
    assert first["office"] == "kantoor"
    assert first["fields"]["invoice_number"][0]["place"]["anchors"][0]["words"] == "zakmerk"
    assert first["bookings"][0]["lines"][0]["ledger_account"] == "601000"


def test_one_is_forgotten_with_an_event(house: House, tmp_path: Path) -> None:
    (line,), _ = run(tmp_path, "forget", "kantoor", "Molen De Vlier BV")
    assert line == "Molen De Vlier BV: forgotten."
    assert run(tmp_path, "list", "kantoor") == ([], "")
    with house.context.database.reading() as session:
        events = events_about(session, "kantoor")
    told = [event.data for event in events if event.kind is EventKind.SUPPLIER_FORGOTTEN]
    assert [one["holds_in"] for one in told] == ["kantoor", "bakkerij"]
    run(tmp_path, "forget", "kantoor", "Molen De Vlier BV", code=1)


@pytest.mark.parametrize("words", [("list",), ("show", "x"), ("forget", "x")])
def test_an_office_that_is_not_there_is_said(
    house: House, tmp_path: Path, words: tuple[str, ...]
) -> None:
    _, why = run(tmp_path, words[0], "ander", *words[1:], code=1)
    assert why.startswith("There is no office ander")
