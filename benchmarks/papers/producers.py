"""Puts sheets into PDFs in the ways of different programs, scanners and printers."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from benchmarks.papers.sheet import WHITE, FormField, Mark, Shape, Sheet, Text

#: what programs call themselves
_PROGRAMS = (
    "Microsoft® Word voor Microsoft 365", "Crystal Reports", "wkhtmltopdf 0.12.6", "iText 2.1.7",
    "Skia/PDF m119",
    "LibreOffice 7.5", "Apache FOP 2.8", "FPDF 1.86", "Microsoft Reporting Services",
)  # fmt: skip


_LONG_WORD = re.compile(r"\b([^\W\d_]{6,8})([^\W\d_]{7,})\b")


@dataclass(frozen=True)
class Printed:
    """A written PDF and what it was made of."""

    content: bytes
    sheet: Sheet
    rng: Random


Order = Callable[[list[Mark]], list[Mark]]


def _as_written(marks: list[Mark]) -> list[Mark]:
    return marks


def _scrambled(marks: list[Mark]) -> list[Mark]:
    shapes = [mark for mark in marks if isinstance(mark, Shape)]
    others = [mark for mark in marks if not isinstance(mark, Shape)]
    Random(len(others)).shuffle(others)
    return shapes + others


def _by_column(marks: list[Mark]) -> list[Mark]:
    texts = [mark for mark in marks if isinstance(mark, Text)]
    others = [mark for mark in marks if not isinstance(mark, Text)]
    return others + sorted(texts, key=lambda mark: (round(mark.x / 40), mark.y))


def _backwards(marks: list[Mark]) -> list[Mark]:
    shapes = [mark for mark in marks if isinstance(mark, Shape)]
    return shapes + [mark for mark in reversed(marks) if not isinstance(mark, Shape)]


def _labels_last(marks: list[Mark]) -> list[Mark]:
    """Write the template's words after the values, as programs that fill forms do."""
    is_value = [isinstance(mark, Text) and any(c.isdigit() for c in mark.text) for mark in marks]
    paired = list(zip(marks, is_value, strict=True))
    shapes = [mark for mark in marks if isinstance(mark, Shape)]
    values = [mark for mark, valued in paired if valued]
    words = [mark for mark, valued in paired if not valued and not isinstance(mark, Shape)]
    return shapes + values + words


def _in_words(marks: list[Mark]) -> list[Mark]:
    return [piece for mark in marks for piece in _pieces(mark, lambda text: text.split(" "))]


def _in_glyphs(marks: list[Mark]) -> list[Mark]:
    return [piece for mark in marks for piece in _pieces(mark, list)]


def _pieces(mark: Mark, cut: Callable[[str], list[str]]) -> Iterator[Mark]:
    """Yield the pieces of a text where each of them stood; pieces of spaces are not printed."""
    if not isinstance(mark, Text):
        yield mark
        return
    x = mark.x
    blank = replace(mark, text=" ").width
    for place, piece in enumerate(cut(mark.text)):
        if place and cut is not list:
            x += blank
        one = replace(mark, x=x, text=piece)
        if piece.strip():
            yield one
        x += one.width if piece else 0.0


def _twice(marks: list[Mark]) -> list[Mark]:
    """Make bold by printing twice, a third of a point apart."""
    doubled: list[Mark] = []
    for mark in marks:
        doubled.append(mark)
        if isinstance(mark, Text) and "Bold" in mark.font:
            doubled.append(replace(mark, x=mark.x + 0.33))
    return doubled


def _ligatured(marks: list[Mark]) -> list[Mark]:
    """Print fi and fl as one glyph each, where the font has these."""
    return [
        replace(mark, text=mark.text.replace("fi", "\ufb01").replace("fl", "\ufb02"))
        if isinstance(mark, Text) and mark.font.startswith("Vera")
        else mark
        for mark in marks
    ]


def _hyphenated(marks: list[Mark]) -> list[Mark]:
    """Leave soft hyphens in long words, as word processors do."""
    return [
        replace(mark, text=_LONG_WORD.sub("\\1\u00ad\\2", mark.text))
        if isinstance(mark, Text)
        else mark
        for mark in marks
    ]


def _coded(marks: list[Mark]) -> list[Mark]:
    """Take the fonts whose glyphs have numbers of their own."""
    return [
        replace(mark, font=mark.font.replace("Vera", "CodedVera"))
        if isinstance(mark, Text)
        else mark
        for mark in marks
    ]


def _exactly_twice(marks: list[Mark]) -> list[Mark]:
    """Print everything twice in the same place."""
    return [again for mark in marks for again in (mark, mark)]


#: habit -> the order and pieces in which marks are written
ORDERS: dict[str, Order] = {
    "plain": _as_written, "words": _in_words, "glyphs": _in_glyphs, "scramble": _scrambled,
    "columns": _by_column, "backwards": _backwards, "double": _twice, "labels-last": _labels_last,
    "ligatures": _ligatured, "soft-hyphens": _hyphenated, "coded": _coded, "twice": _exactly_twice,
}  # fmt: skip


def write_pdf(sheet: Sheet, habit: str, rng: Random) -> bytes:
    """Return the sheets as a PDF; `habit` is one of ORDERS or TREATMENTS."""
    treat = TREATMENTS.get(habit)
    order = _coded if habit == "no-tounicode" else ORDERS.get(habit, _as_written)
    content = _draw(sheet, order, rng)
    return treat(Printed(content, sheet, rng)) if treat else content


def _draw(sheet: Sheet, order: Order, rng: Random, *, mode: int | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=sheet.paper, invariant=True, pageCompression=1)
    canvas.setProducer(rng.choice(_PROGRAMS))
    for page in sheet.pages:
        for mark in order(page):
            _put(canvas, mark, sheet.height, mode)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _put(canvas: Canvas, mark: Mark, height: float, mode: int | None) -> None:
    if isinstance(mark, Shape):
        canvas.saveState()
        mark.draw(canvas, height)
        canvas.restoreState()
    elif isinstance(mark, FormField):
        _put_field(canvas, mark, height)
    else:
        line = canvas.beginText(mark.x, height - mark.y)
        line.setFont(mark.font, mark.size)
        line.setFillColorRGB(*mark.colour)
        line.setTextRenderMode(mark.mode if mode is None else mode)
        line.setCharSpace(mark.spacing)
        line.textOut(mark.text)
        canvas.drawText(line)


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
        for mark in _in_words(page):
            if isinstance(mark, Text):
                drift = printed.rng.uniform(-0.6, 0.6)
                size = max(4.0, mark.size + printed.rng.uniform(-0.7, 0.7))
                moved = replace(mark, y=mark.y + drift, size=size)
                _put(canvas, moved, printed.sheet.height, 3)
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
    return _draw(extra, _as_written, printed.rng)


#: habit -> what is done with the written PDF
TREATMENTS: dict[str, Callable[["Printed"], bytes]] = {
    "ocr-layer": _scanned_with_text, "rotate-90": _turned(90), "rotate-270": _turned(270),
    "crop": _cropped, "no-tounicode": _without_unicode, "form-xobject": _inside_form,
    "rewritten": _rewritten, "white-text": _with_white_text, "scan": _scanned,
    "scanned-back": _last_page_scanned,
}  # fmt: skip
