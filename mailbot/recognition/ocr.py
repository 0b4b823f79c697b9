"""Reads words from images with their boxes: scanned pages and photos.

What is done to an image follows from what it shows: `scan_image` makes it ready, `ocr_engine` asks
Tesseract, `second_look` reads again what was left out or doubtful, and `ocr_repair` mends the
rest; a page that was read badly as a whole is turned and read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from mailbot.recognition.layout import Page, Word
from mailbot.recognition.ocr_engine import (
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
from mailbot.recognition.second_look import read_doubtful, read_left_out

__all__ = ["LANGUAGES", "ImageError", "PageError", "open_image", "read_page"]

LANGUAGES = ("nld", "fra", "eng", "deu")

#: page width in points that photos are given: A4
_A4_WIDTH = 595.0
#: below this mean confidence, or with fewer words, the page may stand on its side
_DOUBTFUL = 0.75
_FEW_WORDS = 15
#: letters of a word that says nothing, and share of longer words on a page of text
_SHORT_WORD, _LEAST_SHARE = 2, 0.4
#: sureness in an orientation below which the page is not turned (Tesseract's own unit)
_MIN_ORIENTATION = 2.0


@dataclass(frozen=True, slots=True)
class _Reading:
    image: Image.Image
    lines: list[list[Word]]
    #: degrees by which the image was turned against the clock
    turn: float = 0.0

    @property
    def quality(self) -> float:
        """Mean confidence in words of some letters, weighed by their number and share.

        A page on its side gives single letters, of which Tesseract can be very sure.
        """
        words = [word for line in self.lines for word in line]
        sure = [w.confidence for w in words if sum(c.isalnum() for c in w.text) > _SHORT_WORD]
        if not sure:
            return 0.0
        share = min(1.0, len(sure) / (_LEAST_SHARE * len(words)))
        return sum(sure) / len(sure) * min(1.0, len(sure) / _FEW_WORDS) * share


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
    is_sideways = round(reading.turn / 90) % 2 == 1
    scale = width / max(reading.image.height if is_sideways else reading.image.width, 1)
    words = tuple(
        Word(w.text, w.x0 * scale, w.y0 * scale, w.x1 * scale, w.y1 * scale, w.confidence)
        for line in reading.lines
        for w in line
    )
    size = reading.image.width * scale, reading.image.height * scale
    slope = find_slope(reading.lines)
    return Page(number, *size, words, slope, is_ocr=True, turn=reading.turn)


def _read(image: Image.Image, languages: Sequence[str], turn: float = 0.0) -> _Reading:
    """Return what an image says that was turned by `turn` degrees already."""
    scan = prepare(image)
    bare = remove_ruled_lines(scan.image)
    lines = read_lines(bare, languages, Mode.PAGE)
    lines = read_left_out(bare, lines, languages)
    lines = tidy_lines(read_doubtful(bare, lines, languages))
    return _Reading(bare, [mend_line(line) for line in lines], turn + scan.turn)


def _read_upright(reading: _Reading, languages: Sequence[str]) -> _Reading:
    """Return the reading of the page turned as it should stand, if that reads better."""
    found = find_orientation(reading.image)
    if not found.turn or found.sureness < _MIN_ORIENTATION:
        return reading
    upright = reading.image.rotate(-found.turn, expand=True, fillcolor=255)
    other = _read(upright, languages, reading.turn - found.turn)
    return other if other.quality > reading.quality else reading
