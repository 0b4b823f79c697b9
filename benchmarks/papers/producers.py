"""Puts sheets into PDFs in the ways of different programs, scanners and printers."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from benchmarks.papers.orders import ORDERS, Order
from benchmarks.papers.sheet import WHITE, FormField, Mark, Shape, Sheet, Text

#: what programs call themselves
_PROGRAMS = (
    "Microsoft® Word voor Microsoft 365", "Crystal Reports", "wkhtmltopdf 0.12.6", "iText 2.1.7",
    "Skia/PDF m119",
    "LibreOffice 7.5", "Apache FOP 2.8", "FPDF 1.86", "Microsoft Reporting Services",
)  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A written PDF and what it was made of."""

    content: bytes
    sheet: Sheet
    rng: Random


Put = Callable[[Canvas, Mark, float], None]


def write_pdf(sheet: Sheet, habit: str, rng: Random) -> bytes:
    """Return the sheets as a PDF; `habit` is one of ORDERS, PUTS or TREATMENTS."""
    treat = TREATMENTS.get(habit)
    order = ORDERS["coded" if habit == "no-tounicode" else habit if habit in ORDERS else "plain"]
    content = _draw(sheet, order, rng, put=PUTS.get(habit, _put))
    return treat(Printed(content, sheet, rng)) if treat else content


def _draw(sheet: Sheet, order: Order, rng: Random, *, put: Put | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=sheet.paper, invariant=True, pageCompression=1)
    canvas.setProducer(rng.choice(_PROGRAMS))
    for page in sheet.pages:
        for mark in order(page):
            (put or _put)(canvas, mark, sheet.height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _put(canvas: Canvas, mark: Mark, height: float) -> None:
    if isinstance(mark, Shape):
        canvas.saveState()
        mark.draw(canvas, height)
        canvas.restoreState()
    elif isinstance(mark, FormField):
        _put_field(canvas, mark, height)
    else:
        _put_text(canvas, mark, canvas.beginText(mark.x, height - mark.y))


def _put_text(canvas: Canvas, mark: Text, line: PDFTextObject) -> None:
    line.setFont(mark.font, mark.size)
    line.setFillColorRGB(*mark.colour)
    line.setTextRenderMode(mark.mode)
    line.setCharSpace(mark.spacing)
    line.textOut(mark.text)
    canvas.drawText(line)


def _put_scaled(canvas: Canvas, mark: Mark, height: float) -> None:
    """Draw text in small units, as programs that print web pages do."""
    if not isinstance(mark, Text):
        _put(canvas, mark, height)
        return
    unit = 0.24
    canvas.saveState()
    canvas.translate(mark.x, height - mark.y)
    canvas.scale(unit, unit)
    large = replace(mark, size=mark.size / unit, spacing=mark.spacing / unit)
    _put_text(canvas, large, canvas.beginText(0, 0))
    canvas.restoreState()


def _put_flipped(canvas: Canvas, mark: Mark, height: float) -> None:
    """Draw text on a page that is upside down, with letters that are turned back (Skia)."""
    if not isinstance(mark, Text):
        _put(canvas, mark, height)
        return
    canvas.saveState()
    canvas.transform(1, 0, 0, -1, 0, height)
    line = canvas.beginText()
    line.setTextTransform(1, 0, 0, -1, mark.x, mark.y)
    _put_text(canvas, mark, line)
    canvas.restoreState()


#: habit -> how a mark is drawn
PUTS: dict[str, Put] = {"scaled": _put_scaled, "flipped": _put_flipped}


def _put_field(canvas: Canvas, mark: FormField, height: float) -> None:
    canvas.acroForm.textfield(
        x=mark.x, y=height - mark.y - 3, width=mark.width, height=mark.size + 5,
        fontSize=mark.size, value=mark.value, name=f"f{mark.x:.0f}{mark.y:.0f}", borderWidth=0,
    )  # fmt: skip


# --- what happens to a PDF afterwards -----------------------------------------------------------


def _page_images(content: bytes, dpi: int) -> list[Image.Image]:
    document = pdfium.PdfDocument(content)
    try:
        document.init_forms()
        return [
            page.render(scale=dpi / 72, may_draw_forms=True).to_pil().convert("L")
            for page in document
        ]
    finally:
        document.close()


def _scanned_with_text(printed: Printed) -> bytes:
    """Make a scanner's picture with an invisible layer of what was read."""
    images = [_noisy(image, printed.rng) for image in _page_images(printed.content, 150)]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=printed.sheet.paper, invariant=True)
    for image, page in zip(images, printed.sheet.pages, strict=True):
        canvas.drawImage(_jpeg(image), 0, 0, printed.sheet.width, printed.sheet.height)
        for mark in ORDERS["words"](page):
            if isinstance(mark, Text):
                drift = printed.rng.uniform(-0.6, 0.6)
                size = max(4.0, mark.size + printed.rng.uniform(-0.7, 0.7))
                moved = replace(mark, y=mark.y + drift, size=size, mode=3)
                _put(canvas, moved, printed.sheet.height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _noisy(image: Image.Image, rng: Random) -> Image.Image:
    noise = np.random.default_rng(rng.randint(0, 2**31)).normal(0, 6, (image.height, image.width))
    grey = np.asarray(image, dtype=np.float32) * 0.95 + 6 + noise
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8), "L")


