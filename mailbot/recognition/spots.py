"""Gives, for one field, every value on the page that it could be, in the counterparty's formats.

What has check digits counts only when they are right.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mailbot.domain.money import cents
from mailbot.recognition.candidates import Candidate, Candidates, find_candidates, read_day
from mailbot.recognition.grammars import AmountReading
from mailbot.recognition.identifiers import Identifier
from mailbot.recognition.layout import Layout
from mailbot.recognition.places import Spot, describe

_MIN_REFERENCE = 4
#: values of one kind that are looked at; more is a list of goods
_MOST = 1000
#: a longer number is none
_MAX_SHAPE = 40
_RUN = re.compile(r"9+|A+|\s+|.", re.DOTALL)
#: three digits behind the mark: thousands to some, decimals to others
_THREE_DECIMALS = re.compile(r"\d+[.,]\d{3}")
_TWO_DECIMALS = re.compile(r"([.,])\d{2}(?!\d)")


Found = Iterator[Candidate[Any]]


@dataclass(frozen=True, kw_only=True)
class Formats:
    """How a counterparty writes."""

    number_shapes: tuple[str, ...] = ()
    month_first: bool | None = None
    decimal_mark: str = ""


class Spots:
    """The values on the pages of one document, by field; found once."""

    def __init__(
        self, layout: Layout, formats: Formats, candidates: Candidates | None = None
    ) -> None:
        self.layout = layout
        self.candidates = candidates or find_candidates(layout)
        self._formats = formats
        self._found: dict[str, list[Spot]] = {}

    def of(self, name: str) -> list[Spot]:
        """Return the values that field `name` could be. Raises KeyError for other fields."""
        kind = _KIND_OF[name]
        if kind not in self._found:
            every = list(_FINDERS[kind](self.layout, self.candidates, self._formats))
            # totals stand at the end of a long list of goods, the rest at its beginning
            found = every[-_MOST:] if kind == "amount" else every[:_MOST]
            self._found[kind] = [Spot(c.value, c, describe(self.layout, c)) for c in found]
        return self._found[kind]


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same; spelling, spaces and signs are no matter."""
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return cents(abs(one)) == cents(abs(other))
    return bool(one == other)


def shape_of(number: str) -> str:
    """Return how a number looks: "VF 2026/0114" is "AA 9999/9999"."""
    letters = re.sub(r"[^\W\d_]", "A", " ".join(number.split()))
    return re.sub(r"\d", "9", letters)[:_MAX_SHAPE]


def fits_shape(number: str, shapes: tuple[str, ...]) -> bool:
    """Tell whether a number looks like one of `shapes`; without shapes every number does."""
    return not shapes or any(_pattern(shape).fullmatch(number.strip()) for shape in shapes)


def decimal_mark_of(text: str) -> str:
    """Return the mark before the two decimals of an amount as it was printed, "" without."""
    found = _TWO_DECIMALS.findall(text)
    return found[-1] if found else ""


def says_month_first(spots: Spots, value: date) -> bool | None:
    """Return what a confirmed date tells of the order of day and month, None if nothing."""
    readings = [candidate.value for candidate in spots.candidates.dates]
    if any(reading.day == value and reading.swapped for reading in readings):
        return False
    return True if any(reading.swapped == value for reading in readings) else None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).upper()


def _pattern(shape: str) -> re.Pattern[str]:
    """Return the pattern of a shape: a run of digits may be a little longer, as numbers grow."""
    parts = []
    for run in _RUN.findall(shape):
        if run[0] == "9":
            parts.append(rf"[0-9]{{{max(1, len(run) - 1)},{len(run) + 2}}}")
        elif run[0] == "A":
            parts.append(rf"[^\W\d_]{{{len(run)}}}")
        else:
            parts.append(r"\s?" if run.isspace() else re.escape(run))
    return re.compile("".join(parts))


# --- the finders ---------------------------------------------------------------------------------


def _numbers(layout: Layout, found: Candidates, formats: Formats) -> Found:
    """Yield words that can be a number, and every text in the shape of one."""
    if not formats.number_shapes:
        yield from found.numbers
        return
    for shape in formats.number_shapes:
        pattern = re.compile(rf"(?<![\w])(?:{_pattern(shape).pattern})(?![\w])")
        for cell in layout.cells:
            for match in pattern.finditer(cell.text):
                yield Candidate(match[0], cell, *match.span())


def _dates(_layout: Layout, found: Candidates, formats: Formats) -> Found:
    is_month_first = bool(formats.month_first)
    for one in found.dates:
        yield _with(one, read_day(one, is_month_first=is_month_first))


def _amounts(_layout: Layout, found: Candidates, formats: Formats) -> Found:
    for one in found.amounts:
        yield _with(one, cents(abs(_amount(one, formats.decimal_mark))))


def _amount(one: Candidate[AmountReading], mark: str) -> Decimal:
    """Return an amount; 1,250 is one and a quarter to who writes a comma before decimals."""
    digits = re.sub(r"[^\d.,]", "", one.text)
    if mark and _THREE_DECIMALS.fullmatch(digits) and mark in digits:
        return Decimal(digits.replace(",", "."))
    return one.value.amount


def _ibans(_layout: Layout, found: Candidates, _formats: Formats) -> Found:
    return _valid(found.ibans)


def _vat_numbers(_layout: Layout, found: Candidates, _formats: Formats) -> Found:
    return _valid(found.vat_numbers)


def _references(_layout: Layout, found: Candidates, _formats: Formats) -> Found:
    yield from _valid(found.ogms)
    yield from (one for one in found.numbers if len(one.value) >= _MIN_REFERENCE)


def _valid(found: list[Candidate[Identifier]]) -> Found:
    return (_with(one, one.value.number) for one in found if one.value.is_valid)


def _with(one: Candidate[Any], value: object) -> Candidate[Any]:
    return Candidate(value, one.cell, one.start, one.end)


_Finder = Callable[[Layout, Candidates, Formats], Found]
_FINDERS: dict[str, _Finder] = {
    "number": _numbers,
    "date": _dates,
    "amount": _amounts,
    "iban": _ibans,
    "vat_number": _vat_numbers,
    "reference": _references,
}
_KIND_OF = {
    "invoice_number": "number",
    "invoice_date": "date",
    "due_date": "date",
    "total_incl": "amount",
    "total_excl": "amount",
    "vat_total": "amount",
    "amount_due": "amount",
    "iban": "iban",
    "supplier_vat": "vat_number",
    "customer_vat": "vat_number",
    "payment_reference": "reference",
}
#: the fields whose places are learned, in the order in which they are recalled
PLACED_FIELDS = tuple(name for name in _KIND_OF if name != "supplier_vat")
