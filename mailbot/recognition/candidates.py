"""Collects everything on a page that can be a value of an invoice, before anything is decided.

Numbers with a fixed shape are taken first and blanked out, so that the digits of an IBAN are never
an amount and a date never an invoice number.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Generic, TypeVar

from mailbot.recognition import grammars, identifiers
from mailbot.recognition.grammars import AmountReading, DateReading, Found, Term
from mailbot.recognition.identifiers import Identifier
from mailbot.recognition.layout import Box, Cell, Layout
from mailbot.recognition.vocabulary import GLUED_TITLE

T = TypeVar("T")

#: candidates of one kind in one document; more is not an invoice but an attack or a telephone book
_MAX = 4000
_MONTHS = 12
#: the beginning of a structured communication that does not end on its line
_OGM_OPENED = re.compile(r"(?:\+{2,3}|\*{2,3})\s?\d[\d\s/.-]*$")
_CURRENCY_FIRST = re.compile(
    r"[-\u2013\u2212+ ]{0,2}(?:\u20ac|EUR|\$|USD|\u00a3|GBP|CHF)", re.IGNORECASE
)
_LEADERS = re.compile(r"[.\u2026_]{3,}|\u2026")
_NUMBER = re.compile(
    r"(?<![\w@])(?=[\w/.\-#]*\d)[A-Za-z0-9](?:[\w/.\-#]{0,38}[A-Za-z0-9])?(?![\w@])"
)
#: capitals or a year before a number that belong to it: "VK1 8126", "2026 02396"
_PREFIX = re.compile(r"(?<![\w])([A-Z]{1,4}\d{0,3}[\-/]?|(?:19|20)\d\d)\s$")
#: internet addresses and names of standards, whose digits are no numbers of documents
_ADDRESS = re.compile(r"\S*(?:://|www\.|@|urn:|:\S+:)\S*")
#: what is blanked out; no grammar matches it
_BLANK = "\u2588"


@dataclass(frozen=True, slots=True, eq=False)
class Candidate(Generic[T]):
    """A value with its place; equal only to itself."""

    value: T
    cell: Cell
    start: int
    end: int

    @property
    def text(self) -> str:
        """The value as it stands on the page."""
        return self.cell.text[self.start : self.end]

    @property
    def box(self) -> Box:
        """Where it stands."""
        return self.cell.box_between(self.start, self.end)

    @property
    def page(self) -> int:
        """On which page, 1-based."""
        return self.cell.page.number

    @property
    def certainty(self) -> float:
        """How sure the reading of its letters is: below 1.0 only with OCR."""
        words = self.cell.words_between(self.start, self.end)
        return min((word.confidence for word in words), default=1.0)


@dataclass(slots=True)
class Candidates:
    """All candidates of a document, in reading order."""

    dates: list[Candidate[DateReading]] = field(default_factory=list)
    amounts: list[Candidate[AmountReading]] = field(default_factory=list)
    rates: list[Candidate[Decimal]] = field(default_factory=list)
    terms: list[Candidate[Term]] = field(default_factory=list)
    vat_numbers: list[Candidate[Identifier]] = field(default_factory=list)
    ibans: list[Candidate[Identifier]] = field(default_factory=list)
    bics: list[Candidate[str]] = field(default_factory=list)
    ogms: list[Candidate[Identifier]] = field(default_factory=list)
    #: words with a digit that can be the number of a document
    numbers: list[Candidate[str]] = field(default_factory=list)


def find_candidates(layout: Layout) -> Candidates:
    """Return the candidates of `layout`."""
    found = Candidates()
    for row in layout.rows:
        _take_terms(row, found.terms)
        for cell in row:
            if any(c.isdigit() for c in cell.text):
                _read_cell(cell, found)
            else:
                _take(cell, cell.text, identifiers.find_bics, found.bics)
    _take_broken_ogms(layout, found.ogms)
    return found


def _take_broken_ogms(layout: Layout, into: list[Candidate[Identifier]]) -> None:
    """Add structured communications that go on at the next line of their block."""
    for block in layout.blocks:
        for cell, below in pairwise(block):
            opened = _OGM_OPENED.search(cell.text)
            if opened is None or len(into) >= _MAX:
                continue
            begun = cell.text[opened.start() :]
            into.extend(
                Candidate(found.value, cell, opened.start(), len(cell.text))
                for found in identifiers.find_ogms(f"{begun} {below.text}")
                if found.start == 0 and found.end > len(begun)
            )


def _take_terms(row: Sequence[Cell], into: list[Candidate[Term]]) -> None:
    """Add the terms of a whole row: "Betaling" and "30 dagen" may be two cells."""
    text = " ".join(cell.text for cell in row)
    for found in grammars.find_terms(text):
        at = 0
        for cell in row:
            if at <= found.start < at + len(cell.text) + 1 and len(into) < _MAX:
                into.append(Candidate(found.value, cell, found.start - at, found.end - at))
            at += len(cell.text) + 1
    if not any(candidate.cell in row for candidate in into[-1:]):
        for cell in row:
            _take(cell, cell.text, grammars.find_terms, into)


def _read_cell(cell: Cell, found: Candidates) -> None:
    # leaders to an amount are no part of it: "Totaal ........37,50"
    text = _LEADERS.sub(lambda dots: " " * len(dots[0]), cell.text)
    text = _take(cell, text, identifiers.find_ogms, found.ogms)
    text = _take(cell, text, identifiers.find_ibans, found.ibans)
    text = _take(cell, text, identifiers.find_vat_numbers, found.vat_numbers)
    text = _take(cell, text, identifiers.find_bics, found.bics)
    # Eight digits in a row stay visible: they are more often a number than a date.
    compact_hidden = _take(cell, text, _certain_dates, found.dates)
    _take(cell, compact_hidden, _doubtful_dates, found.dates)
    text = _take(cell, compact_hidden, grammars.find_rates, found.rates)
    _take_amounts(cell, text, found.amounts)
    _take(cell, _without_money(text), _find_numbers, found.numbers)


def _take(
    cell: Cell,
    text: str,
    finder: Callable[[str], Iterator[Found[T]]],
    into: list[Candidate[T]],
) -> str:
    """Add what `finder` finds and return the text without it."""
    for found in finder(text):
        if len(into) < _MAX:
            into.append(Candidate(found.value, cell, found.start, found.end))
        if _is_sure(found.value):
            blank = _BLANK * (found.end - found.start)
            text = text[: found.start] + blank + text[found.end :]
    return text


def _is_sure(value: object) -> bool:
    """Tell whether a value is so certain that its digits can be nothing else."""
    if isinstance(value, Identifier):
        return value.is_valid and value.is_marked
    return not isinstance(value, str)


def _certain_dates(text: str) -> Iterator[Found[DateReading]]:
    return (f for f in grammars.find_dates(text) if f.value.is_certain)


def _doubtful_dates(text: str) -> Iterator[Found[DateReading]]:
    return (f for f in grammars.find_dates(text) if not f.value.is_certain)


def _take_amounts(cell: Cell, text: str, into: list[Candidate[AmountReading]]) -> None:
    """Add amounts; with a wide blank inside, "2 605,00" is two thousand or two of 605,00."""
    for found in grammars.find_amounts(text):
        readings = [found]
        wide = _wide_blank(cell, text, found)
        if wide is not None:
            later = next(iter(grammars.find_amounts(text[wide:])), None)
            readings = [found] if _is_alone(text, found) else []
            if later:
                readings.append(Found(later.value, wide + later.start, found.end))
        for one in readings:
            if len(into) < _MAX:
                into.append(Candidate(one.value, cell, one.start, one.end))


def _is_alone(text: str, found: Found[AmountReading]) -> bool:
    """Tell whether an amount begins with its currency, or is the only number of its cell."""
    if _CURRENCY_FIRST.match(text, found.start):
        return True
    return not any(c.isdigit() for c in text[: found.start] + text[found.end :])


def _wide_blank(cell: Cell, text: str, found: Found[AmountReading]) -> int | None:
    """Return the place after the last blank between digits that is wide like a column gap."""
    places = [
        found.start + m.end()
        for m in re.finditer(r"(?<=\d)\s(?=\d)", text[found.start : found.end])
    ]
    wide = None
    for place in places:
        left = cell.words_between(place - 2, place - 1)
        right = cell.words_between(place, place + 1)
        gap = right[0].x0 - left[-1].x1 if left and right else 0.0
        if gap > 0.45 * cell.height:
            wide = place
    return wide


def _without_money(text: str) -> str:
    """Return `text` with what is surely money blanked out."""
    for found in grammars.find_amounts(text):
        written = text[found.start : found.end]
        if found.value.has_currency or re.search(r"\d,\d{2}$", written):
            text = text[: found.start] + _BLANK * len(written) + text[found.end :]
    return text


def _find_numbers(text: str) -> Iterator[Found[str]]:
    """Yield words with a digit, with capitals before them that belong to them ("A 319151")."""
    text = _ADDRESS.sub(lambda m: _BLANK * len(m[0]), text)
    for match in _NUMBER.finditer(text):
        yield Found(match[0], *match.span())
        if glued := GLUED_TITLE.search(match[0].lower()):
            yield Found(match[0][glued.end() :], match.start() + glued.end(), match.end())
        prefix = _PREFIX.search(text[: match.start()])
        if prefix and match[0][:1].isdigit():
            yield Found(prefix[1] + " " + match[0], prefix.start(1), match.end())


def month_first(dates: list[Candidate[DateReading]]) -> bool:
    """Tell whether the document writes the month first: a date is so, and none is otherwise."""
    day_first = any(_is_day_first(candidate.text) for candidate in dates)
    return not day_first and any(candidate.value.is_month_first for candidate in dates)


def _is_day_first(text: str) -> bool:
    """Tell whether only the day can come first: 25/12/2026."""
    match = re.match(r"(\d{1,2})[./-]\s?(\d{1,2})", text)
    return match is not None and int(match[1]) > _MONTHS >= int(match[2])


def read_day(candidate: Candidate[DateReading], *, is_month_first: bool) -> date:
    """Return the day that a date means in a document that writes months first, or not."""
    reading = candidate.value
    return reading.swapped if is_month_first and reading.swapped else reading.day