def _jpeg(image: Image.Image) -> ImageReader:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=60)
    out.seek(0)
    return ImageReader(out)


def _scanned(printed: Printed) -> bytes:
    """Make pictures only."""
    images = [_noisy(image, printed.rng) for image in _page_images(printed.content, 200)]
    return _from_images(images, 200)


def _from_images(images: Sequence[Image.Image], dpi: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for image in images:
        size = (image.width * 72 / dpi, image.height * 72 / dpi)
        canvas.setPageSize(size)
        canvas.drawImage(_jpeg(image), 0, 0, *size)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _last_page_scanned(printed: Printed) -> bytes:
    """Make the last of several pages a picture, as of conditions that were scanned."""
    images = _page_images(printed.content, 120)
    with pikepdf.open(io.BytesIO(printed.content)) as pdf:
        if len(images) > 1:
            picture = pikepdf.open(io.BytesIO(_from_images(images[-1:], 120)))
            del pdf.pages[-1]
            pdf.add_pages_from(picture)
        return _saved(pdf)


def _turned(degrees: int) -> Callable[["Printed"], bytes]:
    """Return what stores pages on their side and shows them upright."""

    def turn(printed: Printed) -> bytes:
        with pikepdf.open(io.BytesIO(printed.content)) as pdf:
            for page in pdf.pages:
                _store_turned(pdf, page, degrees, printed.sheet)
            return _saved(pdf)

    return turn


def _store_turned(pdf: pikepdf.Pdf, page: pikepdf.Page, degrees: int, sheet: Sheet) -> None:
    width, height = sheet.paper
    matrix = f"0 1 -1 0 {height:.2f} 0" if degrees == 90 else f"0 -1 1 0 0 {width:.2f}"
    page.contents_add(pikepdf.Stream(pdf, f"q {matrix} cm\n".encode()), prepend=True)
    page.contents_add(pikepdf.Stream(pdf, b"\nQ"), prepend=False)
    page.MediaBox = pikepdf.Array([0, 0, height, width])
    page.Rotate = degrees


def _cropped(printed: Printed) -> bytes:
    """Lay the page on a larger one, off its corner, and crop."""
    with pikepdf.open(io.BytesIO(printed.content)) as pdf:
        for page in pdf.pages:
            page.contents_add(pikepdf.Stream(pdf, b"q 1 0 0 1 40 60 cm\n"), prepend=True)
            page.contents_add(pikepdf.Stream(pdf, b"\nQ"), prepend=False)
            page.MediaBox = pikepdf.Array(
                [0, 0, printed.sheet.width + 80, printed.sheet.height + 120]
            )
            page.CropBox = pikepdf.Array(
                [40, 60, printed.sheet.width + 40, printed.sheet.height + 60]
            )
        return _saved(pdf)


def _without_unicode(printed: Printed) -> bytes:
    """Take away the tables that say which letters the glyphs of embedded fonts are."""
    with pikepdf.open(io.BytesIO(printed.content)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
                del thing["/ToUnicode"]
        return _saved(pdf)


def _inside_form(printed: Printed) -> bytes:
    """Place each page as one form on an empty page, as stationery programs do."""
    with pikepdf.open(io.BytesIO(printed.content)) as pdf, pikepdf.new() as placed:
        for page in pdf.pages:
            placed.add_blank_page(page_size=printed.sheet.paper)
            form = placed.copy_foreign(page.as_form_xobject())
            empty = placed.pages[-1]
            empty.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm0=form))
            empty.Contents = pikepdf.Stream(placed, b"q /Fm0 Do Q")
        return _saved(placed)


def _rewritten(printed: Printed) -> bytes:
    """Write object streams, as after a mail gateway."""
    with pikepdf.open(io.BytesIO(printed.content)) as pdf:
        return _saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _with_white_text(printed: Printed) -> bytes:
    """Add tiny white words with numbers that are not the invoice's."""
    extra = Sheet(family="sans", size=1.0, paper=printed.sheet.paper)
    extra.pages = [list(page) for page in printed.sheet.pages]
    wrong = (
        f"{printed.rng.randint(100, 999)},00 EUR 01/01/2020 {printed.rng.randint(10**6, 10**7)}"
    )
    hidden = f"Total 9{wrong} template v4"
    extra.pages[0].append(Text(20, printed.sheet.height - 12, hidden, "Helvetica", 1.0, WHITE))
    return _draw(extra, ORDERS["plain"], printed.rng)


#: habit -> what is done with the written PDF
TREATMENTS: dict[str, Callable[["Printed"], bytes]] = {
    "ocr-layer": _scanned_with_text, "rotate-90": _turned(90), "rotate-270": _turned(270),
    "crop": _cropped, "no-tounicode": _without_unicode, "form-xobject": _inside_form,
    "rewritten": _rewritten, "white-text": _with_white_text, "scan": _scanned,
    "scanned-back": _last_page_scanned,
}  # fmt: skip
