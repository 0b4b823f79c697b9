"""Days on which payments in euro settle."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.target_days import first_target_day, is_target_day, last_target_day


@pytest.mark.parametrize(
    ("day", "settles"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 4), False),
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 4, 7), True),
        (date(2026, 5, 1), False),
        (date(2026, 7, 21), True),  # a holiday of Belgium, not of banks
        (date(2026, 11, 11), True),
        (date(2026, 12, 24), True),
        (date(2026, 12, 25), False),
        (date(2028, 12, 26), False),
        (date(2027, 3, 26), False),  # Good Friday
        (date(2027, 3, 29), False),  # Easter Monday
    ],
)
def test_closing_days(day: date, settles: bool) -> None:
    assert is_target_day(day) is settles


@given(st.dates(date(2002, 1, 1), date(2100, 12, 25)))
def test_there_is_a_day_before_and_after_within_four_days(day: date) -> None:
    before, after = last_target_day(day), first_target_day(day)
    assert is_target_day(before)
    assert is_target_day(after)
    assert day - timedelta(days=4) <= before <= day <= after <= day + timedelta(days=4)
