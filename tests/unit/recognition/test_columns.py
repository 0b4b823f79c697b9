"""Rows of headings and the values of their columns."""

from mailbot.recognition.candidates import find_candidates
from mailbot.recognition.dates import decide_dates
from mailbot.recognition.fields import decide_number
from tests.kit.layouts import layout_of


def number_and_date(*rows: tuple[tuple[float, str], ...]) -> tuple[str | None, str | None]:
    layout = layout_of(*rows)
    candidates = find_candidates(layout)
    number, (issued, _due) = decide_number(layout, candidates), decide_dates(layout, candidates)
    return number and number.value, issued and issued.value.isoformat()


def test_headings_name_the_row_below() -> None:
    assert number_and_date(
        ((50, "Factuurnr."), (200, "Klantnr."), (350, "Datum")),
        ((50, "R236181"), (200, "84098"), (350, "22.11.2023")),
    ) == ("R236181", "2023-11-22")


def test_values_stand_above_their_headings() -> None:
    assert number_and_date(
        ((50, "R236181"), (200, "84098"), (350, "22.11.2023")),
        ((50, "Factuurnr."), (200, "Klantnr."), (350, "Datum")),
        ((50, "Omschrijving"), (200, "Aantal"), (350, "Prijs")),
    ) == ("R236181", "2023-11-22")


def test_rows_of_labels_with_their_values_are_no_headings() -> None:
    assert number_and_date(
        ((50, "Nummer"), (150, "R236181"), (300, "Vervaldag"), (400, "22.12.2023")),
        ((50, "Contact"), (150, "Jan"), (300, "Datum"), (400, "22.11.2023")),
    ) == ("R236181", "2023-11-22")
