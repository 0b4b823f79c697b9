"""Makes invoices on paper: text PDFs, scans, photos and encrypted files, with invented parties.

Numbers have valid check digits; what is printed is known, so that tests can compare.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pikepdf
import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


def belgian_vat(base: int) -> str:
    """Return a Belgian VAT number whose first eight digits are `base`."""
    return f"BE{base:08d}{97 - base % 97:02d}"


def belgian_iban(base: int) -> str:
    """Return a Belgian IBAN whose account begins with the ten digits of `base`."""
    account = f"{base:010d}{base % 97 or 97:02d}"
    check = 98 - int(account + "111400") % 97
    return f"BE{check:02d}{account}"


def ogm(base: int) -> str:
    """Return a structured communication as 12 digits."""
    return f"{base:010d}{base % 97 or 97:02d}"


def dotted(vat: str) -> str:
    """Return a Belgian VAT number as people write it: BE 0123.456.789."""
    return f"{vat[:2]} {vat[2:6]}.{vat[6:9]}.{vat[9:]}"


def belgian_amount(amount: Decimal) -> str:
    """Return 1234.56 as 1.234,56."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


@dataclass(frozen=True)
class Words:
    """The labels of an invoice in one language."""

    title: str
    number: str
    issued: str
    due: str
    your_vat: str
    total_excl: str
    vat: str
    total_incl: str
    message: str
    vat_number: str


