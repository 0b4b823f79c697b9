"""Reads days as people name them ahead of time: "vrijdag", "next week", "fin décembre"."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from mailbot.mail.typed_values import read_day
from mailbot.mail.words import fold_line, list_names, words

_WEEK = 7
_MOST_AHEAD = 400


def read_coming_day(text: str, today: date) -> date | None:
    """Return the day that `text` names, the first such day after `today`; None if it names none.

    A week and a month begin with their first day, so that nothing waits longer than was meant.
    """
    full = read_day(text, today)
    if full is not None:
        return date.fromisoformat(full)
    plain = fold_line(text).strip(" .!,")
    found = (reader(plain, today) for reader in (_named, _weekday, _ahead, _in_month))
    return next((day for day in found if day is not None), None)


def _named(plain: str, today: date) -> date | None:
    """Read "morgen", "next week", "fin du mois"."""
    name = next((n for n in _NAMED if plain in words("coming", n)), None)
    return _NAMED[name](today) if name else None


def _weekday(plain: str, today: date) -> date | None:
    bare = _without(plain, "next")
    number = next((int(n) for n in list_names("weekdays") if bare in words("weekdays", n)), 0)
    if not number:
        return None
    return today + timedelta(days=(number - today.isoweekday() - 1) % _WEEK + 1)


def _ahead(plain: str, today: date) -> date | None:
    """Read "over 3 dagen", "2 weeks"."""
    match = re.fullmatch(r"(\d{1,3}) ([a-z]+)", _without(plain, "ahead"))
    if match is None or not 0 < int(match[1]) <= _MOST_AHEAD:
        return None
    count, unit = int(match[1]), match[2]
    if unit in words("coming", "days"):
        return today + timedelta(days=count)
    if unit in words("coming", "weeks"):
        return today + timedelta(days=count * _WEEK)
    return _month_start(today, count) if unit in words("coming", "months") else None


def _in_month(plain: str, today: date) -> date | None:
    """Read "begin december", "mi-janvier", "Ende März", "december"."""
    parts = {"start": 1, "middle": 15, "end": 0}
    for part, day in parts.items():
        for word in words("coming", part):
            if plain.startswith(word) and (first := _next_month_called(plain[len(word) :], today)):
                return first.replace(day=day) if day else _month_end(first)
    return _next_month_called(plain, today)


def _next_month_called(name: str, today: date) -> date | None:
    """Return the first day of the month that is called so, this one included."""
    plain = name.strip(" -")
    number = next((i for i in range(1, 13) if plain in words("months", str(i))), 0)
    if not number:
        return None
    return date(today.year + (number < today.month), number, 1)


def _without(plain: str, name: str) -> str:
    """Return `plain` without the words of a list in front of it or behind it."""
    for word in words("coming", name):
        plain = plain.removeprefix(f"{word} ").removesuffix(f" {word}")
    return plain


def _month_start(today: date, ahead: int) -> date:
    months = today.year * 12 + today.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _month_end(day: date) -> date:
    return _month_start(day, 1) - timedelta(days=1)


_NAMED: dict[str, Callable[[date], date]] = {
    "tomorrow": lambda today: today + timedelta(days=1),
    "after_tomorrow": lambda today: today + timedelta(days=2),
    "next_week": lambda today: today + timedelta(days=_WEEK + 1 - today.isoweekday()),
    "next_month": lambda today: _month_start(today, 1),
    "month_end": _month_end,
    "year_end": lambda today: date(today.year, 12, 31),
    "next_year": lambda today: date(today.year + 1, 1, 1),
}
