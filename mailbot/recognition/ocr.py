"""Reads words from images with Tesseract, with their boxes: scanned pages and photos.

Tesseract runs as a process of its own per page (pytesseract), on one thread: its default of one
thread per core is slower and three times dearer (OMP_THREAD_LIMIT, Tesseract FAQ).
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

import pytesseract
from PIL import Image, ImageOps, UnidentifiedImageError

from mailbot.domain.errors import Temporary
from mailbot.recognition.layout import Page, Word

LANGUAGES = ("nld", "fra", "eng", "deu")

#: pixels across a page that is rendered for OCR: A4 at 300 dpi
RENDER_WIDTH = 2480
#: seconds for one page; Tesseract needs 3 to 10
_TIMEOUT = 60
#: pixels of an image that is read; larger ones are made smaller
_MAX_PIXELS = 12_000_000
#: pixels of an image that is opened at all (a bomb of 1 MB can hold 10 000 million)
_MAX_OPEN_PIXELS = 120_000_000
_MIN_WIDTH = 1600
#: page width in points that photos are given: A4
_A4_WIDTH = 595.0
#: below this mean confidence, or with fewer words, the page may stand on its side
_DOUBTFUL = 0.75
_FEW_WORDS = 15
#: the two parts of an amount that Tesseract has split at its decimal sign
_AMOUNT_HEAD, _AMOUNT_TAIL = re.compile(r"\d[.,]$"), re.compile(r"\d{2}(?!\d)")
#: a gap inside an amount, in heights of its digits
_NARROW = 0.9
#: share of the usual height below which a word has small letters only
_LOW = 0.8
#: words that Tesseract itself holds for noise
_NOISE = 0.15
#: sureness in an orientation below which the page is not turned (Tesseract's own unit)
_MIN_ORIENTATION = 2.0

_IMAGE_ERRORS = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError,
    Image.DecompressionBombError,
)  # fmt: skip


class ImageError(ValueError):
    """This is no image that can be read."""


class PageError(ValueError):
    """Tesseract gave up on this page, or took too long."""


@dataclass(frozen=True, slots=True)
class _Reading:
    words: list[Word]
    #: rise of the lines per pixel to the right
    slope: float

    @property
    def quality(self) -> float:
        """Mean confidence, weighed by the number of words."""
        if not self.words:
            return 0.0
        mean = sum(w.confidence for w in self.words) / len(self.words)
        return mean * min(1.0, len(self.words) / _FEW_WORDS)


def open_image(content: bytes) -> Image.Image:
    """Return the image in `content`, upright as its EXIF data say, in shades of grey.

    Raises ImageError for what is no image or would take too much memory.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _MAX_OPEN_PIXELS:
                raise ImageError("image_too_large")
            image.draft("L", (image.width, image.height))
            upright = ImageOps.exif_transpose(image)
            return _flat(upright)
    except _IMAGE_ERRORS as error:
        raise ImageError("image_broken") from error


