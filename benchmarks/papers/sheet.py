"""A sheet on which text and shapes are put; how they get into a PDF is decided later."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import reportlab
import segno
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

#: family -> regular, bold
FAMILIES = {
    "sans": ("Helvetica", "Helvetica-Bold"),
    "serif": ("Times-Roman", "Times-Bold"),
    "mono": ("Courier", "Courier-Bold"),
    "vera": ("Vera", "VeraBd"),
}
_FONTS = Path(reportlab.__file__).parent / "fonts"

Colour = tuple[float, float, float]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (1, 1, 1)
GREY: Colour = (0.45, 0.45, 0.45)


@dataclass(frozen=True)
class Text:
    """A string whose left end stands at x, baseline at y (points from the top left)."""

    x: float
    y: float
    text: str
    font: str
    size: float
    colour: Colour = BLACK
    #: between letters, points
    spacing: float = 0.0
    #: PDF render mode; 3 is invisible
    mode: int = 0

    @property
    def width(self) -> float:
        """Width in points."""
        own = pdfmetrics.stringWidth(self.text, self.font, self.size)
        return float(own) + self.spacing * len(self.text)


@dataclass(frozen=True)
class Shape:
    """Something that is drawn: what draws it is given the canvas and the height of the page."""

    draw: Callable[[Canvas, float], None]


@dataclass(frozen=True)
class Spot:
    """Where a block begins (the baseline of its first line) and how wide it may be, points."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class FormField:
    """A text field of a form with a value."""

    x: float
    y: float
    width: float
    value: str
    size: float


Mark = Text | Shape | FormField


@cache
def register_fonts() -> None:
    """Make the fonts that come with reportlab known."""
    for name in ("Vera", "VeraBd"):
        file = str(_FONTS / f"{name}.ttf")
        pdfmetrics.registerFont(TTFont(name, file))
        # its glyphs have numbers of their own, as in most subsets; reportlab knows it by its face
        coded = TTFont(f"Coded{name}", file, asciiReadable=False)
        coded.face.name = coded.fontName.encode()
        pdfmetrics.registerFont(coded)


