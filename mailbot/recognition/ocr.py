"""Reads words from images with their boxes: scanned pages and photos.

What is done to an image follows from what it shows: `scan_image` makes it ready, `ocr_engine` asks
Tesseract, and a page that was read with doubt is turned and read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from mailbot.recognition.layout import Page, Word
from mailbot.recognition.ocr_engine import (
    Line,
    Mode,
    PageError,
    check_installed,
    find_orientation,
    read_lines,
)
from mailbot.recognition.ocr_repair import mend_line
from mailbot.recognition.ocr_words import find_slope, tidy_lines
from mailbot.recognition.ruled_lines import remove_ruled_lines
from mailbot.recognition.scan_image import ImageError, open_image, prepare
from mailbot.recognition.unread_print import Print, find_unread, on_white

__all__ = ["LANGUAGES", "ImageError", "PageError", "open_image", "read_page"]

LANGUAGES = ("nld", "fra", "eng", "deu")

#: page width in points that photos are given: A4
_A4_WIDTH = 595.0
#: below this mean confidence, or with fewer words, the page may stand on its side
_DOUBTFUL = 0.75
_FEW_WORDS = 15
#: sureness in an orientation below which the page is not turned (Tesseract's own unit)
_MIN_ORIENTATION = 2.0
#: a line that is read by itself: its edge in its heights, its height in pixels, its growth at most
_EDGE, _LINE_HEIGHT, _MAX_GROWTH = 0.35, 48.0, 3.0
#: how well words must cover a line of print that is read by itself: else it is a picture
_WORTH = 0.4
#: share of a word that lies in a line of print to which it belongs
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class _Reading:
    image: Image.Image
    lines: list[list[Word]]

    @property
    def quality(self) -> float:
        """Mean confidence, weighed by the number of words."""
        sure = [word.confidence for line in self.lines for word in line]
        if not sure:
            return 0.0
        return sum(sure) / len(sure) * min(1.0, len(sure) / _FEW_WORDS)


def read_page(
    image: Image.Image,
    number: int,
    *,
    width: float = _A4_WIDTH,
    languages: Sequence[str] = LANGUAGES,
) -> Page:
    """Return the words of `image` as page `number` that is `width` points wide.

    A page that stands on its side is turned. Raises PageError when Tesseract fails or takes too
    long, and Temporary with one sentence for the operator when a language is not installed.
    """
    check_installed(tuple(languages))
    reading = _read(image.convert("L"), languages)
    if reading.quality < _DOUBTFUL:
        reading = _read_upright(reading, languages)
    scale = width / max(reading.image.width, 1)
    words = tuple(
        Word(w.text, w.x0 * scale, w.y0 * scale, w.x1 * scale, w.y1 * scale, w.confidence)
        for line in reading.lines
        for w in line
    )
    slope = find_slope(reading.lines)
    return Page(number, width, reading.image.height * scale, words, slope, is_ocr=True)


def _read(image: Image.Image, languages: Sequence[str]) -> _Reading:
    bare = remove_ruled_lines(prepare(image).image)
    lines = read_lines(bare, languages, Mode.PAGE)
    lines = tidy_lines(_read_again(bare, lines, languages))
    return _Reading(bare, [mend_line(line) for line in lines])


def _read_again(image: Image.Image, lines: Sequence[Line], languages: Sequence[str]) -> list[Line]:
    """Return the lines with what was left out or read with doubt read by itself."""
    every = [list(line) for line in lines]
    for line in find_unread(image, [word for words in every for word in words]):
        found = _read_line(image, line, languages)
        before = line.cover(word for words in every for word in words)
        if line.cover(found) > max(before, _WORTH):
            every = [[w for w in words if not _is_part(w, line)] for words in every]
            every.append(found)
    return every


def _is_part(word: Word, line: Print) -> bool:
    area = (word.x1 - word.x0) * word.height
    return line.overlap(word) > _MOSTLY * area


def _read_line(image: Image.Image, line: Print, languages: Sequence[str]) -> Line:
    """Return the words of one line of print, in the pixels of the image around it."""
    edge = round(line.height * _EDGE)
    box = (line.x0 - edge, line.y0 - edge, line.x1 + edge, line.y1 + edge)
    part = on_white(image.crop(box))
    scale = min(_LINE_HEIGHT / max(part.height, 1), _MAX_GROWTH)
    size = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
    part = part.resize(size, Image.Resampling.BICUBIC)
    return [
        Word(
            word.text,
            box[0] + word.x0 / scale,
            box[1] + word.y0 / scale,
            box[0] + word.x1 / scale,
            box[1] + word.y1 / scale,
            word.confidence,
        )
        for found in read_lines(part, languages, Mode.LINE)
        for word in found
    ]


def _read_upright(reading: _Reading, languages: Sequence[str]) -> _Reading:
    """Return the reading of the page turned as it should stand, if that reads better."""
    found = find_orientation(reading.image)
    if not found.turn or found.sureness < _MIN_ORIENTATION:
        return reading
    other = _read(reading.image.rotate(-found.turn, expand=True, fillcolor=255), languages)
    return other if other.quality > reading.quality else reading