WORDS = {
    "nl": Words(
        "FACTUUR", "Factuurnummer", "Factuurdatum", "Vervaldatum", "Uw btw-nummer",
        "Totaal excl. btw", "Btw 21 %", "Totaal incl. btw", "Mededeling", "BTW",
    ),
    "fr": Words(
        "FACTURE", "Numéro de facture", "Date de facture", "Date d'échéance",
        "Votre numéro de TVA", "Total HTVA", "TVA 21 %", "Total TVAC", "Communication", "TVA",
    ),
    "de": Words(
        "RECHNUNG", "Rechnungsnummer", "Rechnungsdatum", "Fällig am", "Ihre USt-IdNr.",
        "Nettobetrag", "MwSt. 21 %", "Gesamtbetrag", "Mitteilung", "MwSt.-Nr.",
    ),
    "en": Words(
        "INVOICE", "Invoice number", "Invoice date", "Due date", "Your VAT number",
        "Total excl. VAT", "VAT 21 %", "Total incl. VAT", "Payment reference", "VAT",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PaperInvoice:
    """What is printed on an invoice."""

    language: str = "nl"
    title: str = ""
    supplier: str = "Drukkerij Zandhaas BV"
    supplier_vat: str = belgian_vat(4123456)
    customer: str = "Atelier Kiezelsteen NV"
    customer_vat: str = belgian_vat(4765432)
    number: str = "2026-0114"
    issued: date = date(2026, 11, 3)
    due: date = date(2026, 12, 3)
    base: Decimal = Decimal("1250.00")
    iban: str = belgian_iban(7310001234)
    bic: str = "KREDBEBB"
    reference: str = ogm(1234567890)
    #: printed below the totals
    notes: Sequence[str] = field(default=())

    @property
    def vat(self) -> Decimal:
        """21 % of the base."""
        return (self.base * Decimal("0.21")).quantize(Decimal("0.01"))

    @property
    def total(self) -> Decimal:
        """Base and VAT."""
        return self.base + self.vat


def text_pdf(invoice: PaperInvoice | None = None, **changes: object) -> bytes:
    """Return the invoice as a PDF with text: letterhead, window, totals, footer."""
    paper = replace(invoice or PaperInvoice(), **changes)  # type: ignore[arg-type]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    _draw(canvas, paper)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, paper: PaperInvoice) -> None:
    words = WORDS[paper.language]
    _draw_head(canvas, paper, words)
    canvas.drawString(50, 510, "Folders A5, 4000 st.")
    canvas.drawRightString(545, 510, belgian_amount(paper.base))
    sums = (
        (words.total_excl, paper.base),
        (words.vat, paper.vat),
        (words.total_incl, paper.total),
    )
    for line, (label, amount) in enumerate(sums):
        canvas.drawString(350, 440 - 16 * line, label)
        canvas.drawRightString(545, 440 - 16 * line, f"€ {belgian_amount(amount)}")
    marked = f"+++{paper.reference[:3]}/{paper.reference[3:7]}/{paper.reference[7:]}+++"
    canvas.drawString(50, 340, f"{words.message}: {marked}")
    for line, text in enumerate(paper.notes):
        canvas.drawString(50, 320 - 14 * line, text)
    canvas.setFont("Helvetica", 8)
    vat = f"{words.vat_number} {dotted(paper.supplier_vat)}"
    canvas.drawString(50, 50, f"{paper.supplier} - {vat} - IBAN {paper.iban} - BIC {paper.bic}")


def _draw_head(canvas: Canvas, paper: PaperInvoice, words: Words) -> None:
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 790, paper.supplier)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(50, 774, "Zandweg 12, 2440 Geel - info@zandhaas.example")
    for line, text in enumerate((paper.customer, "Kiezelstraat 5", "2300 Turnhout")):
        canvas.drawString(340, 700 - 14 * line, text)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(50, 640, paper.title or words.title)
    canvas.setFont("Helvetica", 10)
    facts = (
        (words.number, paper.number),
        (words.issued, f"{paper.issued:%d/%m/%Y}"),
        (words.due, f"{paper.due:%d/%m/%Y}"),
        (words.your_vat, dotted(paper.customer_vat)),
    )
    for line, (label, value) in enumerate(facts):
        canvas.drawString(50, 610 - 15 * line, label)
        canvas.drawString(190, 610 - 15 * line, value)


def lines_pdf(pages: Sequence[Sequence[str]], *, font_size: int = 10) -> bytes:
    """Return a PDF with lines of text from the top, page after page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    for lines in pages:
        canvas.setFont("Helvetica", font_size)
        for place, text in enumerate(lines):
            canvas.drawString(50, 790 - 15 * place, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def joined_pdf(*files: bytes) -> bytes:
    """Return the pages of some PDFs one after another in one."""
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for content in files:
            with pikepdf.open(io.BytesIO(content)) as part:
                whole.pages.extend(part.pages)
        whole.save(out)
    return out.getvalue()


def page_image(content: bytes, *, dpi: int = 200, page: int = 0) -> Image.Image:
    """Return a page of a PDF as a grey image."""
    document = pdfium.PdfDocument(content)
    try:
        return document[page].render(scale=dpi / 72).to_pil().convert("L").copy()
    finally:
        document.close()


def scan_pdf(
    content: bytes | None = None, *, dpi: int = 200, turn: float = 0.0, n_pages: int = 1
) -> bytes:
    """Return the PDF as a scanner makes it: an image and no text, `turn` degrees askew."""
    image = page_image(content or text_pdf(), dpi=dpi)
    image = image.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=255)
    out = io.BytesIO()
    copies = [image] * (n_pages - 1)
    image.save(out, "PDF", resolution=dpi, save_all=True, append_images=copies)
    return out.getvalue()


def photo(content: bytes | None = None, *, orientation: int = 1, dpi: int = 150) -> bytes:
    """Return the page as a JPEG whose EXIF data say how it must be turned (1, 3, 6 or 8)."""
    image = page_image(content or text_pdf(), dpi=dpi)
    degrees = {1: 0, 3: 180, 6: 90, 8: 270}[orientation]
    image = image.rotate(degrees, expand=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


def encrypted_pdf(password: str, content: bytes | None = None) -> bytes:
    """Return the PDF encrypted with a password that is needed to open it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content or text_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(user=password, owner="owner"))
    return out.getvalue()
