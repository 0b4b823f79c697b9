"""Says where a value stands on a page, and finds the value that stands in a known place.

A place is known by the words that lead to it (before it, left of it, above it) and by its
position; words count more, since lines of goods push totals down.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mailbot.domain.learning import Anchor, Place, Relation
from mailbot.recognition.candidates import Candidate
from mailbot.recognition.layout import Box, Cell, Layout
from mailbot.recognition.vocabulary import WORDS, tokens

#: how much it says that words are the same
_WEIGHTS = {Relation.INSIDE: 1.0, Relation.LEFT: 0.9, Relation.ABOVE: 0.7}
#: the same position, the same column: shares of the page, and how much they say
_NEAR_X, _NEAR_Y, _SAME_COLUMN = 0.015, 0.01, 0.02
_SAME_PLACE_SAYS, _SAME_COLUMN_SAYS = 0.6, 0.3
#: below this a place is another one; one that no words lead to is known by its position alone
_ENOUGH, _ENOUGH_WITHOUT_WORDS = 0.9, 0.6
#: places that differ by less are equally good
_MARGIN = 0.15
_ROWS_ABOVE = 6
_MAX_WORDS = 6

_CURRENCIES = frozenset(
    token for marks in WORDS["currencies"].values() for mark in marks for token in tokens(mark)
)


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A value that stands somewhere; equal only to itself."""

    value: Any
    candidate: Candidate[Any]
    place: Place


def describe(layout: Layout, candidate: Candidate[Any]) -> Place:
    """Return the place of a value."""
    page, box = candidate.cell.page, candidate.box
    width, height = max(page.width, 1.0), max(page.height, 1.0)
    return Place(
        page=page.number,
        pages_after=layout.pages[-1].number - page.number,
        x0=round(box[0] / width, 4),
        x1=round(box[2] / width, 4),
        y=round(box[1] / height, 4),
        anchors=tuple(_anchors(layout, candidate, box)),
    )


def find_in_place(place: Place, spots: Sequence[Spot]) -> Spot | None:
    """Return the value that stands in `place`; None when none does, or several equally do."""
    weighed = [(likeness(place, spot.place), spot) for spot in spots]
    best = max((score for score, _ in weighed), default=0.0)
    if best < (_ENOUGH if place.anchors else _ENOUGH_WITHOUT_WORDS):
        return None
    tied = [spot for score, spot in weighed if score > best - _MARGIN]
    if len({str(spot.value) for spot in tied}) == 1:
        return next(spot for score, spot in weighed if score == best)
    return tied[-place.nth_from_last] if len(tied) == place.of else None


def places_of(right: Sequence[Spot], spots: Sequence[Spot]) -> Iterator[Place]:
    """Yield the places of the `right` values that find them again among `spots`, best first."""
    for spot in sorted(right, key=lambda one: -_weight(one.place)):
        place = _counted(spot, spots)
        found = find_in_place(place, spots)
        if found is not None and found.value == spot.value:
            yield place


def _weight(place: Place) -> float:
    return sum(_WEIGHTS[anchor.relation] for anchor in place.anchors)


def _counted(spot: Spot, spots: Sequence[Spot]) -> Place:
    """Return the place of `spot` with which of the values with the same words it is."""
    in_column = _weight(spot.place) + _SAME_COLUMN_SAYS
    alike = [
        other
        for other in spots
        if other is spot or likeness(spot.place, other.place) > in_column - _MARGIN
    ]
    return replace(spot.place, nth_from_last=len(alike) - alike.index(spot), of=len(alike))


def likeness(known: Place, seen: Place) -> float:
    """Return how much `seen` is the known place: 0.0 not at all, from 0.9 on it is."""
    if known.page != seen.page and known.pages_after != seen.pages_after:
        return 0.0
    words = sum(_WEIGHTS[anchor.relation] for anchor in known.anchors if anchor in seen.anchors)
    return words + _position_says(known, seen)


def _position_says(known: Place, seen: Place) -> float:
    """Return what the position says; a column is known by its left or its right edge."""
    across = min(abs(known.x0 - seen.x0), abs(known.x1 - seen.x1))
    if across < _NEAR_X and abs(known.y - seen.y) < _NEAR_Y:
        return _SAME_PLACE_SAYS
    return _SAME_COLUMN_SAYS if across < _SAME_COLUMN else 0.0


# --- the words that lead to a value --------------------------------------------------------------


def _anchors(layout: Layout, candidate: Candidate[Any], box: Box) -> Iterator[Anchor]:
    row = layout.rows[candidate.cell.row]
    inside = _words(candidate.cell.text[: candidate.start])
    if inside:
        yield Anchor(relation=Relation.INSIDE, words=inside)
    else:
        yield from _first_words(Relation.LEFT, _left_of(row, candidate.cell))
    yield from _first_words(Relation.ABOVE, _above(layout, candidate.cell, box))


def _first_words(relation: Relation, cells: Iterator[Cell]) -> Iterator[Anchor]:
    """Yield the words of the first cell that has any, with the number of values before it."""
    steps = 0
    for cell in cells:
        if words := _words(cell.text):
            yield Anchor(relation=relation, words=words, steps=steps)
            return
        steps += any(c.isdigit() for c in cell.text)


def _left_of(row: Sequence[Cell], cell: Cell) -> Iterator[Cell]:
    return (other for other in reversed(row) if other.x1 <= cell.x0 + 1.0)


def _above(layout: Layout, cell: Cell, box: Box) -> Iterator[Cell]:
    """Yield the cells above a value that begin, end or run where it does."""
    for number in range(cell.row - 1, max(-1, cell.row - 1 - _ROWS_ABOVE), -1):
        row = layout.rows[number]
        if row[0].page is not cell.page:
            return
        yield from (other for other in row if other.x0 < box[2] and box[0] < other.x1)


def _words(text: str) -> str:
    """Return the last words of a text in one piece, without digits and currencies."""
    words = [token for token in tokens(text) if token.isalpha() and token not in _CURRENCIES]
    return "".join(words[-_MAX_WORDS:])
