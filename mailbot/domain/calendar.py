"""Working days: when somebody can be expected to have answered.

Holidays by time zone: Belgium (law of 4 January 1974 on holidays), the Netherlands (Algemene
termijnenwet, article 3); elsewhere only weekends count.
"""

from datetime import date, timedelta
from functools import cache

_SATURDAY = 5
#: (month, day)
_FIXED = {
    "Europe/Brussels": ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)),
    "Europe/Amsterdam": ((1, 1), (4, 27), (5, 5), (12, 25), (12, 26)),
}
#: days after Easter
_MOVING = {"Europe/Brussels": (1, 39, 50), "Europe/Amsterdam": (-2, 1, 39, 50)}


def is_working_day(day: date, time_zone: str) -> bool:
    """Whether offices in this time zone (IANA name) work on this day."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year, time_zone)


def after_working_days(day: date, count: int, time_zone: str) -> date:
    """Return the day that is `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, time_zone)
    return day


@cache
def _holidays(year: int, time_zone: str) -> frozenset[date]:
    fixed = (date(year, month, day) for month, day in _FIXED.get(time_zone, ()))
    sunday = easter(year)
    moving = (sunday + timedelta(days=days) for days in _MOVING.get(time_zone, ()))
    return frozenset((*fixed, *moving))


def easter(year: int) -> date:
    """Return Easter Sunday (Gregorian computus, Meeus/Jones/Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    correction = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
