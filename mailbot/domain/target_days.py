"""The days on which banks settle payments in euro (TARGET, T2).

Source: European Central Bank, TARGET closing days since 2002: Saturdays, Sundays, 1 January,
Good Friday, Easter Monday, 1 May, 25 and 26 December.
"""

from datetime import date, timedelta

from mailbot.domain.calendar import easter

_SATURDAY = 5
#: (month, day)
_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}
#: days after Easter
_MOVING = (-2, 1)


def is_target_day(day: date) -> bool:
    """Whether payments in euro settle on this day."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED:
        return False
    return (day - easter(day.year)).days not in _MOVING


def first_target_day(day: date) -> date:
    """Return `day`, or the first TARGET day after it."""
    while not is_target_day(day):
        day += timedelta(days=1)
    return day


def last_target_day(day: date) -> date:
    """Return `day`, or the last TARGET day before it."""
    while not is_target_day(day):
        day -= timedelta(days=1)
    return day
