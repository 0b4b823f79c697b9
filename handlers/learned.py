"""What was learned of a counterparty, where a document needs it; shared by handlers."""

from sqlmodel import Session

from handlers.context import Context
from mailbot.domain.document import Document
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.learning import HabitsOf, SupplierHabits
from mailbot.domain.people import Dossier, JournalKind
from mailbot.rules.posting_template import PostingTemplate, find_template
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
    """Return how the dossier booked the last documents of this counterparty, alike.

    A name beside another VAT number than the known one is another firm.
    """
    invoice = document.invoice
    if invoice is None:
        return None
    vat, name = counterparty(invoice, document.kind)
    habits = find_own_habits(session, dossier.office, dossier.code, vat=vat, name=name)
    if habits is None or (vat and habits.vat and vat != habits.vat):
        return None
    is_credit_note = invoice.document_class is DocumentClass.CREDIT_NOTE
    return find_template(habits.bookings, document.kind, is_credit_note=is_credit_note)
