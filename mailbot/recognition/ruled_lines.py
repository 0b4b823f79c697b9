"""Takes the ruled lines of tables and boxes off a scan: letters that touch them are read badly.

The image lies straight (see `scan_image`), so that lines are rows and columns of ink.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: dots that are looked at as one along a line; its gaps in print break a row of letters
_STEP = 4
#: grey below which a dot is ink
_INK = 190
#: shares of the width of the page: shorter rows or columns of ink are letters
_MIN_ACROSS, _MIN_DOWN = 1 / 8, 1 / 24
#: share of a line that is ink; scans leave gaps
_SOLID = 0.9
#: dots of a square, and share of ink in nine of them from which the place is a dark box
_SQUARE, _DARK = 8, 0.5
_WHITE = 255

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]


def remove_ruled_lines(image: Image.Image) -> Image.Image:
    """Return a straight grey image with white in place of its ruled lines."""
    pixels = np.array(image)
    least = image.width * _MIN_ACROSS / _STEP, image.width * _MIN_DOWN / _STEP
    across = _lines(pixels, int(least[0]))
    down = _lines(pixels.T, int(least[1])).T
    if not across.any() and not down.any():
        return image
    lines = _without_crossings(_widened(across), pixels) | _widened(down.T).T
    pixels[lines & ~_dark_areas(pixels)] = _WHITE
    return Image.fromarray(pixels)


def _lines(pixels: Pixels, least: int) -> Mask:
    """Return where rows of ink are that are at least `least` steps long."""
    height, width = pixels.shape
    n_steps = width // _STEP
    if least < 1 or n_steps <= least:
        return np.zeros(pixels.shape, dtype=bool)
    steps = pixels[:, : n_steps * _STEP].reshape(height, n_steps, _STEP).max(axis=2) < _INK
    rows = np.flatnonzero(steps.sum(axis=1) >= _SOLID * least)
    found = np.zeros((height, n_steps), dtype=bool)
    found[rows] = _long_runs(steps[rows], least)
    wide = np.zeros(pixels.shape, dtype=bool)
    wide[:, : n_steps * _STEP] = np.repeat(found, _STEP, axis=1)
    return wide


def _long_runs(steps: Mask, least: int) -> Mask:
    """Return the steps that lie in a stretch of `least` steps of which nearly all are ink."""
    n_rows, n_steps = steps.shape
    sums = np.zeros((n_rows, n_steps + 1), dtype=np.int32)
    np.cumsum(steps, axis=1, out=sums[:, 1:])
    is_start = (sums[:, least:] - sums[:, :-least]) >= _SOLID * least
    edges = np.zeros((n_rows, n_steps + 1), dtype=np.int32)
    edges[:, : is_start.shape[1]] += is_start
    edges[:, least:] -= is_start
    return np.cumsum(edges[:, :n_steps], axis=1) > 0


def _dark_areas(pixels: Pixels) -> Mask:
    """Return where so much ink is that it is a dark box, with or without print in it."""
    height, width = (n // _SQUARE * _SQUARE for n in pixels.shape)
    ink = pixels[:height, :width] < _INK
    squares = ink.reshape(height // _SQUARE, _SQUARE, width // _SQUARE, _SQUARE).sum(axis=(1, 3))
    around = np.pad(squares, 1)
    n_rows, n_columns = squares.shape
    sums = sum(around[y : y + n_rows, x : x + n_columns] for y in range(3) for x in range(3))
    dark = np.asarray(sums) > _DARK * 9 * _SQUARE**2
    area = np.zeros(pixels.shape, dtype=bool)
    area[:height, :width] = dark.repeat(_SQUARE, axis=0).repeat(_SQUARE, axis=1)
    return area


def _widened(lines: Mask) -> Mask:
    """Return lines with the grey dots above and below them."""
    wide = lines.copy()
    wide[1:] |= lines[:-1]
    wide[:-1] |= lines[1:]
    return wide


def _without_crossings(lines: Mask, pixels: Pixels) -> Mask:
    """Return lines without the places where strokes of letters cross them."""
    ink = pixels < _INK
    crossed = np.zeros_like(lines)
    crossed[2:-2] = (ink & ~lines)[:-4] & (ink & ~lines)[4:]
    return lines & ~crossed
