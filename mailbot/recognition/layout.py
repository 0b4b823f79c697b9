"""Puts words back into the order in which people read them: rows, cells, blocks.

A row is what stands on one line across the page; a cell is a run of words in it without a wide
gap; a block is a stack of cells that begin below one another, such as an address. Coordinates are
PDF points from the top left of the page.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from mailbot.recognition.vocabulary import folded, tokens

Box = tuple[float, float, float, float]

#: a gap between words that is wider than this share of the letter height begins a new cell
_CELL_GAP = 0.9
#: cells of one block begin within this many points of one another
_ALIGNED = 4.0
#: lines of one block are closer than this share of the letter height
_LINE_GAP = 0.9
#: letters of one block have about the same size
_SAME_SIZE = 1.5
#: rows below that are looked at for the next line of a block
_ROWS_BELOW = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it stands."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    #: how sure the reading is, 0.0 to 1.0; text of a PDF is certain
    confidence: float = 1.0

    @property
    def height(self) -> float:
        """Height of the letters."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one page in any order."""

    #: 1-based
    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    #: how much a line of text sinks per point to the right (a scan that was laid in askew)
    slope: float = 0.0
    is_ocr: bool = False
    #: degrees, against the clock, by which the paper was turned before it was read
    turn: float = 0.0

    def on_paper(self, box: Box) -> Box:
        """Return where a box of this page stands on the paper as it is shown, not turned."""
        if not self.turn:
            return box
        sine, cosine = math.sin(math.radians(self.turn)), math.cos(math.radians(self.turn))
        size, half = (self.width, self.height), ((box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
        x, y = (box[0] + box[2] - self.width) / 2, (box[1] + box[3] - self.height) / 2
        if round(self.turn / 90) % 2:
            size, half = size[::-1], half[::-1]
        x, y = x * cosine - y * sine + size[0] / 2, x * sine + y * cosine + size[1] / 2
        return x - half[0], y - half[1], x + half[0], y + half[1]


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and the characters of the cell's text that it stands for."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A run of words on one row without a wide gap; equal only to itself."""

    page: Page
    #: place of its row in the document, counted over all pages
    row: int
    words: tuple[Word, ...]
    text: str
    #: where each word begins in `text`
    starts: tuple[int, ...]
    box: Box
    #: the folded words of `text`, which labels are looked for in
    tokens: tuple["Token", ...]

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.box[0]

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.box[2]

    @property
    def height(self) -> float:
        """Height of the letters."""
        return self.box[3] - self.box[1]

    def words_between(self, start: int, end: int) -> tuple[Word, ...]:
        """Return the words that cover the characters from `start` to `end` of the text."""
        return tuple(
            word
            for word, at in zip(self.words, self.starts, strict=True)
            if at < end and at + len(word.text) > start
        )

    def box_between(self, start: int, end: int) -> Box:
        """Return the box of the characters from `start` to `end` of the text."""
        return box_of(self.words_between(start, end) or self.words)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A document as rows of cells, from top to bottom, page after page; equal only to itself."""

    pages: tuple[Page, ...]
    rows: tuple[tuple[Cell, ...], ...]
    #: stacks of cells, every cell is in one
    blocks: tuple[tuple[Cell, ...], ...]
    #: all cells in reading order
    cells: tuple[Cell, ...]
    #: usual height of letters
    letter: float
    _block_of: dict[Cell, int] = field(repr=False)

    @property
    def text(self) -> str:
        """The document as text, a line per row, an empty line between pages."""
        lines: list[str] = []
        for number, row in enumerate(self.rows):
            if number and row[0].page is not self.rows[number - 1][0].page:
                lines.append("")
            lines.append("  ".join(cell.text for cell in row))
        return "\n".join(lines)

    def block_of(self, cell: Cell) -> tuple[Cell, ...]:
        """Return the block that `cell` belongs to, from top to bottom."""
        return self.blocks[self._block_of[cell]]


def box_of(words: Iterable[Word]) -> Box:
    """Return the smallest box around `words`; raises ValueError without words."""
    x0, y0, x1, y1 = zip(*((w.x0, w.y0, w.x1, w.y1) for w in words), strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def build_layout(pages: Sequence[Page]) -> Layout:
    """Return the rows, cells and blocks of `pages`."""
    rows: list[tuple[Cell, ...]] = []
    for page in pages:
        for words in rows_of(page):
            rows.append(tuple(_cells(page, len(rows), words)))
    blocks = _blocks(rows)
    block_of = {cell: number for number, block in enumerate(blocks) for cell in block}
    cells = tuple(cell for row in rows for cell in row)
    letter = median([cell.height for cell in cells] or [1.0])
    return Layout(tuple(pages), tuple(rows), blocks, cells, letter, block_of)


def rows_of(page: Page) -> list[list[Word]]:
    """Return the words of each row, left to right, rows from top to bottom."""

    def middle(word: Word) -> float:
        return (word.y0 + word.y1) / 2 - page.slope * (word.x0 + word.x1) / 2

    rows: list[list[Word]] = []
    level, height = 0.0, 0.0
    for word in sorted(page.words, key=middle):
        if rows and abs(middle(word) - level) < 0.5 * min(height, word.height):
            rows[-1].append(word)
            # The median of what was seen keeps one tall word from swallowing two rows.
            level = median(middle(w) for w in rows[-1][-9:])
            height = median(w.height for w in rows[-1][-9:])
        else:
            rows.append([word])
            level, height = middle(word), word.height
    return [sorted(row, key=lambda w: w.x0) for row in rows]


def _cells(page: Page, row: int, words: list[Word]) -> Iterable[Cell]:
    """Yield the cells of one row."""
    run = [words[0]]
    for word in words[1:]:
        gap = word.x0 - max(w.x1 for w in run)
        # Big letters beside small ones (a logo, a title) never form one text.
        is_other_size = not 1 / _SAME_SIZE < word.height / max(run[-1].height, 0.1) < _SAME_SIZE
        wide = _CELL_GAP * min(word.height, run[-1].height)
        if gap > wide or (is_other_size and gap > wide / 2 and not page.is_ocr):
            yield _cell(page, row, run)
            run = []
        run.append(word)
    yield _cell(page, row, run)


def _cell(page: Page, row: int, words: list[Word]) -> Cell:
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    text = " ".join(word.text for word in words)
    folds = tuple(_tokens(words, starts))
    return Cell(page, row, tuple(words), text, tuple(starts), box_of(words), folds)


def _tokens(words: Sequence[Word], starts: Sequence[int]) -> Iterable[Token]:
    """Yield the folded words of a cell, with their places in its text."""
    for word, at in zip(words, starts, strict=True):
        plain, length = folded(word.text), len(word.text)
        searched = 0
        for token in tokens(word.text):
            place = plain.find(token, searched)
            searched = place + len(token)
            # Folding can lengthen a word (œ, ß): its end is then only about right.
            yield Token(token, at + min(place, length), at + min(searched, length))


def _blocks(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Return the stacks: each cell joins the cell above it that it lines up with."""
    stacks: list[list[Cell]] = []
    stack_of: dict[Cell, list[Cell]] = {}
    for number, row in enumerate(rows):
        above = [c for r in rows[max(0, number - _ROWS_BELOW) : number] for c in r]
        for cell in row:
            upper = next((c for c in reversed(above) if _continues(c, cell, stack_of)), None)
            if upper is None:
                stack_of[cell] = []
                stacks.append(stack_of[cell])
            else:
                stack_of[cell] = stack_of[upper]
            stack_of[cell].append(cell)
    return tuple(tuple(stack) for stack in stacks)


def _continues(upper: Cell, lower: Cell, stack_of: dict[Cell, list[Cell]]) -> bool:
    """Tell whether `lower` is the next line of the stack that ends with `upper`."""
    if upper.page is not lower.page or stack_of[upper][-1] is not upper:
        return False
    shift = lower.page.slope * (lower.x0 - upper.x0)
    gap = lower.box[1] - upper.box[3] - shift
    size = max(lower.height, 0.1) / max(upper.height, 0.1)
    return (
        abs(upper.x0 - lower.x0) < _ALIGNED
        and gap < _LINE_GAP * max(upper.height, lower.height)
        and 1 / _SAME_SIZE < size < _SAME_SIZE
    )
