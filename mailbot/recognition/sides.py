"""Says to which party a place on the page leans: to the supplier or to the customer."""

import re
from functools import cached_property

from mailbot.recognition.labels import Label, find_labels
from mailbot.recognition.layout import Cell, Layout
from mailbot.recognition.names import has_town, is_one_line_address
from mailbot.recognition.vocabulary import compact, compacted, tokens

_KINDS = ("supplier", "customer", "delivery")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.|www\.|https?:|\+\d{2}")
#: who receives the goods is not the supplier, but hardly more often the customer
_DELIVERY = -0.5
#: how far a section with a heading reaches: lines down, and share of the page to the right
_SECTION_LINES, _SECTION_SHARE = 15, 0.42
#: lines of an address window
_WINDOW = range(3, 8)
#: shares of the page: letterhead above, footer below
_TOP, _BOTTOM = 0.12, 0.85


class Sides:
    """Says of every cell how much it leans to the supplier (above 0) or the customer (below)."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._labels = [o for o in find_labels(layout, _KINDS) if _is_heading(o)]
        self._known: dict[Cell, float] = {}

    @cached_property
    def _texts_by_page(self) -> dict[str, set[int]]:
        pages: dict[str, set[int]] = {}
        for cell in self._layout.cells:
            pages.setdefault(cell.text, set()).add(cell.page.number)
        return pages

    def of(self, cell: Cell) -> float:
        """Return the leaning of `cell`."""
        if cell not in self._known:
            self._known[cell] = self._labelled(cell) + self._by_words(cell) + self._by_place(cell)
        return self._known[cell]

    def is_delivery(self, cell: Cell) -> bool:
        """Tell whether the nearest heading says that goods go there: nobody pays there."""
        heading = self._heading(cell)
        return heading is not None and heading.kind == "delivery"

    def _labelled(self, cell: Cell) -> float:
        """Return what the nearest heading such as "Bill to" says."""
        heading = self._heading(cell)
        if heading is None:
            return 0.0
        if heading.kind == "delivery":
            return _DELIVERY
        strength = 2.5 if heading.weight == 1.0 else 1.8
        return strength if heading.kind == "supplier" else -strength

    def _heading(self, cell: Cell) -> Label | None:
        """Return the nearest heading that `cell` can belong to."""
        reach = [
            (distance, label)
            for label in self._labels
            if (distance := _distance(label, cell)) is not None
            and not (cell.row > label.cell.row and self._is_of_another_column(label, cell))
        ]
        return min(reach, key=lambda one: one[0])[1] if reach else None

    def _is_of_another_column(self, label: Label, cell: Cell) -> bool:
        """Tell whether something stands between the column of a heading and a cell below it."""
        edge = label.cell.x0 - 2 * label.cell.height
        row = self._layout.rows[cell.row]
        return any(
            edge < other.x0 < cell.x0 and not other.text.rstrip().endswith(":") for other in row
        )

    def _by_words(self, cell: Cell) -> float:
        """Return how much registers, banks and telephones near the cell speak for the supplier."""
        block = self._layout.block_of(cell)
        text = " ".join(c.text for c in block)
        n_words = len(set(tokens(text)) & compacted("own_words"))
        n_words += bool(_CONTACT.search(text))
        score = min(1.2, 0.4 * n_words)
        if is_one_line_address(cell.text):
            score += 0.8
        lines = sum(1 for c in block if c.text)
        is_window = lines in _WINDOW and any(has_town(c.text) for c in block)
        return score - (0.7 if is_window and not n_words else 0.0)

    def _by_place(self, cell: Cell) -> float:
        """Return how much letterhead, footer and repetition speak for the supplier."""
        height = max(cell.page.height, 1.0)
        top, bottom = cell.box[1] / height, cell.box[3] / height
        score = 0.8 if bottom > _BOTTOM else 0.6 if top < _TOP else 0.0
        if len(self._texts_by_page[cell.text]) > 1:
            score += 0.4
        return score


def _is_heading(label: Label) -> bool:
    """Tell whether a label heads an address: alone in its cell, or first with a colon behind."""
    text = label.cell.text
    before, after = text[: label.start], text[label.end :]
    if compact(before):
        return False
    alone = not compact(after)
    if label.weight < 1.0:
        return (alone and label.length > 2) or after.lstrip().startswith(":")
    return alone or after.lstrip()[:1] in (":", "/", "-")


def _distance(label: Label, cell: Cell) -> float | None:
    """Return how far `cell` stands from the heading it may belong to, None if it does not."""
    if label.cell is cell:
        return 0.0
    if label.cell.page is not cell.page:
        return None
    size = max(label.cell.height, 1.0)
    down = (cell.box[1] - label.cell.box[3]) / size
    right = cell.x0 - label.cell.x1
    if -1.2 < down <= 0.5 and 0 <= right < 12 * size:
        return 1.0 + right / size / 4
    shift = cell.x0 - label.cell.x0
    is_under = -2 * size < shift < _SECTION_SHARE * cell.page.width
    if -0.6 <= down < _SECTION_LINES and is_under:
        return 1.5 + max(down, 0.0) + abs(shift) / size / 4
    return None
