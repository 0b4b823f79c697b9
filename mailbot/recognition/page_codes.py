"""Finds QR codes and bar codes on the pages of a PDF or in an image.

Only where something can be a code is looked at: a square image, a drawing of many small squares,
a page that is a scan. That spot is drawn in shades of grey and given to zxing; pages of text cost
next to nothing.
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import zxingcpp
from PIL import Image

from mailbot.recognition.codes import Code
from mailbot.recognition.layout import Box

_FORMATS = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Code128,
    ]
)
#: a, b, c, d, e, f of ISO 32000-1
Matrix = tuple[float, float, float, float, float, float]

_UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DRAWN = (
    pdfium.raw.FPDF_PAGEOBJ_IMAGE,
    pdfium.raw.FPDF_PAGEOBJ_PATH,
    pdfium.raw.FPDF_PAGEOBJ_FORM,
)
#: forms inside forms that are looked into
_DEEPEST = 3
#: points of the side of a code, and how much longer one side of its drawing may be
_SMALLEST, _LARGEST, _OBLONG = 28.0, 240.0, 1.35
#: points of the side of a code's square, and how many make a code
_SMALLEST_SQUARE, _LARGEST_SQUARE = 0.4, 12.0
_FEWEST_SQUARES = 60
#: lines and curves of a code that is one drawing
_FEWEST_SEGMENTS = 100
#: drawings of one page that are looked at
_MOST_DRAWINGS = 6000
#: spots of one page that are drawn
_MOST_SPOTS = 6
#: a page is a scan when an image covers this share of it
_SCAN_SHARE = 0.4
#: white around a code that readers need, in points
_QUIET = 8.0
#: pixels per point: a code is drawn large, a scanned page at about 150 dpi
_SPOT_SCALE, _PAGE_SCALE = 3.0, 2.1
_MOST_PIXELS = 6_000_000
_ERRORS = (pdfium.PdfiumError, ValueError, OverflowError, MemoryError)


def find_codes_in_image(image: Image.Image, page: int, *, scale: float) -> tuple[Code, ...]:
    """Return the codes in the image of page number `page`; `scale` is in points per pixel."""
    return tuple(_read(image, page, (0.0, 0.0), scale))


def codes_on(page: Any, number: int) -> list[Code]:
    """Return the codes on page number `number`, which is a page of pdfium; a broken one has none.

    The caller keeps other threads away from pdfium.
    """
    try:
        spots = _spots(page)
        # Of a page that is turned the whole is looked at, once: see _read_spot.
        spots = spots[:1] if page.get_rotation() else spots
        return [code for spot in spots for code in _read_spot(page, number, spot)]
    except _ERRORS:
        return []


# --- where to look -------------------------------------------------------------------------------


def _spots(page: Any) -> list[Box]:
    """Return the boxes, in PDF space, in which a code may stand; the whole page of a scan."""
    left, bottom, right, top = page.get_bbox()
    area = max((right - left) * (top - bottom), 1.0)
    spots: list[Box] = []
    squares: list[Box] = []
    for kind, thing, box in _drawings(page):
        covered = (box[2] - box[0]) * (box[3] - box[1]) / area
        if covered > _SCAN_SHARE and kind == pdfium.raw.FPDF_PAGEOBJ_IMAGE:
            return [(left, bottom, right, top)]
        if _is_square(box):
            squares.append(box)
        elif _may_be_code(kind, thing, box):
            spots.append(box)
    if len(squares) >= _FEWEST_SQUARES:
        spots.append(_around(squares))
    return spots[:_MOST_SPOTS]


def _drawings(page: Any) -> Iterator[tuple[int, Any, Box]]:
    """Yield kind, object and box of each image, drawing and small form of a page."""
    raw = pdfium.raw
    count = min(raw.FPDFPage_CountObjects(page.raw), _MOST_DRAWINGS)
    things = (raw.FPDFPage_GetObject(page.raw, index) for index in range(count))
    yield from _unfolded(things, _UNMOVED, depth=0)


def _unfolded(
    things: Iterator[Any], place: Matrix, *, depth: int
) -> Iterator[tuple[int, Any, Box]]:
    """Yield what is drawn, also inside forms that are larger than a code."""
    raw = pdfium.raw
    for thing in things:
        kind = raw.FPDFPageObj_GetType(thing)
        if kind not in _DRAWN or not (box := _bounds(thing, place)):
            continue
        is_large = max(box[2] - box[0], box[3] - box[1]) > _LARGEST
        if kind != raw.FPDF_PAGEOBJ_FORM or not is_large:
            yield kind, thing, box
        elif depth < _DEEPEST:
            count = min(raw.FPDFFormObj_CountObjects(thing), _MOST_DRAWINGS)
            inner = (raw.FPDFFormObj_GetObject(thing, index) for index in range(count))
            yield from _unfolded(inner, _moved(thing, place), depth=depth + 1)


def _bounds(thing: Any, place: Matrix) -> Box | None:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.raw.FPDFPageObj_GetBounds(thing, *edges):
        return None
    x0, y0, x1, y1 = (edge.value for edge in edges)
    if place is _UNMOVED:
        return x0, y0, x1, y1
    a, b, c, d, e, f = place
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)


def _moved(form: Any, place: Matrix) -> Matrix:
    """Return the matrix from inside `form` to the page (ISO 32000-1, 8.3.4)."""
    inner = pdfium.raw.FS_MATRIX()
    pdfium.raw.FPDFPageObj_GetMatrix(form, inner)
    a, b, c, d, e, f = inner.a, inner.b, inner.c, inner.d, inner.e, inner.f
    p, q, r, s, t, u = place
    return (
        a * p + b * r, a * q + b * s,
        c * p + d * r, c * q + d * s,
        e * p + f * r + t, e * q + f * s + u,
    )  # fmt: skip


def _is_square(box: Box) -> bool:
    """Tell whether a drawing is as small as the squares that codes are made of."""
    sides = (box[2] - box[0], box[3] - box[1])
    return min(sides) >= _SMALLEST_SQUARE and max(sides) <= _LARGEST_SQUARE


def _may_be_code(kind: int, thing: Any, box: Box) -> bool:
    """Tell whether an image, a form or one large drawing has the shape of a code."""
    sides = (box[2] - box[0], box[3] - box[1])
    if min(sides) < _SMALLEST or max(sides) > _LARGEST or max(sides) > _OBLONG * min(sides):
        return False
    is_path = kind == pdfium.raw.FPDF_PAGEOBJ_PATH
    return not is_path or pdfium.raw.FPDFPath_CountSegments(thing) >= _FEWEST_SEGMENTS


def _around(boxes: list[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


# --- reading -------------------------------------------------------------------------------------


def _read_spot(page: Any, number: int, spot: Box) -> Iterator[Code]:
    left, bottom, right, top = page.get_bbox()
    x0, y0 = max(spot[0] - _QUIET, left), max(spot[1] - _QUIET, bottom)
    x1, y1 = min(spot[2] + _QUIET, right), min(spot[3] + _QUIET, top)
    if page.get_rotation():
        # Spots are where things are drawn, not where they are shown: the whole page is looked at.
        x0, y0, x1, y1 = left, bottom, right, top
    if x1 <= x0 or y1 <= y0:
        return
    is_page = max(x1 - x0, y1 - y0) > _LARGEST + 2 * _QUIET
    scale = _PAGE_SCALE if is_page else _SPOT_SCALE
    scale = min(scale, (_MOST_PIXELS / ((x1 - x0) * (y1 - y0))) ** 0.5)
    crop = (x0 - left, y0 - bottom, right - x1, top - y1)
    bitmap = page.render(scale=scale, crop=crop, grayscale=True)
    try:
        yield from _read(bitmap.to_pil(), number, (x0 - left, top - y1), 1.0 / scale)
    finally:
        bitmap.close()


def _read(
    image: Image.Image, number: int, corner: tuple[float, float], scale: float
) -> Iterator[Code]:
    """Yield the codes of an image whose top left stands at `corner`, in points."""
    for barcode in zxingcpp.read_barcodes(image.convert("L"), formats=_FORMATS, try_invert=False):
        place = barcode.position
        points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        xs = [corner[0] + scale * point.x for point in points]
        ys = [corner[1] + scale * point.y for point in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        yield Code(bytes(barcode.bytes), barcode.text, number, box)
