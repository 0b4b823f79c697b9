"""On which day a payment leaves."""

from datetime import date

import pytest

from mailbot.rules.payment_dates import actual_day, day_of_due_date

THURSDAY = date(2026, 11, 26)
SATURDAY = date(2026, 11, 28)
MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("wanted", "today", "day"),
    [
        (None, THURSDAY, THURSDAY),
        (date(2026, 1, 5), THURSDAY, THURSDAY),
        (MONDAY, THURSDAY, MONDAY),
        (SATURDAY, THURSDAY, MONDAY),
        (None, SATURDAY, MONDAY),
        (date(2026, 12, 25), THURSDAY, date(2026, 12, 28)),
    ],
)
def test_never_a_past_day_always_one_on_which_banks_work(
    wanted: date | None, today: date, day: date
) -> None:
    assert actual_day(wanted, today) == day


@pytest.mark.parametrize(
    ("due", "today", "day"),
    [
        (MONDAY, THURSDAY, MONDAY),
        (SATURDAY, THURSDAY, date(2026, 11, 27)),
        (date(2026, 12, 27), THURSDAY, date(2026, 12, 24)),
        (SATURDAY, SATURDAY, MONDAY),
        (date(2026, 11, 2), THURSDAY, THURSDAY),
    ],
)
def test_a_due_date_is_never_missed_because_banks_are_closed(
    due: date, today: date, day: date
) -> None:
    assert day_of_due_date(due, today) == day
