"""The grammars of invoices: dates, amounts, rates, terms, numbers with check digits.

Every `find_*` takes a line of text and yields what it found with its place in the text; nothing
here looks at the page or raises. Check digits: see `mailbot.domain.identifiers`.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from mailbot.domain.identifiers import read_enterprise_number, read_iban, read_ogm, read_vat_number
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


def _numeric(first: int, second: int, year: str) -> DateReading | None:
    day, swapped = _date(year, second, first), _date(year, first, second)
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
    (_NUMERIC, lambda m: _numeric(int(m[1]), int(m[3]), m[4])),
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


# --- numbers with check digits -------------------------------------------------------------------

_EU = (
    "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI|CH|NO"
)
_VAT = re.compile(rf"(?<![A-Z0-9])({_EU})[ .-]?((?:[0-9A-Z][ .]?){{7,12}}[0-9A-Z])(?![0-9A-Z])")
_VAT_BE = re.compile(r"(?<![A-Z0-9])BE[ .:-]{0,2}([01]?(?:[ .-]?\d){9})(?![\d])")
_VAT_NL = re.compile(r"(?<![A-Z0-9])NL[ .-]?((?:\d[ .-]?){9}B[ .-]?\d{2})(?!\d)")
_BARE_BE = re.compile(
    r"(?<![\d./+-])(?<!\b[A-Z]{2} )(?<![A-Z])[01]?\d{3}[ .]\d{3}[ .]\d{3}(?![\d/]|[ .]\d)"
)
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}[ ]?\d{2}(?:[ .-]?[0-9A-Z]){11,30})", re.IGNORECASE)
_BIC = re.compile(r"(?<![A-Z0-9])([A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![A-Za-z0-9])")
_OGM_MARKED = re.compile(r"([+*]{2,3})\s?(\d[\d\s/.-]{10,18}\d)\s?[+*]{2,3}")
_OGM_SLASHED = re.compile(r"(?<![\d/])(\d{3}\s?/\s?\d{4}\s?/\s?\d{5})(?![\d/])")
_OGM_BARE = re.compile(r"(?<![\d.,/+-])(\d{12})(?![\d.,/-]\d|\d)")

#: length of an IBAN per country (ISO 13616 registry), where invoices of our readers come from
_IBAN_LENGTH = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "SE": 24, "SI": 19, "SK": 24,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number with check digits as found; `is_valid` when they are right."""

    number: str
    is_valid: bool = True
    #: false when only its digits speak for it
    is_marked: bool = True


def find_vat_numbers(text: str) -> Iterator[Found[Identifier]]:
    """Yield VAT and Belgian enterprise numbers, with a country code wrong ones, too."""
    upper = text.upper()
    taken: list[tuple[int, int]] = []
    for pattern, country in ((_VAT_BE, "BE"), (_VAT_NL, "NL")):
        for match in pattern.finditer(upper):
            digits = re.sub(r"[^0-9B]", "", match[1])
            number = country + (digits.zfill(10) if country == "BE" else digits)
            taken.append(match.span())
            yield Found(Identifier(number, read_vat_number(number) is not None), *match.span())
    for match in _VAT.finditer(upper):
        if not _overlaps(match.span(), taken) and (found := _foreign_vat(text, match)):
            taken.append((found.start, found.end))
            yield found
    for match in _BARE_BE.finditer(upper):
        enterprise = read_enterprise_number(match[0])
        if enterprise and not _overlaps(match.span(), taken):
            yield Found(Identifier("BE" + enterprise, is_marked=False), *match.span())


def _foreign_vat(text: str, match: re.Match[str]) -> Found[Identifier] | None:
    """Return the longest valid number, else the whole when it is unbroken and nearly digits."""
    country, rest = match[1], match[2]
    for length in range(len(rest), 6, -1):
        compact = re.sub(r"[ .]", "", rest[:length])
        if len(compact) >= 8 and read_vat_number(country + compact):
            end = match.start(2) + length
            return Found(Identifier(country + compact), match.start(), end)
    run = re.match(
        r"[A-Z]{2}[ ]?(?=[A-Z]{0,2}\d{6})[0-9A-Z]{8,12}(?![0-9A-Z])", text[match.start() :]
    )
    if run and country not in ("BE", "NL"):
        number = run[0].replace(" ", "")
        return Found(Identifier(number, is_valid=False), match.start(), match.start() + run.end())
    return None


def find_ibans(text: str) -> Iterator[Found[Identifier]]:
    """Yield IBANs, grouped or not; wrong check digits are said."""
    for match in _IBAN.finditer(text):
        country = match[1][:2].upper()
        length = _IBAN_LENGTH.get(country)
        end, compact = _take(text, match.start(), length or 34)
        if length and len(compact) == length:
            yield Found(Identifier(compact, read_iban(compact) is not None), match.start(), end)
        elif not length and (number := read_iban(match[1].replace(" ", ""))):
            yield Found(Identifier(number), *match.span())


def _take(text: str, start: int, length: int) -> tuple[int, str]:
    """Return the end and the value of `length` letters and digits; single gaps are allowed."""
    taken: list[str] = []
    at, gap = start, 0
    while at < len(text) and len(taken) < length:
        if text[at].isascii() and text[at].isalnum():
            taken.append(text[at].upper())
            gap = 0
        elif text[at] in " .-\u00a0" and not gap:
            gap = 1
        else:
            break
        at += 1
    return at, "".join(taken)


def find_bics(text: str) -> Iterator[Found[str]]:
    """Yield what is shaped like a BIC (ISO 9362); words in capitals are, too."""
    for match in _BIC.finditer(text):
        if match[1][4:6] in _IBAN_LENGTH:
            yield Found(match[1], *match.span())


def find_ogms(text: str) -> Iterator[Found[Identifier]]:
    """Yield Belgian structured communications (OGM) as 12 digits, in all spellings."""
    taken: list[tuple[int, int]] = []
    for pattern, group in ((_OGM_MARKED, 2), (_OGM_SLASHED, 1), (_OGM_BARE, 1)):
        for match in pattern.finditer(text):
            digits = read_ogm(match[group])
            if digits and not _overlaps(match.span(), taken):
                taken.append(match.span())
                yield Found(Identifier(digits, is_marked=pattern is not _OGM_BARE), *match.span())


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def fold_letters(text: str) -> str:
    """Return `text` in lower case without accents, character for character (places stay valid)."""
    return "".join(
        unicodedata.normalize("NFD", c)[0].lower()[:1] or c if not c.isascii() else c.lower()
        for c in text
    )
