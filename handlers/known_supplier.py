"""What a purchase says otherwise than what is known of its supplier; shared by handlers.

Its account, its name and number, its amount: warnings for people. What keeps it from being paid
stands in mailbot/domain/payment_blocks.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from handlers.accounts import account_of, trusted_accounts
from handlers.context import Unit
from handlers.paying_effects import document_changed
from mailbot.domain.document import Document, Status
from mailbot.domain.invoice import Invoice, Source
from mailbot.domain.learning import name_key
from mailbot.domain.people import Dossier, JournalKind
from mailbot.rules.accounts import account_warnings
from mailbot.rules.duplicates import EarlierDocument
from mailbot.rules.look_alike_suppliers import KnownName, find_look_alike_supplier
from mailbot.rules.near_duplicates import credited_by, find_near_duplicates
from mailbot.rules.usual_amounts import usual_range
from storage.documents import find_document, record_document
from storage.suppliers import supplier_names


def supplier_warnings(
    session: Session, dossier: Dossier, document: Document, earlier: Sequence[Document]
) -> list[str]:
    """Return what is odd about a purchase beside earlier ones of its supplier."""
    invoice = document.invoice
    if invoice is None or document.kind is not JournalKind.PURCHASE:
        return []
    booked = _booked(invoice, earlier)
    found = [] if booked else ["new_supplier"]
    if invoice.iban:
        found += _of_account(session, dossier, document, booked)
    return [*found, *_of_amount(invoice, booked)]


def _booked(invoice: Invoice, earlier: Iterable[Document]) -> list[Invoice]:
    """Return the booked invoices of this supplier."""
    return [
        e.invoice
        for e in earlier
        if e.status is Status.EXPORTED
        and e.invoice
        and e.invoice.supplier_vat == _printed_vat(invoice)
        and e.invoice.supplier_name == invoice.supplier_name
    ]


def _printed_vat(invoice: Invoice) -> str | None:
    """Return the supplier's VAT number unless it is only remembered: a memory proves nobody."""
    known = invoice.evidence.get("supplier_vat")
    return None if known and known.source is Source.LEARNED else invoice.supplier_vat


def _of_account(
    session: Session, dossier: Dossier, document: Document, booked: Sequence[Invoice]
) -> list[str]:
    iban = (document.invoice.iban if document.invoice else None) or ""
    trusted = trusted_accounts(session, dossier, document)
    seen = {one.iban for one in booked if one.iban}
    account = account_of(session, dossier, document)
    found = account_warnings(iban, account, trusted, seen)
    if booked or iban in trusted:
        return found
    # of a new supplier everything is new: that goes without saying
    return [*(one for one in found if one != "new_iban"), *_of_name(session, dossier, document)]


def _of_name(session: Session, dossier: Dossier, document: Document) -> list[str]:
    """Tell of a supplier that may be taken for one that is known, with another account."""
    invoice = document.invoice or Invoice()
    known = [*_on_file(dossier), *_booked_before(session, dossier)]
    alike = find_look_alike_supplier(invoice.supplier_name, invoice.supplier_vat, known)
    return [f"lookalike_supplier:{_named(alike)}"] if alike else []


def _on_file(dossier: Dossier) -> list[KnownName]:
    return [
        KnownName(shown=s.name, folded=name_key(s.name), vat_number=s.vat_number)
        for s in dossier.suppliers
    ]


def _booked_before(session: Session, dossier: Dossier) -> list[KnownName]:
    return [
        KnownName(shown=vat or name, folded=name, vat_number=vat)
        for vat, names in supplier_names(session, dossier.office, dossier.code)
        for name in names
    ]


def _named(known: KnownName) -> str:
    return known.shown.replace(",", " ")[:80]


def _of_amount(invoice: Invoice, booked: Sequence[Invoice]) -> list[str]:
    """Tell of an amount far from the usual ones, with their range in whole units."""
    total = invoice.total_incl
    alike = [b for b in booked if b.document_class is invoice.document_class]
    amounts = [b.total_incl for b in alike if b.total_incl and b.currency == invoice.currency]
    usual = usual_range(total, amounts) if total is not None else None
    if usual is None:
        return []
    return [f"unusual_amount:{invoice.currency or ''} {usual[0]:.0f} \N{EN DASH} {usual[1]:.0f}"]


def near_duplicates(
    document: Document, earlier: Sequence[Document], *, mails: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return what may ask for the same money again: (id of the earlier purchase, warning)."""
    if document.kind is not JournalKind.PURCHASE:
        return []
    compared = [
        EarlierDocument.of(one, message_id=mails[one.mail_id])
        for one in earlier
        if one.kind is JournalKind.PURCHASE and one.status not in _NEVER_PAID
    ]
    return find_near_duplicates(document, compared, message_id=mails.get(document.mail_id, ""))


#: these ask for no money
_NEVER_PAID = frozenset({Status.REJECTED, Status.SPLIT, Status.UNREADABLE, Status.DELETED})


def note_credited(unit: Unit, document: Document, earlier: Sequence[Document]) -> None:
    """Keep the invoice that a credit note takes back from being paid, until a person looked."""
    compared = [EarlierDocument.of(one) for one in earlier]
    credited_id = credited_by(document, compared) if document.kind is JournalKind.PURCHASE else ""
    credited = find_document(unit.session, credited_id) if credited_id else None
    if credited is None or credited.warns("credited"):
        return
    record_document(unit.session, replace(credited, warnings=(*credited.warnings, "credited")))
    document_changed(unit, credited, why="credited")
