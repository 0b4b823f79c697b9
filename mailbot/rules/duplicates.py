"""Finds documents that may be the same invoice again (CF-ST-08, CF-WL-05)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.document import Document
from mailbot.domain.invoice import DocumentClass, Invoice

#: the same number within so many days and with another amount is still the same invoice
_NEAR_DAYS = 400


@dataclass(frozen=True, kw_only=True)
class EarlierDocument:
    """What must be known of an earlier document to compare it."""

    id: str
    sha256: str
    message_id: str = ""
    supplier_vat: str = ""
    supplier_name: str = ""
    invoice_number: str = ""
    invoice_date: date | None = None
    total_incl: Decimal | None = None
    #: what the supplier asks to be told: a structured communication, or text
    communication: str = ""
    is_credit_note: bool = False

    @classmethod
    def of(cls, document: Document, *, message_id: str = "") -> "EarlierDocument":
        """Take the facts from a document and the mail that brought it."""
        invoice = document.invoice
        return cls(
            id=document.id,
            sha256=document.original.sha256,
            message_id=message_id,
            supplier_vat=(invoice.supplier_vat or "") if invoice else "",
            supplier_name=(invoice.supplier_name or "") if invoice else "",
            invoice_number=(invoice.invoice_number or "") if invoice else "",
            invoice_date=invoice.invoice_date if invoice else None,
            total_incl=invoice.total_incl if invoice else None,
            communication=(invoice.payment_reference or "") if invoice else "",
            is_credit_note=_is_credit_note(invoice),
        )


def _is_credit_note(invoice: Invoice | None) -> bool:
    return invoice is not None and invoice.document_class is DocumentClass.CREDIT_NOTE


def find_duplicates(
    document: Document, earlier: Sequence[EarlierDocument], *, message_id: str = ""
) -> list[tuple[str, str]]:
    """Return (id of the earlier document, id of a warning) for every likeness, strongest first.

    Warnings: duplicate_file, duplicate_invoice, duplicate_message. Credit notes are compared like
    invoices: they have numbers of their own.
    """
    mine = EarlierDocument.of(document, message_id=message_id)
    found = [(_strength(mine, other), other.id) for other in earlier]
    ranked = sorted((strength, other) for strength, other in found if strength is not None)
    return [(other, _WARNINGS[strength]) for strength, other in ranked]


_WARNINGS = ("duplicate_file", "duplicate_invoice", "duplicate_message")


def _strength(mine: EarlierDocument, other: EarlierDocument) -> int | None:
    if mine.sha256 == other.sha256:
        return 0
    if _is_same_invoice(mine, other):
        return 1
    return 2 if mine.message_id and _is_same_mail(mine, other) else None


def _is_same_mail(mine: EarlierDocument, other: EarlierDocument) -> bool:
    """Compare numbers too: one mail may bring several documents."""
    return mine.message_id == other.message_id and _number(mine) == _number(other) != ""


def _is_same_invoice(mine: EarlierDocument, other: EarlierDocument) -> bool:
    if not is_same_supplier(mine, other):
        return False
    same_number = _number(mine) == _number(other) != ""
    same_amount = mine.total_incl is not None and mine.total_incl == other.total_incl
    if same_number:
        return same_amount or _days_apart(mine, other) <= _NEAR_DAYS
    # no number was read: the same amount on the same day
    unknown = not _number(mine) or not _number(other)
    return unknown and same_amount and _days_apart(mine, other) == 0


def is_same_supplier(mine: EarlierDocument, other: EarlierDocument) -> bool:
    """Whether both are of one supplier: by VAT number where both are known, else by name."""
    if mine.supplier_vat and other.supplier_vat:
        return mine.supplier_vat == other.supplier_vat
    return _plain(mine.supplier_name) == _plain(other.supplier_name) != ""


def _number(document: EarlierDocument) -> str:
    return _plain(document.invoice_number).lstrip("0")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _days_apart(mine: EarlierDocument, other: EarlierDocument) -> int:
    if mine.invoice_date is None or other.invoice_date is None:
        return _NEAR_DAYS
    return abs((mine.invoice_date - other.invoice_date).days)
