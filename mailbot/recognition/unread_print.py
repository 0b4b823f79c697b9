"""Finds print on a scan that no word covers, or only doubtful ones, so that it is read again.

Tesseract divides a page by itself and sometimes leaves out pale lines, white letters on dark, or
small labels beside large values. Print is found here by its ink alone: runs of ink that lie near
one another are joined to lines of print.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mailbot.recognition.layout import Word

#: grey below which a dot is ink, and black ink, not grain
_INK, _BLACK = 170, 110
#: squares across the page in which ink is counted, and dots of ink from which a square has some
_SQUARES, _SOME_INK = 400, 2
#: empty squares between letters of one line of print
_GAP = 7
#: heights of print, and of a dark box with print in it, in usual letter heights
_LOWEST, _HIGHEST, _HIGHEST_BOX = 0.5, 2.5, 12.0
#: share of dark dots from which it is no print but a box that may hold some
_DARK = 0.6
#: greys between paper and ink below which there is nothing to see
_LEAST_CONTRAST = 40.0
#: how well a line of print must be covered by words, 1.0 is by sure words wholly
_COVERED = 0.45
#: lines of print of one page that are read again
MAX_LINES = 30
#: letter height in pixels when no word tells
_USUAL = 20.0

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Print:
    """A line of print: its box in pixels, and whether that is dark all over."""

    x0: int
    y0: int
    x1: int
    y1: int
    is_dark: bool = False

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    def moved(self, x: int, y: int) -> "Print":
        """Return it as it stands in an image in which its own image begins at `x`, `y`."""
        return Print(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y, self.is_dark)

    def cover(self, words: Iterable[Word]) -> float:
        """Return how well `words` cover it: their share of its area, times their sureness."""
        shares = (self.overlap(word) * word.confidence for word in words)
        return sum(shares) / max(self.width * self.height, 1)

    def overlap(self, word: Word) -> float:
        """Return the area that it has in common with a word."""
        wide = min(self.x1, word.x1) - max(self.x0, word.x0)
        high = min(self.y1, word.y1) - max(self.y0, word.y0)
        return max(wide, 0.0) * max(high, 0.0)


def find_unread(image: Image.Image, words: Sequence[Word]) -> list[Print]:
    """Return the print of a grey image that `words` do not cover well, at most MAX_LINES."""
    letter = median(word.height for word in words) if words else _USUAL
    unread = [
        line
        for line in _with_insides(image, find_print(image), letter)
        if _LOWEST * letter < line.height < _HIGHEST * letter
        and line.width > line.height
        and line.cover(words) < _COVERED
    ]
    return sorted(unread, key=lambda line: -line.width)[:MAX_LINES]


def _with_insides(image: Image.Image, lines: Sequence[Print], letter: float) -> Iterator[Print]:
    """Yield lines of print, and in place of what is too high for one the print in it.

    It is a dark box, or lines that grain of the paper has joined.
    """
    for line in lines:
        if not line.is_dark and line.height < _HIGHEST * letter:
            yield line
        elif line.width > line.height and letter < line.height < _HIGHEST_BOX * letter:
            part = image.crop((line.x0, line.y0, line.x1, line.y1))
            inside = find_print(on_white(part)) if line.is_dark else find_print(part, _BLACK)
            for inner in inside:
                yield inner.moved(line.x0, line.y0)


def on_white(image: Image.Image) -> Image.Image:
    """Return print as black on white, whatever it was: the usual grey is that of the paper."""
    pixels = np.asarray(image)
    dark, paper, light = (float(grey) for grey in np.percentile(pixels, (2, 50, 98)))
    if light - paper > paper - dark:
        pixels, dark, paper = 255 - pixels, 255 - light, 255 - paper
    contrast = 255.0 / max(paper - dark, _LEAST_CONTRAST)
    return Image.fromarray(np.clip((pixels - dark) * contrast, 0, 255).astype(np.uint8))


def find_print(image: Image.Image, darker_than: int = _INK) -> list[Print]:
    """Return every line of print, or what looks like one, with its box around the ink."""
    side = max(2, image.width // _SQUARES)
    ink = _squares(np.asarray(image) < darker_than, side)
    boxes: list[list[int]] = []
    above: list[tuple[int, int, int]] = []
    parents: list[int] = []
    for row in range(ink.shape[0]):
        here = []
        for start, end in _runs(ink[row] >= _SOME_INK):
            number = _joined(start, end, above, parents)
            if number == len(boxes):
                parents.append(number)
                boxes.append([start, row, end, row + 1, 0])
            box = boxes[number]
            box[:4] = min(box[0], start), box[1], max(box[2], end), row + 1
            box[4] += int(ink[row, start:end].sum())
            here.append((start, end, number))
        above = here
    return _merged(boxes, parents, side)


def _squares(ink: Mask, side: int) -> NDArray[np.int32]:
    """Return the dots of ink in each square of the page."""
    height, width = (n // side * side for n in ink.shape)
    squares = ink[:height, :width].reshape(height // side, side, width // side, side)
    counts: NDArray[np.int32] = squares.sum(axis=(1, 3), dtype=np.int32)
    return counts


def _runs(has_ink: Mask) -> list[tuple[int, int]]:
    """Return start and end of the runs of ink in a row, small gaps closed."""
    places = np.flatnonzero(has_ink)
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > _GAP)
    starts = places[np.concatenate(([0], breaks + 1))]
    ends = places[np.concatenate((breaks, [places.size - 1]))] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _joined(
    start: int, end: int, above: Sequence[tuple[int, int, int]], parents: list[int]
) -> int:
    """Return the number of the line that touches a run from above; runs that meet become one."""
    touching = [_root(n, parents) for s, e, n in above if s < end and start < e]
    if not touching:
        return len(parents)
    first = min(touching)
    for other in touching:
        parents[other] = first
    return first


def _root(number: int, parents: Sequence[int]) -> int:
    while parents[number] != number:
        number = parents[number]
    return number


def _merged(boxes: Sequence[Sequence[int]], parents: Sequence[int], side: int) -> list[Print]:
    """Return one box for all that turned out to be one line, in pixels."""
    whole: dict[int, list[int]] = {}
    for number, (x0, y0, x1, y1, ink) in enumerate(boxes):
        box = whole.setdefault(_root(number, parents), [x0, y0, x1, y1, 0])
        box[:4] = min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1)
        box[4] += ink
    return [
        Print(x0 * side, y0 * side, x1 * side, y1 * side, _is_dark(x1 - x0, y1 - y0, ink, side))
        for x0, y0, x1, y1, ink in whole.values()
    ]


def _is_dark(n_wide: int, n_high: int, ink: int, side: int) -> bool:
    return ink > _DARK * n_wide * n_high * side * side