def _flat(image: Image.Image) -> Image.Image:
    """Return the image in grey on white: transparent parts would become black."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return image.convert("L")


def read_page(
    image: Image.Image,
    number: int,
    *,
    width: float = _A4_WIDTH,
    languages: Sequence[str] = LANGUAGES,
) -> Page:
    """Return the words of `image` as page `number` that is `width` points wide.

    A page that stands on its side is turned. Raises PageError when Tesseract fails or takes too
    long, and Temporary with one sentence for the operator when it or a language is not installed.
    """
    _check_installed(tuple(languages))
    image = _fit(image.convert("L"))
    reading = _read(image, languages)
    turned = _orientation(image) if reading.quality < _DOUBTFUL else 0
    if turned:
        sideways = image.rotate(-turned, expand=True, fillcolor=255)
        other = _read(sideways, languages)
        if other.quality > reading.quality:
            image, reading = sideways, other
    scale = width / max(image.width, 1)
    words = tuple(
        Word(w.text, w.x0 * scale, w.y0 * scale, w.x1 * scale, w.y1 * scale, w.confidence)
        for w in reading.words
    )
    return Page(number, width, image.height * scale, words, reading.slope, is_ocr=True)


def _fit(image: Image.Image) -> Image.Image:
    """Return the image in a size that Tesseract reads well and in bounded time."""
    pixels = image.width * image.height
    if pixels > _MAX_PIXELS:
        factor = (_MAX_PIXELS / pixels) ** 0.5
    elif image.width < _MIN_WIDTH and image.width > 0:
        factor = min(_MIN_WIDTH / image.width, 3.0)
    else:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _read(image: Image.Image, languages: Sequence[str]) -> _Reading:
    try:
        table = pytesseract.image_to_data(
            image,
            lang="+".join(languages),
            config="--psm 4",
            timeout=_TIMEOUT,
            output_type=pytesseract.Output.DICT,
        )
    except RuntimeError as error:
        # pytesseract says "Tesseract process timeout" and Tesseract's own messages this way.
        raise PageError(str(error)) from error
    lines: dict[tuple[int, int, int], list[Word]] = {}
    for row, text in enumerate(table["text"]):
        confidence = float(table["conf"][row]) / 100
        if not text.strip() or confidence < _NOISE:
            continue
        x0, y0 = float(table["left"][row]), float(table["top"][row])
        x1, y1 = x0 + float(table["width"][row]), y0 + float(table["height"][row])
        key = (table["block_num"][row], table["par_num"][row], table["line_num"][row])
        lines.setdefault(key, []).append(Word(text.strip(), x0, y0, x1, y1, confidence))
    words = [word for line in lines.values() for word in _levelled(_joined(line))]
    return _Reading(words, _slope(lines.values()))


def _joined(line: list[Word]) -> list[Word]:
    """Return the words of a line with amounts in one piece: "65." and "20" are "65.20"."""
    joined: list[Word] = []
    for word in line:
        left = joined[-1] if joined else None
        if left and _AMOUNT_HEAD.search(left.text) and _AMOUNT_TAIL.match(word.text):
            near = word.x0 - left.x1 < _NARROW * max(left.height, word.height)
            if near:
                joined[-1] = _merged(left, word)
                continue
        joined.append(word)
    return joined


def _merged(left: Word, right: Word) -> Word:
    return Word(
        left.text + right.text,
        left.x0,
        min(left.y0, right.y0),
        right.x1,
        max(left.y1, right.y1),
        min(left.confidence, right.confidence),
    )


def _levelled(line: list[Word]) -> list[Word]:
    """Return the words of a line with about one height: "van" becomes as high as "Datum"."""
    height = median(word.height for word in line)
    floor = max(word.y1 for word in line)
    return [_raised(word, height, floor) if word.height < _LOW * height else word for word in line]


def _raised(word: Word, height: float, floor: float) -> Word:
    """Return a word of small letters, which stand on the baseline, as high as its line."""
    bottom = min(word.y1 + 0.1 * height, floor)
    return Word(word.text, word.x0, bottom - height, word.x1, bottom, word.confidence)


def _slope(lines: Iterable[list[Word]]) -> float:
    """Return the usual rise of the long lines."""
    slopes = []
    for line in lines:
        first, last = line[0], line[-1]
        run = last.x0 - first.x0
        if len(line) > 2 and run > 200:
            slopes.append(((last.y0 + last.y1) - (first.y0 + first.y1)) / 2 / run)
    return float(median(slopes)) if slopes else 0.0


def _orientation(image: Image.Image) -> int:
    """Return by how many degrees, clockwise, the page must be turned; 0 when that is not sure."""
    try:
        found = pytesseract.image_to_osd(
            image, timeout=_TIMEOUT, output_type=pytesseract.Output.DICT
        )
    except (RuntimeError, pytesseract.TesseractError):
        return 0  # "Too few characters": nothing to turn
    sure = float(found.get("orientation_conf", 0.0)) >= _MIN_ORIENTATION
    return int(found.get("rotate", 0)) if sure else 0


@cache
def _check_installed(languages: tuple[str, ...]) -> None:
    """Raise Temporary when Tesseract or one of `languages` is not installed.

    Also asks for one thread: pytesseract hands its environment to Tesseract, and that environment
    is this process's own; what the operator has set stays.
    """
    pytesseract.pytesseract.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        installed = set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, OSError) as error:
        raise Temporary(
            "Tesseract is not installed, scans cannot be read: apt install tesseract-ocr"
        ) from error
    missing = [name for name in languages if name not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name}" for name in missing)
        raise Temporary(f"Tesseract lacks {', '.join(missing)}: apt install {packages}")
