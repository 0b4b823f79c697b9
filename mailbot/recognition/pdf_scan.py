"""Takes the picture out of a PDF page that is a scan, in the resolution in which it was scanned.

Drawing such a page at another resolution blurs its letters: they are read worse and slower.
"""

from typing import Any

import pypdfium2 as pdfium
from PIL import Image

#: dots per inch in which a page that is no scan is drawn, and the least and most for one that is
_DRAWN_DPI, _MIN_DPI, _MAX_DPI = 200, 100, 300
#: points that the edges of a picture may be off those of its page
_EDGE = 2.0
#: share of the page from which a picture says something about the scan
_MIN_SHARE = 0.1
#: bits of a dot in pictures that need no mask or table to be understood: grey, RGB, RGB0
_PLAIN_BITS = (8, 24, 32)
_POINTS = 72.0


def find_picture(page: Any) -> Image.Image | None:
    """Return the one picture that covers an upright pdfium page, dot by dot; None if it is more.

    Raises PdfiumError for a broken picture.
    """
    things = list(page.get_objects(max_depth=3))
    if len(things) != 1 or things[0].type != pdfium.raw.FPDF_PAGEOBJ_IMAGE or page.get_rotation():
        return None
    picture = things[0]
    if not _covers(picture, page) or picture.get_metadata().bits_per_pixel not in _PLAIN_BITS:
        return None
    bitmap = picture.get_bitmap(render=False)
    bitmap.warn_on_close = False  # what leaves here is a copy
    try:
        image: Image.Image = bitmap.to_pil().convert("L")
        return image
    finally:
        bitmap.close()


def _covers(picture: Any, page: Any) -> bool:
    """Tell whether a picture stands upright on all of the page."""
    matrix = picture.get_matrix()
    is_upright = matrix.a > 0 and matrix.d > 0 and not matrix.b and not matrix.c
    edges = zip(picture.get_bounds(), page.get_bbox(), strict=True)
    return is_upright and all(abs(one - other) < _EDGE for one, other in edges)


def find_width(page: Any) -> int:
    """Return how many pixels wide a pdfium page must be drawn to keep what its pictures show."""
    width, height = page.get_size()
    found = [
        _resolution(thing)
        for thing in page.get_objects(max_depth=3)
        if thing.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE
        and _area(thing) > _MIN_SHARE * width * height
    ]
    dpi = min(max(found, default=_DRAWN_DPI), _MAX_DPI)
    return round(float(width) / _POINTS * max(dpi, _MIN_DPI))


def _area(picture: Any) -> float:
    x0, y0, x1, y1 = picture.get_bounds()
    return float(max(x1 - x0, 0.0) * max(y1 - y0, 0.0))


def _resolution(picture: Any) -> float:
    """Return the dots per inch of a picture as it stands on the page, turned or not."""
    n_wide, n_high = picture.get_px_size()
    return float((n_wide * n_high / max(_area(picture), 1.0)) ** 0.5 * _POINTS)
