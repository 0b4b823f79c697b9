"""The shape in which `mailbot recognise` prints a document.

Amounts are strings with a point, dates ISO 8601, what is not known is null.
"""

from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.invoice import (
    MANDATORY_FIELDS,
    DocumentClass,
    Evidence,
    Invoice,
    Recognition,
    Source,
)

_VALUES = (
    "supplier_name",
    "supplier_vat",
    "customer_name",
    "customer_vat",
    "invoice_number",
    "invoice_date",
    "due_date",
    "currency",
    "total_incl",
    "total_excl",
    "vat_total",
    "vat_breakdown",
    "amount_due",
    "iban",
    "bic",
    "payment_reference",
    "is_reverse_charge",
    "discount",
    "qr_iban_differs",
)
_STRUCTURED = (Source.UBL, Source.CII)
_KINDS = (DocumentClass.INVOICE, DocumentClass.CREDIT_NOTE)


def to_record(read: Recognition) -> dict[str, object]:
    """Return what was read as JSON types."""
    return {
        **_values(read.invoice),
        "pages": [_part(*part) for part in read.parts] or None,
        "status": read.status.value,
        "confidence": min(read.invoice.confidence(name) for name in MANDATORY_FIELDS),
        "fields": {
            name: _field(read.invoice, name, evidence)
            for name, evidence in read.invoice.evidence.items()
            if name in _VALUES
        },
        "warnings": list(read.warnings),
        "password_required": read.password_required,
        "unreadable": read.unreadable or None,
    }


def _values(invoice: Invoice) -> dict[str, object]:
    is_invoice = invoice.document_class in _KINDS
    return {
        "document_class": invoice.document_class.value,
        "kind": invoice.document_class.value if is_invoice else None,
        **{name: _plain(getattr(invoice, name)) for name in _VALUES},
        "n_lines": _line_count(invoice),
    }


def _line_count(invoice: Invoice) -> int | None:
    """Return the number of lines; none on a page means that they were not read."""
    is_structured = any(e.source in _STRUCTURED for e in invoice.evidence.values())
    return len(invoice.lines) if invoice.lines or is_structured else None


def _part(first: int, last: int, invoice: Invoice) -> dict[str, object]:
    values = _values(invoice)
    return {
        "from": first,
        "to": last,
        "document_class": values["document_class"],
        "fields": values,
    }


def _field(invoice: Invoice, name: str, evidence: Evidence) -> dict[str, object]:
    return {
        "value": _plain(getattr(invoice, name)),
        "confidence": round(evidence.confidence, 3),
        "source": evidence.source.value,
        "page": evidence.page,
        "box": list(evidence.box) if evidence.box else None,
    }


def _plain(value: object) -> object:
    """Return `value` as a JSON type."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(item) for name, item in asdict(value).items()}
    return value
