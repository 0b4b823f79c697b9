"""Links labels to the values that they name.

A label names what stands behind it in its cell, in the next cells of its row, below it, or, under
a row of values, above it. Every value belongs to the label that names it best, so that the order's
date is never the invoice's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.recognition.candidates import Candidate
from mailbot.recognition.columns import Columns, columns_of
from mailbot.recognition.labels import Label
from mailbot.recognition.layout import Layout
from mailbot.recognition.vocabulary import tokens

#: rows below a label in which its value may stand
_ROWS_BELOW = 4
#: heights of letters between a label and the value beside it
_BESIDE = 12
#: how well a heading names the value of its column that does not stand right below it
_IN_COLUMN = 0.8
#: how well a label names the value above it
_ABOVE = 0.85


@dataclass(frozen=True, slots=True)
class Link:
    """A label, the value it names, and how well."""

    label: Label
    score: float


def link(
    layout: Layout, labels: Sequence[Label], candidates: Sequence[Candidate[Any]]
) -> dict[Candidate[Any], list[Link]]:
    """Return for every candidate the labels that name it, the best first."""
    places = _Places(columns_of(layout), _by_row(candidates), _by_row(labels))
    links: dict[Candidate[Any], list[Link]] = defaultdict(list)
    for label in labels:
        reach = _reach(label, places)
        best = max((score for _, score in reach), default=0.0)
        has_own = any(c.cell is label.cell and score == best for c, score in reach)
        for candidate, score in reach:
            # What a label has already named better elsewhere it hardly names again.
            is_far = has_own and candidate.cell is not label.cell
            share = 1.0 if score == best else 0.5 if is_far else 0.75
            links[candidate].append(Link(label, score * share * label.weight))
    for named in links.values():
        named.sort(key=lambda one: (-one.score, -one.label.length))
    return links


@dataclass(frozen=True, slots=True)
class _Places:
    """Labels and candidates by the row in which they stand."""

    columns: Columns
    candidates: dict[int, list[Candidate[Any]]]
    labels: dict[int, list[Label]]


def _by_row(things: Sequence[Any]) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = defaultdict(list)
    for thing in things:
        rows[thing.cell.row].append(thing)
    return rows


def _reach(label: Label, places: _Places) -> list[tuple[Candidate[Any], float]]:
    row = label.cell.row
    reach = [
        (candidate, score)
        for candidate in places.candidates.get(row, ())
        if not _is_value_beside(label, candidate, places.columns)
        and (score := _beside(label, candidate, places.labels[row])) > 0
    ]
    if row in places.columns.named_above:
        return reach + [
            (candidate, score)
            for candidate in places.candidates.get(row - 1, ())
            if (score := _above(label, candidate, places.columns)) > 0
        ]
    for below in range(1, _ROWS_BELOW + 1):
        reach += [
            (candidate, score)
            for candidate in places.candidates.get(row + below, ())
            if (score := _below(label, candidate, below, places)) > 0
        ]
    return reach


def _is_value_beside(label: Label, candidate: Candidate[Any], columns: Columns) -> bool:
    """Tell whether both are values under headings: "offerte 88-2" names nothing beside it."""
    return candidate.cell is not label.cell and columns.head_of(label.cell) is not None


def _above(label: Label, candidate: Candidate[Any], columns: Columns) -> float:
    """Return how well `label` names `candidate` in the row of values above it."""
    if columns.head_of(candidate.cell) is label.cell:
        return _ABOVE
    return _ABOVE * _share(label, candidate)


def _share(label: Label, candidate: Candidate[Any]) -> float:
    """Return how much of the narrower of both lies over the other, 0.0 to 1.0."""
    box, other = label.box, candidate.box
    overlap = min(box[2], other[2]) - max(box[0], other[0])
    narrower = max(min(box[2] - box[0], other[2] - other[0]), 1.0)
    return min(1.0, max(overlap, 0.0) / narrower)


def _beside(label: Label, candidate: Candidate[Any], row_labels: Sequence[Label]) -> float:
    """Return how well `label` names `candidate` on its own row."""
    if candidate.cell is label.cell:
        if candidate.start < label.end:
            return 0.0
        between = label.cell.text[label.end : candidate.start]
        n_words = len(tokens(between))
        return max(0.2, 1.0 - 0.1 * n_words)
    if candidate.cell.x0 < label.cell.x0:
        return 0.0
    between_labels = sum(
        1 for o in row_labels if label.cell.x1 <= o.cell.x0 and o.cell.x1 <= candidate.cell.x0 + 1
    )
    after = len(tokens(label.cell.text[label.end :]))
    before = len(tokens(candidate.cell.text[: candidate.start]))
    gap = (candidate.cell.x0 - label.cell.x1) / max(label.cell.page.width, 1.0)
    score = 0.95 - 0.25 * between_labels - 0.06 * after - 0.06 * before - 0.3 * max(gap, 0.0)
    return max(score, 0.05)


def _below(label: Label, candidate: Candidate[Any], n_rows: int, places: _Places) -> float:
    """Return how well `label` names `candidate` that stands `n_rows` below it."""
    if candidate.cell.page is not label.cell.page:
        return 0.0
    box, other = label.box, candidate.box
    share = _share(label, candidate)
    near = abs(box[0] - other[0]) < 3 or abs(box[2] - other[2]) < 3
    if not share and not near:
        head = places.columns.head_of(candidate.cell)
        return _IN_COLUMN if head is label.cell else 0.0
    distance = (other[1] - box[3]) / max(label.cell.height, 1.0)
    if distance > 4.5 or distance < -0.5:
        return 0.0
    # A value that has a label on its own row belongs to that one, unless it is a table heading.
    own = any(
        (o.cell is candidate.cell and o.end <= candidate.start) or _touches(o, candidate)
        for o in places.labels.get(candidate.cell.row, ())
    )
    between = _labels_between(label, candidate, places.labels)
    score = 0.72 + 0.18 * share - 0.05 * max(distance, 0.0) - 0.04 * (n_rows - 1)
    return max(score - (0.35 if own else 0.0) - (0.3 if between else 0.0), 0.05)


def _labels_between(
    label: Label, candidate: Candidate[Any], labels_by_row: dict[int, list[Label]]
) -> bool:
    """Tell whether a label of another kind stands between a label and a value below it."""
    x0, _, x1, _ = candidate.box
    rows = range(label.cell.row + 1, candidate.cell.row)
    return any(
        other.kind != label.kind and other.cell.x0 < x1 and x0 < other.cell.x1
        for row in rows
        for other in labels_by_row.get(row, ())
    )


def _touches(label: Label, candidate: Candidate[Any]) -> bool:
    """Tell whether a label ends the cell just left of the candidate's cell."""
    gap = candidate.cell.x0 - label.cell.x1
    return 0 <= gap < _BESIDE * label.cell.height and label.cell is not candidate.cell
