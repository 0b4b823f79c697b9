"""Reads the words of a PDF with their boxes, and makes images of its pages.

pdfium does the reading; what pdfium cannot open is repaired by pikepdf (qpdf) and tried again.
pdfium is not thread-safe (pypdfium2, "Thread incompatibility"): one lock guards every call.
"""

import ctypes
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from mailbot.recognition.codes import Code
from mailbot.recognition.layout import Box, Page, Word
from mailbot.recognition.mended_words import mend
from mailbot.recognition.page_codes import codes_on
from mailbot.recognition.pdf_scan import find_picture, find_width
from mailbot.recognition.pdf_visibility import Visibility

_LOCK = threading.Lock()

#: more pages are counted, not read
MAX_PAGES = 60
#: characters of one page
_MAX_CHARACTERS = 60_000
#: pixels of one rendered page: A4 at 400 dpi
_MAX_PIXELS = 16_000_000
#: fewer words are a stamp or a page number, not the text of a page that is an image
_FEW_WORDS = 12
#: share of the page that an image covers when the page is a scan
_SCAN_SHARE = 0.5
#: share of letters without a meaning (a font without a Unicode table) from which text is useless
_GARBLED = 0.25
#: drawings from which a page without text is text drawn as outlines
_MANY_DRAWINGS = 40

#: gaps in heights of the letters: between words that no space parts, and inside a word
_WORD_GAP, _LETTER_GAP = 0.12, 0.03

_NO_BREAK = {"\ufffe": "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-"}
_ERRORS = (pdfium.PdfiumError, ValueError, OverflowError, MemoryError)
_PIKEPDF_ERRORS = (pikepdf.PdfError, ValueError, RuntimeError, OverflowError, MemoryError)


