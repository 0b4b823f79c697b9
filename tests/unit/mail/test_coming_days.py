"""Days that people name ahead of time, in four languages, seen from Tuesday 3 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.coming_days import read_coming_day

TODAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("vrijdag", "2026-11-06"),
        ("volgende maandag", "2026-11-09"),
        ("dinsdag", "2026-11-10"),
        ("morgen", "2026-11-04"),
        ("overmorgen", "2026-11-05"),
        ("volgende week", "2026-11-09"),
        ("na het weekend", "2026-11-09"),
        ("volgende maand", "2026-12-01"),
        ("eind van de maand", "2026-11-30"),
        ("begin december", "2026-12-01"),
        ("half januari", "2027-01-15"),
        ("eind februari", "2027-02-28"),
        ("over 3 dagen", "2026-11-06"),
        ("2 weken", "2026-11-17"),
        ("15/12", "2026-12-15"),
        ("2026-12-15", "2026-12-15"),
        ("lundi prochain", "2026-11-09"),
        ("demain", "2026-11-04"),
        ("la semaine prochaine", "2026-11-09"),
        ("le mois prochain", "2026-12-01"),
        ("fin du mois", "2026-11-30"),
        ("mi-décembre", "2026-12-15"),
        ("dans 10 jours", "2026-11-13"),
        ("next Friday", "2026-11-06"),
        ("next week", "2026-11-09"),
        ("the end of the month", "2026-11-30"),
        ("early January", "2027-01-01"),
        ("in 2 weeks", "2026-11-17"),
        ("nächsten Montag", "2026-11-09"),
        ("übermorgen", "2026-11-05"),
        ("Ende des Monats", "2026-11-30"),
        ("Mitte Dezember", "2026-12-15"),
        ("in 3 Tagen", "2026-11-06"),
        ("15.12.", "2026-12-15"),
    ],
)
def test_a_day_that_is_named_is_found(text, day):
    assert read_coming_day(text, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["", "later", "de creditnota", "0 dagen", "31/02", "nader order", "vrijdag of maandag"]
)
def test_what_names_no_day_is_none(text):
    assert read_coming_day(text, TODAY) is None


@given(st.text(max_size=40), st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_any_text_is_read(text, today):
    day = read_coming_day(text, today)
    assert day is None or isinstance(day, date)
