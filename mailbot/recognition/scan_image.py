"""Makes a photo or scan ready for reading: upright, evenly lit, straight, of a useful size.

Each step looks at the image first and leaves alone what needs nothing. Images are grey, 0 black
to 255 white. Tesseract reads scans of 150 to 300 dpi best as they are: made larger they are read
worse and slower (docs/decisions/0013), so only small letters are.
"""

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

#: pixels of an image that is opened at all (a bomb of 1 MB can hold 10 000 million)
_MAX_OPEN_PIXELS = 120_000_000
#: pixels of an image that is read: A4 at 300 dpi; larger ones are made smaller
_MAX_PIXELS = 9_000_000
#: an image is narrower only when it is a thumbnail, or a receipt seen from afar
_MIN_WIDTH = 900
_MAX_GROWTH = 3.0

#: the light is measured on a copy that is so many times smaller
_LIGHT_SCALE = 8
#: below this no light is brought back: there is nothing to read in the dark
_DARKEST = 40
#: share of the contrast by which ink is made darker, above what is only noise of the paper
_INK_GAIN, _PAPER_NOISE = 1.5, 12

#: width of the copy on which the turn is measured, and of its strips of columns
_SKEW_WIDTH, _STRIP = 800, 8
#: degrees that a sheet lies askew at most, and below which it is left alone
_MAX_SKEW, _MIN_SKEW = 5.0, 0.2
#: grey below which a dot of a flattened image is ink
_INK = 200

_IMAGE_ERRORS = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError,
    Image.DecompressionBombError,
)  # fmt: skip

Grey = NDArray[np.float32]


class ImageError(ValueError):
    """This is no image that can be read."""


@dataclass(frozen=True, slots=True)
class Scan:
    """An image that is ready to be read, and how it came from the one before."""

    image: Image.Image
    #: degrees by which it was turned against the clock
    turn: float = 0.0


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
            return _opaque(upright)
    except _IMAGE_ERRORS as error:
        raise ImageError("image_broken") from error


def _opaque(image: Image.Image) -> Image.Image:
    """Return the image in grey on white: transparent parts would become black."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return image.convert("L")


def prepare(image: Image.Image) -> Scan:
    """Return a grey image ready for reading: size, light, ink, turn, in this order."""
    lit = darken_ink(flatten_light(fit(image)))
    angle = find_skew(lit)
    if abs(angle) < _MIN_SKEW:
        return Scan(lit)
    straight = lit.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    return Scan(straight, angle)


def fit(image: Image.Image) -> Image.Image:
    """Return the image in a size that can be read well and in bounded time."""
    pixels = image.width * image.height
    if pixels > _MAX_PIXELS:
        factor = (_MAX_PIXELS / pixels) ** 0.5
    elif 0 < image.width < _MIN_WIDTH:
        factor = min(_MIN_WIDTH / image.width, _MAX_GROWTH)
    else:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.BICUBIC)


def flatten_light(image: Image.Image) -> Image.Image:
    """Return the image as if its paper were white everywhere: divided by the light around."""
    small = (max(1, image.width // _LIGHT_SCALE), max(1, image.height // _LIGHT_SCALE))
    light = (
        image.resize(small, Image.Resampling.BOX)
        .filter(ImageFilter.MaxFilter(5))  # letters vanish, the paper between them stays
        .filter(ImageFilter.GaussianBlur(8))
        .resize(image.size, Image.Resampling.BILINEAR)
    )
    paper = np.maximum(np.asarray(light, dtype=np.float32), _DARKEST)
    flat = np.asarray(image, dtype=np.float32) * (255.0 / paper)
    return Image.fromarray(np.minimum(flat, 255.0).astype(np.uint8))


def darken_ink(image: Image.Image) -> Image.Image:
    """Return a flattened image with whiter paper and blacker ink, so that pale print stays."""
    table = [
        255 - min(255, round(max(0, 255 - grey - _PAPER_NOISE) * _INK_GAIN)) for grey in range(256)
    ]
    return image.point(table)


def find_skew(image: Image.Image) -> float:
    """Return by how many degrees, against the clock, a page must be turned to lie straight.

    The rows of text of a straight page give the sharpest profile of ink (projection profile
    method, Postl 1986). 0.0 when nothing is sharper than the page as it lies.
    """
    columns = _ink_columns(image)
    if columns.size == 0:
        return 0.0
    best = max(_steps(0.0, _MAX_SKEW, 0.5), key=lambda angle: _sharpness(columns, angle))
    return max(_steps(best, 0.4, 0.1), key=lambda angle: _sharpness(columns, angle))


def _steps(middle: float, reach: float, step: float) -> list[float]:
    """Return the angles around `middle`, nearest first, so that a draw is won by the nearest."""
    n_steps = round(reach / step)
    angles = [middle + step * n for n in range(-n_steps, n_steps + 1)]
    return sorted(angles, key=lambda angle: abs(angle - middle))


def _ink_columns(image: Image.Image) -> Grey:
    """Return how much ink each strip of columns has in each row, on a small copy."""
    scale = max(image.width / _SKEW_WIDTH, 1.0)
    size = (max(1, round(image.width / scale)), max(1, round(image.height / scale)))
    ink = np.asarray(image.resize(size, Image.Resampling.BOX)) < _INK
    starts = np.arange(0, ink.shape[1], _STRIP)
    return np.add.reduceat(ink.astype(np.float32), starts, axis=1)


def _sharpness(columns: Grey, angle: float) -> float:
    """Return how much the ink differs from row to row when the page is turned by `angle`."""
    height, n_strips = columns.shape
    middles = (np.arange(n_strips) + 0.5 - n_strips / 2) * _STRIP
    shifts = np.round(-math.tan(math.radians(angle)) * middles).astype(int)
    margin = int(np.abs(shifts).max()) + 1
    profile = np.zeros(height + 2 * margin, dtype=np.float32)
    for strip, shift in enumerate(shifts):
        profile[margin + shift : margin + shift + height] += columns[:, strip]
    return float(np.square(np.diff(profile)).sum())