class PdfError(ValueError):
    """This page cannot be shown: `reason` is password_required, pdf_broken or no_such_page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class PasswordRequired:
    """The file is encrypted and none of the passwords opens it."""


@dataclass(frozen=True)
class Unreadable:
    """Neither pdfium nor pikepdf can open the file."""

    reason: str = "pdf_broken"


@dataclass(frozen=True, kw_only=True)
class PdfText:
    """The pages of a PDF as far as they are text."""

    n_pages: int
    #: at most MAX_PAGES
    pages: tuple[Page, ...]
    #: numbers of pages that must be read as images
    image_pages: frozenset[int]
    #: QR codes and bar codes, in order of the pages
    codes: tuple[Code, ...] = ()
    #: the file without encryption and repaired, when it was not readable as it came
    content: bytes
    password: str = ""


def read_text(
    content: bytes, passwords: Sequence[str] = ()
) -> PdfText | PasswordRequired | Unreadable:
    """Return the words of every page of `content`; trouble with the file is a value."""
    try:
        with _opened(content, passwords) as (document, sound, password):
            numbers = range(1, min(len(document), MAX_PAGES) + 1)
            read = [_read_page(document, number) for number in numbers]
            return PdfText(
                n_pages=len(document),
                pages=tuple(page for page, _, _ in read),
                image_pages=frozenset(page.number for page, is_image, _ in read if is_image),
                codes=tuple(code for _, _, codes in read for code in codes),
                content=sound,
                password=password,
            )
    except PdfError as refused:
        return PasswordRequired() if refused.reason == "password_required" else Unreadable()


def render_page(content: bytes, page: int, width_px: int, *, password: str = "") -> bytes:
    """Return page number `page` (1-based) as PNG, `width_px` pixels wide; b"" if that fails.

    A page that would have too many pixels becomes smaller.
    """
    try:
        image = page_image(content, page, width_px, password=password)
    except PdfError:
        return b""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def page_image(content: bytes, page: int, width_px: int, *, password: str = "") -> Image.Image:
    """Return page number `page` as an image; see `render_page`. Raises PdfError."""
    with _opened(content, (password,)) as (document, _, _):
        if not 1 <= page <= len(document):
            raise PdfError("no_such_page")
        try:
            return _render(document, page, width_px)
        except _ERRORS as error:
            raise PdfError("pdf_broken") from error


def scan_image(content: bytes, page: int, *, password: str = "") -> Image.Image:
    """Return page number `page` in grey, as it was scanned. Raises PdfError."""
    with _opened(content, (password,)) as (document, _, _):
        if not 1 <= page <= len(document):
            raise PdfError("no_such_page")
        try:
            sheet = document[page - 1]
            picture = find_picture(sheet)
            return picture or _render(document, page, find_width(sheet)).convert("L")
        except _ERRORS as error:
            raise PdfError("pdf_broken") from error


@contextmanager
def _opened(content: bytes, passwords: Sequence[str]) -> Iterator[tuple[Any, bytes, str]]:
    """Open `content`, repaired if need be, and hand out document, content and password."""
    with _LOCK:
        document, sound, password = _open(content, ("", *passwords))
        try:
            yield document, sound, password
        finally:
            document.close()


def _open(content: bytes, passwords: Sequence[str]) -> tuple[Any, bytes, str]:
    for password in passwords:
        try:
            document = pdfium.PdfDocument(content, password=password or None)
        except _ERRORS as error:
            if getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD:
                continue
            break
        if len(document):
            if document.get_formtype() != pdfium.raw.FORMTYPE_NONE:
                document.init_forms()
            return document, content, password
        document.close()
        break
    else:
        raise PdfError("password_required")
    repaired = _repaired(content, passwords)
    try:
        document = pdfium.PdfDocument(repaired)
    except _ERRORS as error:
        raise PdfError("pdf_broken") from error
    return document, repaired, ""


def _repaired(content: bytes, passwords: Sequence[str]) -> bytes:
    """Return what qpdf can save of `content`, without encryption."""
    for password in passwords:
        try:
            with pikepdf.open(io.BytesIO(content), password=password) as document:
                out = io.BytesIO()
                document.save(out, encryption=False)
                return out.getvalue()
        except pikepdf.PasswordError:
            continue
        except _PIKEPDF_ERRORS as error:
            raise PdfError("pdf_broken") from error
    raise PdfError("password_required")


def _read_page(document: Any, number: int) -> tuple[Page, bool, list[Code]]:
    """Return a page, whether it has to be read as an image, and its codes; broken: empty."""
    try:
        page = _loaded(document, number)
    except _ERRORS:
        return Page(number, 1.0, 1.0, ()), False, []
    try:
        width, height = page.get_size()
        words, is_garbled = _words(page)
        is_image = is_garbled or (
            len(words) < _FEW_WORDS and _is_drawn(page, has_text=bool(words))
        )
        read = mend(Page(number, width, height, () if is_image else tuple(words)))
        return read, is_image, codes_on(page, number)
    except _ERRORS:
        return Page(number, 1.0, 1.0, ()), False, []
    finally:
        page.close()


def _loaded(document: Any, number: int) -> Any:
    """Return a page; what people filled in a form is made part of it, as they see it."""
    page = document[number - 1]
    if not document.formenv or page.flatten() != pdfium.raw.FLATTEN_SUCCESS:
        return page
    page.close()
    return document[number - 1]


def _words(page: Any) -> tuple[list[Word], bool]:
    """Return the words that run from left to right, and whether the text is useless."""
    text_page = page.get_textpage()
    try:
        place, visibility = _placer(page), Visibility(page, text_page.raw)
        runs = list(_runs(text_page.raw, page.get_rotation()))
        placed = [(text, place(box), first) for text, box, first, is_level in runs if is_level]
        words = [
            Word(text, *box, confidence=seen)
            for text, box, first in placed
            if (seen := visibility.of(first, box)) > 0
        ]
        letters = "".join(word.text for word in words)
        garbled = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in letters)
        n_all = pdfium.raw.FPDFText_CountChars(text_page.raw)
        # A page whose text all runs upwards was scanned sideways: OCR turns it.
        is_sideways = n_all > 4 * _FEW_WORDS and len(letters) < n_all / 4
        return words, is_sideways or garbled > _GARBLED * max(len(letters), 1)
    finally:
        text_page.close()


def _placer(page: Any) -> Callable[[Box], Box]:
    """Return the function from a box in PDF space to one from the top left as shown."""
    left, bottom, right, top = page.get_bbox()
    turns: dict[int, Callable[[float, float], tuple[float, float]]] = {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    turn = turns[page.get_rotation() % 360]

    def place(box: Box) -> Box:
        (ax, ay), (bx, by) = turn(box[0], box[1]), turn(box[2], box[3])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    return place


def _runs(text_page: Any, rotation: int) -> Iterator[tuple[str, Box, int, bool]]:
    """Yield each word as it is drawn: text, box, its first character, "runs to the right"."""
    letters: list[str] = []
    boxes: list[Box] = []
    first = 0
    for index, letter, box in _characters(text_page):
        if letters and (letter.isspace() or _is_apart(boxes, box, rotation)):
            yield _text(letters), _around(boxes), first, _is_level(text_page, first, rotation)
            letters, boxes = [], []
        if not letter.isspace():
            if not letters:
                first = index
            letters.append(letter)
            boxes.append(box)
    if letters:
        yield _text(letters), _around(boxes), first, _is_level(text_page, first, rotation)


def _text(letters: list[str]) -> str:
    """Return UTF-16 code units, which is what pdfium gives, as text."""
    text = "".join(letters)
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _characters(text_page: Any) -> Iterator[tuple[int, str, Box]]:
    """Yield index, character and box (left, bottom, right, top) of each character."""
    raw = pdfium.raw
    rect = raw.FS_RECTF()
    pointer = ctypes.byref(rect)
    count = min(raw.FPDFText_CountChars(text_page), _MAX_CHARACTERS)
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text_page, index)
        letter = chr(code) if 0 < code <= 0x10FFFF else "\ufffd"
        if not raw.FPDFText_GetLooseCharBox(text_page, index, pointer):
            letter = " "
        yield index, _NO_BREAK.get(letter, letter), (rect.left, rect.bottom, rect.right, rect.top)


def _is_apart(word: list[Box], letter: Box, rotation: int) -> bool:
    """Tell whether a character cannot be of the word that was drawn before it.

    Words without a space between them are apart when the gap is wider than any inside the word.
    """
    left, right = _lying(word[-1], rotation), _lying(letter, rotation)
    height = max(min(left[3] - left[1], right[3] - right[1]), 0.5)
    overlap = min(left[3], right[3]) - max(left[1], right[1])
    gap = max(right[0] - left[2], left[0] - right[2])
    if overlap < height / 3 or gap > height / 2:
        return True
    if gap < _WORD_GAP * height or len(word) < 2:
        return False
    before = _lying(word[-2], rotation)
    return gap > 3 * max(left[0] - before[2], _LETTER_GAP * height)


def _lying(box: Box, rotation: int) -> Box:
    """Return a box as it lies on a page that is shown turned."""
    return (box[1], box[0], box[3], box[2]) if rotation % 180 else box


def _around(boxes: list[Box]) -> Box:
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def _is_level(text_page: Any, index: int, rotation: int) -> bool:
    """Tell whether the character at `index` stands upright on the page as shown."""
    angle = pdfium.raw.FPDFText_GetCharAngle(text_page, index)
    degrees = (angle * 57.29578 + rotation) % 360
    return bool(degrees < 20 or degrees > 340)


def _is_drawn(page: Any, *, has_text: bool) -> bool:
    """Tell whether there is something to read on a page with hardly any text."""
    width, height = page.get_size()
    area, n_drawings = 0.0, 0
    for thing in page.get_objects(max_depth=3):
        if thing.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = thing.get_bounds()
            area += max(x1 - x0, 0) * max(y1 - y0, 0)
        elif thing.type == pdfium.raw.FPDF_PAGEOBJ_PATH:
            n_drawings += 1
    share = area / max(width * height, 1.0)
    return share > (_SCAN_SHARE if has_text else 0.02) or n_drawings > _MANY_DRAWINGS


def _render(document: Any, number: int, width_px: int) -> Image.Image:
    page = document[number - 1]
    try:
        width, height = page.get_size()
        scale = max(width_px, 1) / max(width, 1.0)
        scale = min(scale, (_MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale)
        try:
            # A copy, because the bitmap's memory is freed when it is closed.
            image: Image.Image = bitmap.to_pil().convert("RGB")
            return image
        finally:
            bitmap.close()
    finally:
        page.close()
