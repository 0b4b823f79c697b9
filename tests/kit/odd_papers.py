"""Makes invoices whose labels no dictionary knows: what learning is for."""

import io
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.kit.pdf_builder import belgian_amount, belgian_iban, belgian_vat, dotted


@dataclass(frozen=True, kw_only=True)
class OddInvoice:
    """What is printed on an invoice of a supplier with words of its own."""

    #: what stands largest on the page
    slogan: str = "Wij malen met de wind"
    supplier: str = "Molen De Vlier BV"
    #: "" prints none
    supplier_vat: str = belgian_vat(4318207)
    customer: str = "Bakkerij Peeters BV"
    customer_vat: str = "BE0400000185"
    number: str = "MV26/00871"
    #: printed under a word that other suppliers use for their number
    order: str = "4471-2"
    issued: date = date(2026, 11, 3)
    base: Decimal = Decimal("1250.00")
    ibans: tuple[str, ...] = (belgian_iban(7310001234),)
    #: lines of goods above the totals: they push them down
    n_goods: int = 2
    date_format: str = "%d/%m/%Y"
    number_label: str = "Zakmerk"

    @property
    def vat(self) -> Decimal:
        """21 % of the base."""
        return (self.base * Decimal("0.21")).quantize(Decimal("0.01"))

    @property
    def total(self) -> Decimal:
        """Base and VAT."""
        return self.base + self.vat


def odd_pdf(invoice: OddInvoice | None = None, **changes: object) -> bytes:
    """Return the invoice as a PDF with text."""
    paper = replace(invoice or OddInvoice(), **changes)  # type: ignore[arg-type]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    _draw_head(canvas, paper)
    _draw_sums(canvas, paper)
    canvas.setFont("Helvetica", 8)
    accounts = " - ".join(f"IBAN {iban}" for iban in paper.ibans)
    vat = f"BTW {dotted(paper.supplier_vat)} - " if paper.supplier_vat else ""
    canvas.drawString(50, 50, f"{vat}{accounts}")
    canvas.drawString(50, 62, f"{paper.supplier}, Molenpad 3, 8600 Diksmuide")
    canvas.save()
    return out.getvalue()


def _draw_head(canvas: Canvas, paper: OddInvoice) -> None:
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(50, 790, paper.slogan)
    canvas.setFont("Helvetica", 10)
    for line, text in enumerate((paper.customer, "Broodstraat 5", "2300 Turnhout")):
        canvas.drawString(340, 700 - 14 * line, text)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(50, 640, "FACTUUR")
    canvas.setFont("Helvetica", 10)
    facts = (
        ("Bestelnummer", paper.order),
        (paper.number_label, paper.number),
        ("Datum", paper.issued.strftime(paper.date_format)),
        ("Uw btw-nummer", dotted(paper.customer_vat)),
    )
    for line, (label, value) in enumerate(facts):
        canvas.drawString(50, 610 - 15 * line, label)
        canvas.drawString(190, 610 - 15 * line, value)


def _draw_sums(canvas: Canvas, paper: OddInvoice) -> None:
    top = 510
    for line in range(paper.n_goods):
        canvas.drawString(50, top - 15 * line, f"Bloem T{line + 1}")
        canvas.drawRightString(545, top - 15 * line, belgian_amount(paper.base / paper.n_goods))
    sums = (
        ("Totaal excl. btw", paper.base),
        ("Btw 21 %", paper.vat),
        ("Totaal incl. btw", paper.total),
    )
    below = top - 15 * paper.n_goods - 30
    for line, (label, amount) in enumerate(sums):
        canvas.drawString(350, below - 16 * line, label)
        canvas.drawRightString(545, below - 16 * line, f"€ {belgian_amount(amount)}")
