"""The grammars of invoices: dates, amounts, rates and terms of payment.

Every `find_*` takes a line of text and yields what it found with its place in the text; nothing
here looks at the page or raises. Numbers with check digits are found by `identifiers`.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from mailbot.recognition.vocabulary import WORDS

T = TypeVar("T")

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
#: digits before the decimals; more is no amount on an invoice
_MAX_DIGITS = 11

_MONTHS = {name: int(number) for number, names in WORDS["months"].items() for name in names}


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value and where it stands in the text."""

    value: T
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date; `swapped` is the reading with month first when that is possible, too."""

    day: date
    swapped: date | None = None
    #: false for eight digits in a row, which may be any number
    is_certain: bool = True
    #: true when only the reading with the month first is possible
    is_month_first: bool = False


@dataclass(frozen=True, slots=True)
class AmountReading:
    """A number as money is written."""

    amount: Decimal
    #: digits behind the decimal sign
    n_decimals: int
    #: a currency stands beside it
    has_currency: bool

    @property
    def is_money(self) -> bool:
        """Whether it is written like an amount: two decimals, or a currency beside it."""
        return self.n_decimals == 2 or self.has_currency


@dataclass(frozen=True, slots=True)
class Term:
    """When an invoice must be paid."""

    days: int
    to_end_of_month: bool = False
    on_receipt: bool = False

    def due_date(self, issued: date) -> date | None:
        """Return the day of payment; payment on receipt has none."""
        if self.on_receipt:
            return None
        due = issued + timedelta(days=self.days)
        if self.to_end_of_month:
            due = due.replace(day=monthrange(due.year, due.month)[1])
        return due


# --- dates ---------------------------------------------------------------------------------------

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMERIC = re.compile(
    r"(?<![\d.,/+-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d]|[./-]\d)"
)
_ISO = re.compile(r"(?<![\d.,/-])((?:19|20)\d{2})([./-])(\d{1,2})\2(\d{1,2})(?![\d]|[./-]\d)")
_COMPACT = re.compile(r"(?<![\w.,/-])(20\d{2})(\d{2})(\d{2})(?![\w]|[.,/-]\d)")
_DAY_NAME = re.compile(
    rf"(?<![\d.,/])(\d{{1,2}})(?:er|st|nd|rd|th|e)?[\s./-]{{0,3}}(?:de\s|of\s)?({_MONTH})\b"
    r"[\s.,/'-]{0,3}(\d{4}|\d{2})(?![\d])"
)
_NAME_DAY = re.compile(
    rf"\b({_MONTH})\b[\s./-]{{0,2}}(\d{{1,2}})(?:st|nd|rd|th)?[\s.,/-]{{1,4}}(\d{{4}})(?!\d)"
)


def find_dates(text: str) -> Iterator[Found[DateReading]]:
    """Yield the dates in `text`: 03/02/2026, 2026-02-03, 3 februari 2026, Feb 3, 2026."""
    plain = fold_letters(text)
    for pattern, read in _DATE_PATTERNS:
        for match in pattern.finditer(plain):
            reading = read(match)
            if reading:
                yield Found(reading, *match.span())


def _numeric(first: int, second: int, year: str, mark: str) -> DateReading | None:
    """Read day and month in this order; the month comes first with slashes and dashes only."""
    day = _date(year, second, first)
    swapped = _date(year, first, second) if mark != "." else None
    if day:
        return DateReading(day, swapped if swapped != day else None)
    return DateReading(swapped, is_month_first=True) if swapped else None


def _date(year: str, month: int, day: int) -> date | None:
    number = int(year) + (2000 if len(year) == 2 else 0)
    if not _FIRST_YEAR <= number <= _LAST_YEAR:
        return None
    try:
        return date(number, month, day)
    except ValueError:
        return None


def _plain(year: str, month: int, day: str, *, is_certain: bool = True) -> DateReading | None:
    read = _date(year, month, int(day))
    return DateReading(read, is_certain=is_certain) if read else None


_DATE_PATTERNS: tuple[
    tuple[re.Pattern[str], Callable[[re.Match[str]], DateReading | None]], ...
] = (
    (_NUMERIC, lambda m: _numeric(int(m[1]), int(m[3]), m[4], m[2])),
    (_ISO, lambda m: _plain(m[1], int(m[3]), m[4])),
    (_COMPACT, lambda m: _plain(m[1], int(m[2]), m[3], is_certain=False)),
    (_DAY_NAME, lambda m: _plain(m[3], _MONTHS[m[2]], m[1])),
    (_NAME_DAY, lambda m: _plain(m[3], _MONTHS[m[1]], m[2])),
)


# --- amounts and rates ---------------------------------------------------------------------------

_CURRENCY = r"(?:€|EUR|euros?|US\$|USD|\$|£|GBP|CHF|RM|MYR|PLN|SEK|DKK|NOK|CAD|¥)"
_SPACE = " \u00a0\u2009\u202f"
_AMOUNT = re.compile(
    rf"(?<![\w.,/])"
    rf"(?P<before>{_CURRENCY}[{_SPACE}]?)?"
    rf"(?P<sign>[-\u2013\u2212+][{_SPACE}]?)?"
    rf"(?P<inner>{_CURRENCY}[{_SPACE}]?)?"
    rf"(?P<number>\d{{1,3}}(?:(?P<mark>[.,'\u2019{_SPACE}])\d{{3}})(?:(?P=mark)\d{{3}})*(?:[.,]\d{{1,4}})?"
    rf"|\d+(?:[.,]\d{{1,4}})?)"
    rf"(?P<minus>[-\u2212](?![\w]))?"
    rf"(?P<after>[{_SPACE}]?{_CURRENCY}(?!\w))?"
    rf"(?!\d|[.,/]\d|[{_SPACE}]?%)",
    re.IGNORECASE,
)
_RATE = re.compile(rf"(?<![\d.,])(\d{{1,2}}(?:[.,]\d{{1,3}})?)[{_SPACE}]?%")


def find_amounts(text: str) -> Iterator[Found[AmountReading]]:
    """Yield the numbers in `text` that can be amounts: 1.234,56, 1 234,56, 1,234.56, -5, 5,00-."""
    at = 0
    while match := _AMOUNT.search(text, at):
        at = match.end() if match.end() > match.start() else match.end() + 1
        if _is_part_of_word(text, match):
            continue
        amount = read_amount(match["number"])
        if amount is None:
            continue
        is_negative = bool(match["minus"]) or (match["sign"] or "").strip() in (
            "-",
            "\u2013",
            "\u2212",
        )
        value, n_decimals = (-amount[0] if is_negative else amount[0]), amount[1]
        has_currency = bool(match["before"] or match["inner"] or match["after"])
        yield Found(AmountReading(value, n_decimals, has_currency), *match.span())


def _is_part_of_word(text: str, match: re.Match[str]) -> bool:
    """Tell whether letters touch the number: RM5 is an amount, A4 and 5kg are not."""
    start, end = match.start(), match.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    return before.isalnum() or after.isalpha()


def read_amount(text: str) -> tuple[Decimal, int] | None:
    """Return the value of digits with marks and how many decimals it has; None if too long."""
    compact = re.sub(rf"['\u2019{_SPACE}]", "", text)
    last = max(compact.rfind("."), compact.rfind(","))
    if last < 0:
        whole, decimals = compact, ""
    else:
        mark, other = compact[last], "," if compact[last] == "." else "."
        whole, decimals = compact[:last], compact[last + 1 :]
        is_group = len(decimals) == 3 and whole.lstrip("0") and other not in whole
        if is_group or mark in whole:
            whole, decimals = whole + decimals, ""
    whole = re.sub(r"[.,]", "", whole)
    if not (whole + decimals).isdecimal() or len(whole) > _MAX_DIGITS:
        return None
    return Decimal(f"{whole or '0'}.{decimals or '0'}"), len(decimals)


def find_rates(text: str) -> Iterator[Found[Decimal]]:
    """Yield the percentages in `text`."""
    for match in _RATE.finditer(text):
        yield Found(Decimal(match[1].replace(",", ".")), *match.span())


# --- terms of payment ----------------------------------------------------------------------------

_TERMS = WORDS["terms"]
_DAYS = re.compile(
    rf"(?<![\d.,/])(\d{{1,3}})\s?(?:kalender|calendar|werk|netto)?\s?(?:{'|'.join(_TERMS['days'])})\b"
)


#: "Net 30", "netto 14": usual terms only, for net amounts are written so, too
_NET = re.compile(
    r"\bnet(?:to)?\s(5|7|8|10|14|15|20|21|28|30|45|60|75|90|120)(?![\d%]|[.,]\d|\s?%|\s?eur|\s?\u20ac)"
)
#: a term that is all there is in its place, under a heading: "binnen 10 dagen"
_ALONE = re.compile(
    r"\s*(?:binnen|innerhalb(?: von)?|within|sous|a|in)?\s?\d{1,3}\s?"
    rf"(?:{'|'.join(_TERMS['days'])})\s*"
)


def find_terms(text: str) -> Iterator[Found[Term]]:
    """Yield terms of payment: "30 dagen einde maand", "payable à réception", "due in 30 days"."""
    plain = fold_letters(text)
    if not any(word in plain for word in _TERMS["payment"]) and not _ALONE.fullmatch(plain):
        return
    for match in _DAYS.finditer(plain):
        clause = _clause(plain, *match.span())
        if any(word in clause for word in _TERMS["not_payment"]) or "%" in clause:
            continue
        after = plain[match.end() : match.end() + 30]
        to_end = any(word in after for word in _TERMS["end_of_month"])
        yield Found(Term(int(match[1]), to_end), *match.span())
        return
    if net := _NET.search(plain):
        yield Found(Term(int(net[1])), *net.span())
        return
    for word in _TERMS["on_receipt"]:
        place = re.search(rf"\b{re.escape(word)}\b", plain)
        if place and not any(other in plain for other in _TERMS["not_payment"]):
            yield Found(Term(0, on_receipt=True), *place.span())
            return


_CLAUSE_END = re.compile(r"[.,;:]\s|\s[\u2013-]\s")


def _clause(text: str, start: int, end: int) -> str:
    """Return the part of the sentence around a place."""
    begin = max((m.end() for m in _CLAUSE_END.finditer(text, 0, start)), default=0)
    close = _CLAUSE_END.search(text, end)
    return text[begin : close.start() if close else len(text)]


def fold_letters(text: str) -> str:
    """Return `text` in lower case without accents, character for character (places stay valid)."""
    return "".join(
        unicodedata.normalize("NFD", c)[0].lower()[:1] or c if not c.isascii() else c.lower()
        for c in text
    )
