"""Working days of Belgium and the Netherlands."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.calendar import after_working_days, is_working_day

BRUSSELS, AMSTERDAM = "Europe/Brussels", "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("day", "time_zone", "works"),
    [
        (date(2026, 11, 20), BRUSSELS, True),
        (date(2026, 11, 21), BRUSSELS, False),
        (date(2026, 11, 11), BRUSSELS, False),
        (date(2026, 11, 11), AMSTERDAM, True),
        (date(2026, 4, 27), AMSTERDAM, False),
        (date(2026, 4, 6), BRUSSELS, False),
        (date(2027, 3, 29), AMSTERDAM, False),
        (date(2027, 5, 6), BRUSSELS, False),
        (date(2038, 4, 26), BRUSSELS, False),
        (date(2026, 12, 25), "Europe/London", True),
    ],
)
def test_weekends_and_holidays_are_no_working_days(day: date, time_zone: str, works: bool) -> None:
    assert is_working_day(day, time_zone) is works


def test_three_working_days_before_christmas() -> None:
    assert after_working_days(date(2026, 12, 23), 3, BRUSSELS) == date(2026, 12, 29)
    assert after_working_days(date(2026, 12, 23), 0, BRUSSELS) == date(2026, 12, 23)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 10))
def test_it_ends_on_a_working_day_and_not_far_away(day: date, count: int) -> None:
    end = after_working_days(day, count, BRUSSELS)
    assert is_working_day(end, BRUSSELS)
    assert timedelta(days=count) <= end - day <= timedelta(days=2 * count + 6)
