"""Finds labels on the page and links them to the values that they name.

A label names what stands behind it in its cell, in the next cells of its row, or below it. Every
value belongs to the label that names it best, so that the order's date is never the invoice's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from mailbot.recognition.candidates import Candidate
from mailbot.recognition.layout import Box, Cell, Layout
from mailbot.recognition.vocabulary import LABELS, WORDS, compact, tokens

T = TypeVar("T")

#: words of the longest label
_MAX_WORDS = 7
#: rows below a label in which its value may stand
_ROWS_BELOW = 4
_STRONG, _WEAK = 1.0, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A label on the page; equal only to itself."""

    kind: str
    #: 1.0 for words that mean one thing, less for weak ones
    weight: float
    cell: Cell
    start: int
    end: int
    #: how many letters the label has, folded
    length: int

    @property
    def box(self) -> Box:
        """Where it stands."""
        return self.cell.box_between(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Link:
    """A label, the value it names, and how well."""

    label: Label
    score: float


@cache
def _table(kinds: frozenset[str]) -> dict[str, list[tuple[str, float]]]:
    """Return folded label -> (kind, weight)s for some kinds of label."""
    table: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for kind in sorted(kinds):
        for key, weight in (("strong", _STRONG), ("weak", _WEAK)):
            for word in LABELS[kind][key]:
                table[compact(word)].append((kind, weight))
    if "invoice_number" in kinds:
        # The heading itself names the number that stands behind it: "Verkoopfactuur 2026-114".
        for word in (*WORDS["paper"]["invoice"], *WORDS["paper"]["credit_note"]):
            if not table.get(compact(word)):
                table[compact(word)].append(("invoice_number", _WEAK))
    return dict(table)


@cache
def _beginnings(kinds: frozenset[str]) -> frozenset[str]:
    """Return every beginning of a label of `kinds`: what is none of them ends the search."""
    return frozenset(text[:end] for text in _table(kinds) for end in range(1, len(text) + 1))


def find_labels(layout: Layout, kinds: Iterable[str]) -> list[Label]:
    """Return the labels of `kinds`, in reading order; the longest at each place."""
    wanted = frozenset(kinds)
    table, beginnings = _table(wanted), _beginnings(wanted)
    return [label for cell in layout.cells for label in _labels_of(cell, table, beginnings)]


def _labels_of(
    cell: Cell, table: dict[str, list[tuple[str, float]]], beginnings: frozenset[str]
) -> Iterator[Label]:
    words = cell.tokens
    at = 0
    while at < len(words):
        text, longest, last = "", "", at
        for place in range(at, min(at + _MAX_WORDS, len(words))):
            text += words[place].text
            if text not in beginnings:
                break
            if text in table:
                longest, last = text, place
        for kind, weight in table.get(longest, ()):
            yield Label(kind, weight, cell, words[at].start, words[last].end, len(longest))
        at = last + 1


def link(
    labels: Sequence[Label], candidates: Sequence[Candidate[Any]]
) -> dict[Candidate[Any], list[Link]]:
    """Return for every candidate the labels that name it, the best first."""
    by_row: dict[int, list[Candidate[Any]]] = defaultdict(list)
    for candidate in candidates:
        by_row[candidate.cell.row].append(candidate)
    labels_by_row: dict[int, list[Label]] = defaultdict(list)
    for label in labels:
        labels_by_row[label.cell.row].append(label)
    links: dict[Candidate[Any], list[Link]] = defaultdict(list)
    for label in labels:
        reach = _reach(label, by_row, labels_by_row)
        best = max((score for _, score in reach), default=0.0)
        for candidate, score in reach:
            # What a label has already named better elsewhere it hardly names again.
            share = 1.0 if score == best else 0.75
            links[candidate].append(Link(label, score * share * label.weight))
    for named in links.values():
        named.sort(key=lambda one: (-one.score, -one.label.length))
    return links


def _reach(
    label: Label,
    by_row: dict[int, list[Candidate[Any]]],
    labels_by_row: dict[int, list[Label]],
) -> list[tuple[Candidate[Any], float]]:
    row = label.cell.row
    reach = [
        (candidate, score)
        for candidate in by_row.get(row, ())
        if (score := _beside(label, candidate, labels_by_row[row])) > 0
    ]
    for below in range(1, _ROWS_BELOW + 1):
        reach += [
            (candidate, score)
            for candidate in by_row.get(row + below, ())
            if (score := _below(label, candidate, below, labels_by_row)) > 0
        ]
    return reach


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


def _below(
    label: Label,
    candidate: Candidate[Any],
    n_rows: int,
    labels_by_row: dict[int, list[Label]],
) -> float:
    """Return how well `label` names `candidate` that stands `n_rows` below it."""
    if candidate.cell.page is not label.cell.page:
        return 0.0
    box, other = label.box, candidate.box
    overlap = min(box[2], other[2]) - max(box[0], other[0])
    near = abs(box[0] - other[0]) < 3 or abs(box[2] - other[2]) < 3
    if overlap <= 0 and not near:
        return 0.0
    distance = (other[1] - box[3]) / max(label.cell.height, 1.0)
    if distance > 4.5 or distance < -0.5:
        return 0.0
    # A value that has a label on its own row belongs to that one, unless it is a table heading.
    own = any(
        (o.cell is candidate.cell and o.end <= candidate.start) or _touches(o, candidate)
        for o in labels_by_row.get(candidate.cell.row, ())
    )
    between = _labels_between(label, candidate, labels_by_row)
    share = min(1.0, max(overlap, 0.0) / max(min(box[2] - box[0], other[2] - other[0]), 1.0))
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
    return 0 <= gap < 8 * label.cell.height and label.cell is not candidate.cell
