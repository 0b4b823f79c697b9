"""Bookings, and the export jobs of them, as connectors are given them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from connectors.base import ExportJob
from mailbot.domain.booking import BookingLine, BookingProposal, ExportFile
from mailbot.domain.identifiers import write_ogm
from mailbot.domain.invoice import DocumentClass, Invoice, VatLine
from mailbot.domain.people import Dossier, Export, JournalKind
from tests.kit.office import make_dossier

PDF = ExportFile(
    name="Factuur 114.pdf", media_type="application/pdf", content=b"%PDF-1.7 invented"
)
OGM = "123456789002"
assert write_ogm(OGM) == "+++123/4567/89002+++"


def make_line(
    amount: str, vat_code: str = "S21", *, account: str = "612400", text: str = "Kantoorartikelen"
) -> BookingLine:
    """Return a line with the VAT of its code; RC is 21 % that the customer owes."""
    rate = Decimal(21 if vat_code == "RC" else vat_code.lstrip("SE") or 0)
    base = Decimal(amount)
    return BookingLine(
        ledger_account=account,
        amount=base,
        vat_rate=rate,
        vat_amount=(base * rate / 100).quantize(Decimal("0.01")),
        vat_code=vat_code,
        text=text,
    )


def make_booking(*lines: BookingLine, **changes: object) -> BookingProposal:
    """Return a purchase whose total is what its lines say."""
    lines = lines or (make_line("100.00"),)
    charged = sum(
        (line.amount + (line.vat_amount if line.vat_code != "RC" else 0) for line in lines),
        Decimal("0.00"),
    )
    booking = BookingProposal(
        key="0198c0ffee",
        kind=JournalKind.PURCHASE,
        journal="ACHAT",
        is_credit_note=False,
        counterparty_name="Drukkerij Voorbeeld BV",
        counterparty_vat="BE0456123791",
        invoice_number="F2026-17",
        issue_date=date(2026, 3, 14),
        due_date=date(2026, 4, 13),
        period="2026-03",
        currency="EUR",
        total_incl=charged,
        lines=lines,
        iban="BE17123456781212",
        payment_reference=OGM,
        number="17",
    )
    return replace(booking, **changes)  # type: ignore[arg-type]


def make_job(
    booking: BookingProposal | None = None,
    *,
    connector: str = "csv",
    options: dict[str, str] | None = None,
    original: ExportFile = PDF,
    visual: ExportFile | None = None,
) -> ExportJob:
    """Return the export of a booking of a Belgian dossier."""
    booking = booking or make_booking()
    export = Export(connector=connector, options=options or {})
    dossier: Dossier = make_dossier(export=export)
    return ExportJob(
        booking=booking,
        invoice=make_invoice(booking),
        dossier=dossier,
        original=original,
        visual=visual,
    )


def make_invoice(booking: BookingProposal) -> Invoice:
    """Return what was read from the document that the booking is of."""
    kind = DocumentClass.CREDIT_NOTE if booking.is_credit_note else DocumentClass.INVOICE
    return Invoice(
        document_class=kind,
        supplier_name=booking.counterparty_name,
        supplier_vat=booking.counterparty_vat,
        invoice_number=booking.invoice_number,
        invoice_date=booking.issue_date,
        due_date=booking.due_date,
        currency=booking.currency,
        total_incl=booking.total_incl,
        vat_breakdown=tuple(
            VatLine(rate=line.vat_rate, base=line.amount, amount=line.vat_amount)
            for line in booking.lines
        ),
        iban=booking.iban,
        payment_reference=booking.payment_reference,
    )
