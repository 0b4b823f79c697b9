"""What was learned of a counterparty, where a document needs it; shared by handlers."""

from sqlmodel import Session

from handlers.context import Context
from mailbot.domain.document import Document
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.learning import HabitsOf, PastBooking, SupplierHabits
from mailbot.domain.people import Dossier, JournalKind
from mailbot.rules.posting_template import PostingTemplate, find_template, list_templates
from storage.suppliers import find_habits, find_own_habits


def habits_in(context: Context, dossier: Dossier) -> HabitsOf:
    """Return what finds the habits of whoever issued an invoice, as this dossier knows them."""

    def habits_of(invoice: Invoice) -> SupplierHabits | None:
        with context.database.reading() as session:
            return issuer_habits(session, invoice, dossier)

    return habits_of


def issuer_habits(session: Session, invoice: Invoice, dossier: Dossier) -> SupplierHabits | None:
    """Return what the dossier and its office know of the issuer of an invoice."""
    return find_habits(
        session,
        dossier.office,
        dossier.code,
        vat=invoice.supplier_vat,
        name=invoice.supplier_name,
    )


def counterparty(invoice: Invoice, kind: JournalKind) -> tuple[str | None, str | None]:
    """Return VAT number and name of the other side: of the customer on a sale."""
    if kind is JournalKind.SALES:
        return invoice.customer_vat, invoice.customer_name
    return invoice.supplier_vat, invoice.supplier_name


def posting_template(
    session: Session, document: Document, dossier: Dossier
) -> PostingTemplate | None:
    """Return how the dossier booked the last documents of this counterparty, alike."""
    bookings = _past_bookings(session, document, dossier)
    is_credit_note = _is_credit_note(document)
    return find_template(bookings, document.kind, is_credit_note=is_credit_note)


def choosable_templates(
    session: Session, document: Document, dossier: Dossier
) -> tuple[PostingTemplate, ...]:
    """Return every way in which the dossier booked documents of this counterparty before."""
    bookings = _past_bookings(session, document, dossier)
    is_credit_note = _is_credit_note(document)
    return list_templates(bookings, document.kind, is_credit_note=is_credit_note)


def _is_credit_note(document: Document) -> bool:
    invoice = document.invoice
    return invoice is not None and invoice.document_class is DocumentClass.CREDIT_NOTE


def _past_bookings(
    session: Session, document: Document, dossier: Dossier
) -> tuple[PastBooking, ...]:
    """Return what the dossier booked of this counterparty, the newest first.

    A name beside another VAT number than the known one is another firm.
    """
    invoice = document.invoice
    if invoice is None:
        return ()
    vat, name = counterparty(invoice, document.kind)
    habits = find_own_habits(session, dossier.office, dossier.code, vat=vat, name=name)
    if habits is None or (vat and habits.vat and vat != habits.vat):
        return ()
    return habits.bookings