class Sheet:
    """Pages that are being written; y counts from the top."""

    def __init__(
        self, *, family: str = "sans", size: float = 9.0, paper: tuple[float, float] = A4
    ) -> None:
        register_fonts()
        self.family = family
        self.size = size
        self.paper = paper
        self.pages: list[list[Mark]] = [[]]
        #: spaces at the ends of text are kept as Word does
        self.lead = 1.32

    @property
    def width(self) -> float:
        """Width of the page in points."""
        return self.paper[0]

    @property
    def height(self) -> float:
        """Height of the page in points."""
        return self.paper[1]

    @property
    def step(self) -> float:
        """From one baseline to the next, points."""
        return self.size * self.lead

    def add(self, mark: Mark) -> None:
        """Put a mark on the last page."""
        self.pages[-1].append(mark)

    def new_page(self) -> None:
        """Begin another page."""
        self.pages.append([])

    def font(self, *, bold: bool = False, family: str = "") -> str:
        """Return the name of a font."""
        return FAMILIES[family or self.family][bold]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        align: str = "l",
        bold: bool = False,
        **changes: object,
    ) -> float:
        """Write text whose left (l), right (r) or middle (c) stands at x; return its width."""
        family = str(changes.pop("family", ""))
        mark = Text(x, y, text, self.font(bold=bold, family=family), self.size)
        mark = replace(mark, **changes)  # type: ignore[arg-type]
        shift = {"l": 0.0, "c": mark.width / 2, "r": mark.width}[align]
        self.add(replace(mark, x=x - shift))
        return mark.width

    def measure(self, text: str, *, bold: bool = False, size: float = 0.0) -> float:
        """Return the width of text in points."""
        return float(pdfmetrics.stringWidth(text, self.font(bold=bold), size or self.size))

    def fitting(self, text: str, width: float, *, bold: bool = False, most: float = 0.0) -> float:
        """Return the size, not below 4.5 points, at which text fits into `width` with some air."""
        size = min(self.size, most or self.size)
        needed = self.measure(text, bold=bold, size=size) + 4
        return max(4.5, size * min(1.0, width / needed))

    def lines(
        self, x: float, y: float, lines: list[str], *, align: str = "l", **changes: object
    ) -> float:
        """Write lines below one another; return the y of the next one."""
        size = float(changes.get("size", self.size))  # type: ignore[arg-type]
        for line in lines:
            self.text(x, y, line, align=align, **changes)  # type: ignore[arg-type]
            y += size * self.lead
        return y

    def paragraph(self, x: float, y: float, text: str, width: float, **changes: object) -> float:
        """Write text in lines of at most `width` points; return the y of the next line."""
        size = float(changes.get("size", self.size))  # type: ignore[arg-type]
        return self.lines(x, y, self._wrapped(text, width, size), **changes)  # type: ignore[arg-type]

    def _wrapped(self, text: str, width: float, size: float) -> list[str]:
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.measure(longer, size=size) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def rule(self, x0: float, y: float, x1: float, *, weight: float = 0.5) -> None:
        """Draw a horizontal line."""

        def draw(canvas: Canvas, height: float) -> None:
            canvas.setLineWidth(weight)
            canvas.line(x0, height - y, x1, height - y)

        self.add(Shape(draw))

    def upright(self, x: float, y0: float, y1: float) -> None:
        """Draw a vertical line."""

        def draw(canvas: Canvas, height: float) -> None:
            canvas.setLineWidth(0.5)
            canvas.line(x, height - y0, x, height - y1)

        self.add(Shape(draw))

    def box(
        self, x: float, y: float, width: float, depth: float, *, fill: Colour | None = None
    ) -> None:
        """Draw a box whose top left corner is at x, y: an outline, or filled."""

        def draw(canvas: Canvas, height: float) -> None:
            canvas.setLineWidth(0.6)
            if fill:
                canvas.setFillColorRGB(*fill)
            canvas.rect(x, height - y - depth, width, depth, stroke=not fill, fill=bool(fill))

        self.add(Shape(draw))

    def logo(self, x: float, y: float, side: float, colour: Colour) -> None:
        """Draw a mark without letters."""

        def draw(canvas: Canvas, height: float) -> None:
            canvas.setFillColorRGB(*colour)
            canvas.circle(x + side / 2, height - y - side / 2, side / 2, stroke=0, fill=1)
            canvas.setFillColorRGB(*WHITE)
            canvas.rect(
                x + side * 0.3, height - y - side * 0.62, side * 0.4, side * 0.2, stroke=0, fill=1
            )

        self.add(Shape(draw))

    def code(self, x: float, y: float, side: float, text: str) -> None:
        """Draw a QR code of `text`, `side` points wide with its quiet zone (level M)."""
        code = segno.make_qr(text, error="m", encoding="utf-8")
        rows = list(code.matrix_iter(border=4))
        cell = side / len(rows)

        def draw(canvas: Canvas, height: float) -> None:
            canvas.setFillColorRGB(*BLACK)
            for down, row in enumerate(rows):
                for across, is_dark in enumerate(row):
                    if is_dark:
                        canvas.rect(
                            x + across * cell,
                            height - y - (down + 1) * cell,
                            cell,
                            cell,
                            stroke=0,
                            fill=1,
                        )

        self.add(Shape(draw))

    def stamp(self, x: float, y: float, text: str, colour: Colour) -> None:
        """Draw a framed word askew, as a rubber stamp leaves it over what stands there."""

        def draw(canvas: Canvas, height: float) -> None:
            canvas.translate(x, height - y)
            canvas.rotate(14)
            canvas.setFillColorRGB(*colour)
            canvas.setStrokeColorRGB(*colour)
            canvas.setFont("Helvetica-Bold", 24)
            canvas.drawCentredString(0, 0, text)
            canvas.roundRect(-14 * len(text), -10, 28 * len(text), 36, 6)

        self.add(Shape(draw))

    def picture_of_text(self, x: float, y: float, text: str, size: float) -> None:
        """Draw a picture of a word, as in a logo: nothing in it is text."""
        image = Image.new("L", (int(size * len(text) * 2.6), int(size * 5)), 255)
        font = ImageFont.truetype(str(_FONTS / "VeraBd.ttf"), int(size * 3.6))
        ImageDraw.Draw(image).text((4, 2), text, fill=40, font=font)

        def draw(canvas: Canvas, height: float) -> None:
            width, depth = image.width / 3.6, image.height / 3.6
            canvas.drawImage(ImageReader(image), x, height - y - depth, width, depth)

        self.add(Shape(draw))

    def texts(self) -> list[str]:
        """Return every text that was put on the pages, in the order of writing."""
        return [
            mark.text if isinstance(mark, Text) else mark.value
            for page in self.pages
            for mark in page
            if isinstance(mark, Text | FormField)
        ]
