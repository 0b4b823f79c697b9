"""Pairs rows of headings with the row of values that they name: the one below, or the one above.

Headings and values of one column need not stand right above one another: the heading may begin at
the left of its column and the value end at the right. Their order tells them.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from mailbot.recognition.layout import Cell, Layout

#: letter heights between a row of headings and its values
_NEAR = 3.5
#: digits of a heading, and share of cells with digits in a row of values
_FEW_DIGITS, _VALUES = 2, 0.5
#: a row is the nearer one when the other is so many times as far
_NEARER = 1.5

#: "BTW 21 %" is a heading
_RATE = re.compile(r"\d+(?:[.,]\d+)?\s?%")

Row = Sequence[Cell]


@lru_cache(maxsize=2)
def columns_of(layout: Layout) -> "Columns":
    """Return the columns of `layout`; kept while its fields are decided one after another."""
    return Columns(layout)


class Columns:
    """Which cell heads which, and which headings name what stands above them."""

    def __init__(self, layout: Layout) -> None:
        self._heads: dict[Cell, Cell] = {}
        #: places of the rows whose labels name the row above
        self.named_above: set[int] = set()
        rows = layout.rows
        for place, row in enumerate(rows):
            if not _is_headings(row):
                continue
            above = rows[place - 1] if place else ()
            below = _next_columns(rows, place)
            if _names_above(row, above, below):
                self.named_above.add(place)
                self._pair(row, above)
            elif _is_values(below) and _distance(row, below) < _NEAR:
                self._pair(row, below)

    def head_of(self, cell: Cell) -> Cell | None:
        """Return the heading of the column that `cell` stands in, None if that is not sure."""
        return self._heads.get(cell)

    def _pair(self, headings: Row, values: Row) -> None:
        if len(headings) == len(values) and _are_in_order(headings, values):
            self._heads.update(zip(values, headings, strict=True))


def _next_columns(rows: Sequence[Row], place: int) -> Row:
    """Return the row below; a stamp across the page ("KOPIE") is no row of a table."""
    below = rows[place + 1 : place + 3]
    return next((row for row in below if len(row) > 1), ())


def _names_above(row: Row, above: Row, below: Row) -> bool:
    """Tell whether the values of a row of headings stand above it."""
    if not _is_values(above) or _distance(above, row) > _NEAR / 2:
        return False
    if not _is_values(below):
        return True
    return _distance(row, below) > _NEARER * max(_distance(above, row), 0.1)


def _is_headings(row: Row) -> bool:
    """Tell whether a row can be headings; "Uw ref. : Jan" is a label and its value."""
    is_pair = any(cell.text.startswith(":") or cell.text.endswith(":") for cell in row)
    return len(row) > 1 and not is_pair and not any(_digits(cell) > _FEW_DIGITS for cell in row)


def _is_values(row: Row) -> bool:
    """Tell whether a row can be values: not "Nummer 2114 Datum 3/2/2026", which names its own."""
    has_digits = [_digits(cell) > 0 for cell in row]
    is_pairs = not any(has_digits[::2])
    return len(row) > 1 and not is_pairs and sum(has_digits) >= _VALUES * len(row)


def _digits(cell: Cell) -> int:
    """Return how many digits a cell has besides those of a rate."""
    return sum(c.isdigit() for c in _RATE.sub("", cell.text))


def _distance(upper: Row, lower: Row) -> float:
    """Return the gap between two rows in heights of letters; far apart on different pages."""
    if upper[0].page is not lower[0].page:
        return 2 * _NEAR
    gap = min(c.box[1] for c in lower) - max(c.box[3] for c in upper)
    return gap / max(lower[0].height, upper[0].height, 1.0)


def _are_in_order(headings: Row, values: Row) -> bool:
    """Tell whether each value stands nearer to its heading than beyond the headings beside it."""
    middles = [(cell.x0 + cell.x1) / 2 for cell in headings]
    for place, value in enumerate(values):
        left = headings[place - 1].x0 if place else float("-inf")
        right = middles[place + 1] if place + 1 < len(middles) else float("inf")
        if not (value.x1 > left and value.x0 < right):
            return False
    return True
