"""Tells which words of a PDF page people can see: hidden text must not decide about money.

Invisible text over the image of a page is the work of a scanner's OCR and is read, with the doubt
that OCR deserves; invisible text over nothing, and white letters on white, are left out.
"""

import ctypes
from functools import cached_property
from typing import Any

import pypdfium2 as pdfium

from mailbot.recognition.layout import Box

#: the sureness of letters that a scanner has read
_READ_BY_A_SCANNER = 0.8
#: share of the page that an image covers when the text lies over a scan
_SCAN_SHARE = 0.5
#: from this brightness of every colour on, letters and paper count as white
_WHITE = 240
#: opacity below which letters are not there
_TRANSPARENT = 26
#: pixels across the page that is drawn to see what lies below white letters
_PREVIEW_WIDTH = 300


class Visibility:
    """Says of words of one page how sure it is that people see them as they are written."""

    def __init__(self, page: Any, text_page: Any) -> None:
        self._page = page
        self._text_page = text_page
        self._colour = tuple(ctypes.c_uint() for _ in range(4))

    def of(self, index: int, box: Box) -> float:
        """Return the sureness of the word in `box` whose first character is number `index`.

        0.0: nobody sees it. `box` is in points from the top left of the page.
        """
        if self._is_invisible(index):
            return _READ_BY_A_SCANNER if self._is_scan else 0.0
        if self._is_white(index) and not self._has_dark_ground(box):
            return 0.0
        return 1.0

    def _is_invisible(self, index: int) -> bool:
        thing = pdfium.raw.FPDFText_GetTextObject(self._text_page, index)
        mode = pdfium.raw.FPDFTextObj_GetTextRenderMode(thing) if thing else 0
        return bool(mode == pdfium.raw.FPDF_TEXTRENDERMODE_INVISIBLE)

    def _is_white(self, index: int) -> bool:
        """Tell whether a letter is white or transparent."""
        red, green, blue, alpha = self._colour
        found = pdfium.raw.FPDFText_GetFillColor(
            self._text_page, index, *(ctypes.byref(part) for part in self._colour)
        )
        if not found:
            return False
        return min(red.value, green.value, blue.value) > _WHITE or alpha.value < _TRANSPARENT

    @cached_property
    def _is_scan(self) -> bool:
        """Whether an image covers most of the page."""
        width, height = self._page.get_size()
        bounds = [
            thing.get_bounds()
            for thing in self._page.get_objects(
                filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3
            )
        ]
        area = sum(max(x1 - x0, 0) * max(y1 - y0, 0) for x0, y0, x1, y1 in bounds)
        return bool(area > _SCAN_SHARE * width * height)

    @cached_property
    def _preview(self) -> Any:
        """The page as a small image in shades of grey."""
        scale = _PREVIEW_WIDTH / max(self._page.get_width(), 1.0)
        bitmap = self._page.render(scale=scale, grayscale=True)
        try:
            return bitmap.to_pil().convert("L").copy()
        finally:
            bitmap.close()

    def _has_dark_ground(self, box: Box) -> bool:
        """Tell whether what lies around white letters is dark enough to see them."""
        scale = self._preview.width / max(self._page.get_width(), 1.0)
        x0, y0, x1, y1 = (round(edge * scale) for edge in box)
        patch = self._preview.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
        return bool(patch.getextrema()[0] < _WHITE)
