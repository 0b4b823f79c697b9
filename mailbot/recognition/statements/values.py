"""Small values in bank files: text, amounts and dates as their formats write them."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from mailbot.domain.money import CENT

#: two digits of a year: from here on it is 19..
_LAST_CENTURY = 80
_DECEMBER, _JANUARY = 12, 1
_THOUSANDTHS = re.compile(r"\d{15}", re.ASCII)
_COMMA_AMOUNT = re.compile(r"(?=,?\d)\d{0,20}(?:,\d{0,5})?", re.ASCII)
_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)
#: control characters but tab and line ends
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def read_text(content: bytes) -> str:
    """Return `content` as text with lines that end in a line feed, without control characters."""
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


def _decoded(content: bytes) -> str:
    """Return UTF-16 with its mark, else UTF-8 when it is that, else Windows-1252 or Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def squeezed(*parts: str | None) -> str | None:
    """Return `parts` one after another with single spaces, None when nothing is in them."""
    return " ".join(" ".join(part for part in parts if part).split()) or None


def first_of(values: Iterable[str | None]) -> str | None:
    """Return the first value that is there."""
    return next((value for value in values if value), None)


def neat(amount: Decimal) -> Decimal:
    """Return `amount` with two decimals, more only when it has more."""
    in_cents = amount.quantize(CENT)
    return in_cents if in_cents == amount else amount


def read_thousandths(digits: str) -> Decimal | None:
    """Return an amount of CODA: 15 digits, the last three behind the point."""
    return neat(Decimal(digits) / 1000) if _THOUSANDTHS.fullmatch(digits) else None


def read_comma_amount(text: str) -> Decimal | None:
    """Return an amount of SWIFT (15d): a decimal comma, with or without digits behind it."""
    if not _COMMA_AMOUNT.fullmatch(text):
        return None
    return neat(Decimal(text.replace(",", ".")))


def read_ddmmyy(text: str) -> date | None:
    """Return a date of CODA; zeros and blanks are none."""
    return make_date(text[4:6], text[2:4], text[:2]) if _SIX_DIGITS.fullmatch(text) else None


def read_yymmdd(text: str) -> date | None:
    """Return a date of SWIFT."""
    return make_date(text[:2], text[2:4], text[4:6]) if _SIX_DIGITS.fullmatch(text) else None


def make_date(year: str, month: str, day: str) -> date | None:
    """Return the day of two-digit parts.

    German banks count 30 days in every month: 30 February is its last day.
    """
    full_year = int(year) + (1900 if int(year) >= _LAST_CENTURY else 2000)
    try:
        if (month, day) in {("02", "30"), ("02", "29")}:
            return date(full_year, 3, 1) - timedelta(days=1)
        return date(full_year, int(month), int(day))
    except ValueError:
        return None


def near(value_date: date | None, month_and_day: str) -> date | None:
    """Return the day MMDD in the year that is nearest to `value_date` (subfield 2 of :61:)."""
    if value_date is None or not month_and_day:
        return None
    month = int(month_and_day[:2])
    year = value_date.year
    if (value_date.month, month) == (_DECEMBER, _JANUARY):
        year += 1
    if (value_date.month, month) == (_JANUARY, _DECEMBER):
        year -= 1
    return make_date(f"{year % 100:02}", month_and_day[:2], month_and_day[2:])
