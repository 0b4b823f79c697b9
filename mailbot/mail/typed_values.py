"""Reads amounts and dates as people type them."""

import re
from datetime import date
from decimal import Decimal

from mailbot.mail.words import fold_line, words

_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?-?")
_CURRENCY = re.compile(
    r"(?i)\s*(?:euros?|eur|\u20ac|chf|francs?|franken|fr|usd|dollars?|gbp|pounds?|\$|\u00a3)\.?\s*"
)
#: "1.210,-" (Netherlands), "1210.--" (Switzerland)
_NO_CENTS = re.compile(r"(?<=\d)[.,][-\u2013]{1,2}$")
#: "15-12" is a day or a range
_TWO_SHORT = re.compile(r"\d{1,2}-\d{1,2}")
#: "12 + 25", "605 - 10 %", "3 x 45,50": steps from left to right
_STEP = re.compile(r"\s*([+*x\u00d7\u2212\u2013-])\s*([\d.,'\u00a0\u202f ]*\d)\s*(%?)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
_NUMERIC = re.compile(r"(\d{1,2})\s?[/.-]\s?(\d{1,2})(?:\s?[/.-]\s?(\d{4}|\d{2}))?\.?$")
_WORDED = re.compile(
    r"(?:[a-z]+ )?(\d{1,2})(?:\.|er|st|nd|rd|th|e)?(?: of)? ([a-z]+)\.?,?(?: (\d{4}))?$"
)
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?$")
_ARTICLE = re.compile(r"^(?:den|de|le|the|dem|der|am|op|on|zum|au|du|uiterlijk|until) ")
_MONTHS_BACK = 6


def read_amount(text: str) -> str | None:
    """Return an amount as "1210.00", None if `text` is not one amount and no more."""
    plain = _NO_CENTS.sub("", _CURRENCY.sub("", text).strip()).rstrip(".")
    if not _AMOUNT.fullmatch(plain):
        return None
    sign = "-" if plain.startswith("-") or plain.endswith("-") else ""
    digits = re.sub(r"[ '\u00a0\u202f-]", "", plain)
    decimal = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: decimal.start()] if decimal else digits
    number = f"{re.sub(r'[.,]', '', whole)}.{decimal[1] if decimal else '0'}"
    return f"{Decimal(sign + number):.2f}"


def read_sum(text: str) -> str | None:
    """Return what "120+25,50", "605 - 10%" or "3 x 45" comes to, or one amount, as "145.50".

    None when it is no sum, or comes to nothing or less: "500-600" is a range.
    """
    plain = _CURRENCY.sub("", text).strip().lstrip("=").strip()
    first = re.match(r"[\d.,'\u00a0\u202f ]*\d", plain)
    if first is None or first.end() == len(plain) or _TWO_SHORT.fullmatch(plain):
        return read_amount(text)
    total = read_amount(first[0])
    at = first.end()
    while total is not None and at < len(plain):
        step = _STEP.match(plain, at)
        total = _stepped(Decimal(total), *step.groups()) if step else None
        at = step.end() if step else at
    return total if total is not None else read_amount(text)


def _stepped(total: Decimal, sign: str, typed: str, percent: str) -> str | None:
    amount = read_amount(typed)
    if amount is None or (percent and sign in "*x\u00d7"):
        return None
    value = Decimal(amount)
    if sign in "*x\u00d7":
        return f"{total * value:.2f}"
    change = total * value / 100 if percent else value
    after = total + change if sign == "+" else total - change
    return f"{after:.2f}" if after > 0 else None


def read_day(text: str, sent_on: date) -> str | None:
    """Return a full date as ISO, None if `text` is not one day.

    Numbers are day first (Belgium, the Netherlands, France, Germany, United Kingdom). Without a
    year the next such day counts from `sent_on`, unless it was within the last half year.
    """
    plain = _ARTICLE.sub("", fold_line(text).strip(" .,"))
    if match := _ISO.match(plain):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC.match(plain):
        return _with_year(match[3], int(match[2]), int(match[1]), sent_on)
    if match := _WORDED.match(plain):
        month = _month(match[2])
        return _with_year(match[3], month, int(match[1]), sent_on) if month else None
    if match := _MONTH_FIRST.match(plain):
        month = _month(match[1])
        return _with_year(match[3], month, int(match[2]), sent_on) if month else None
    return None


def read_period(text: str) -> str | None:
    """Return a booking period as "2026-11", None if `text` is not a month."""
    plain = fold_line(text).strip(" .")
    if match := re.fullmatch(r"(\d{4})\s?[-/. ]?\s?(\d{1,2})", plain):
        year, month = int(match[1]), int(match[2])
    elif match := re.fullmatch(r"(\d{1,2})\s?[-/. ]\s?(\d{4})", plain):
        year, month = int(match[2]), int(match[1])
    elif match := re.fullmatch(r"([a-z]+) (\d{4})", plain):
        year, month = int(match[2]), _month(match[1])
    else:
        return None
    return f"{year:04}-{month:02}" if 1 <= month <= 12 else None


def begins_with_month(text: str) -> bool:
    """Whether the first word is a month."""
    first = re.match(r"[^\W\d_]+", text)
    return bool(first and _month(fold_line(first[0])))


def _month(word: str) -> int:
    return next((i for i in range(1, 13) if word in words("months", str(i))), 0)


def _with_year(year: str | None, month: int, day: int, sent_on: date) -> str | None:
    if year:
        return _iso(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = _iso(sent_on.year, month, day)
    if found is None:
        return _iso(sent_on.year + 1, month, day)
    back = (sent_on - date.fromisoformat(found)).days
    if back > _MONTHS_BACK * 30:
        return _iso(sent_on.year + 1, month, day)
    return found


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
