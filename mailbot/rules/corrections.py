"""Applies what a person corrects by `field: value`, after checking that the value can be right."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from mailbot.domain.document import Document, revised
from mailbot.domain.errors import Refused
from mailbot.domain.identifiers import (
    read_enterprise_number,
    read_iban,
    read_ogm,
    read_vat_number,
)
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.money import cents
from mailbot.domain.people import Dossier, JournalKind

_PERIOD = re.compile(r"([0-9]{4})-?(0[1-9]|1[0-2])")
_ENTERPRISE = re.compile(r"[0-9]{9,10}")
#: what looks like a VAT number, with or without its country: no firm is called so
_VAT_SHAPE = re.compile(r"(?:[A-Z]{2,3}U?)?[0-9]{7,12}(?:[A-Z][0-9]{0,2})?|FR[0-9A-Z]{2}[0-9]{9}")
_CURRENCY = re.compile(r"[A-Z]{3}$")
#: at most what a column of 16 digits holds; no NaN, Infinity or 1e9, which Decimal would take
_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII)


def correct(document: Document, dossier: Dossier, field: str, value: str) -> Document:
    """Return the next version of `document` with `field` set.

    `field` is one of those that answers can name ("total", "due_date", "iban", …); amounts come as
    "1210.00" and dates as ISO. Raises Refused: unknown_field, bad_value.
    """
    if field in _ON_DOCUMENT:
        return revised(document, **_ON_DOCUMENT[field](document, dossier, value.strip()))
    reader = _ON_INVOICE.get(field)
    if reader is None:
        raise Refused("unknown_field", {"field": field})
    invoice = document.invoice or Invoice()
    return revised(document, invoice=invoice.corrected(**reader(field, value.strip(), invoice)))


def changed_fields(before: Document, after: Document) -> frozenset[str]:
    """Return the names of the invoice's fields that differ."""
    old, new = before.invoice or Invoice(), after.invoice or Invoice()
    return frozenset(
        name
        for name in vars(new)
        if name != "evidence" and getattr(old, name) != getattr(new, name)
    )


def read_typed_amount(value: str) -> Decimal | None:
    """Return an amount that a correction gives as "1210.00", None when it is none."""
    digits = value.replace(" ", "")
    return cents(Decimal(digits)) if _AMOUNT.fullmatch(digits) else None


def _amount(field: str, value: str) -> Decimal:
    amount = read_typed_amount(value)
    if amount is None:
        raise _bad(field, value)
    return amount


def _date(field: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _bad(field, value) from error


def _total(field: str, value: str, invoice: Invoice) -> dict[str, object]:
    """Set the total; what was read of its parts stays only when it still adds up."""
    total = abs(_amount(field, value))
    parts = (invoice.total_excl, invoice.vat_total)
    if None in parts or sum(p for p in parts if p is not None) == total:
        return {"total_incl": total, "amount_due": total}
    return {
        "total_incl": total,
        "amount_due": total,
        "total_excl": None,
        "vat_total": None,
        "vat_breakdown": (),
    }


def _vat(field: str, value: str, invoice: Invoice) -> dict[str, object]:
    vat = abs(_amount(field, value))
    total = invoice.total_incl
    if total is not None and vat > abs(total):
        raise _bad(field, value)
    return {
        "vat_total": vat,
        "total_excl": total - vat if total is not None else None,
        "vat_breakdown": (),
    }


def _supplier(field: str, value: str, _invoice: Invoice) -> dict[str, object]:
    """Take a VAT number or a name."""
    if not value:
        raise _bad(field, value)
    vat = _vat_number(field, value)
    return {"supplier_vat": vat} if vat else {"supplier_name": value}


def _customer(field: str, value: str, _invoice: Invoice) -> dict[str, object]:
    if not value:
        raise _bad(field, value)
    vat = _vat_number(field, value)
    return {"customer_vat": vat} if vat else {"customer_name": value}


def _vat_number(field: str, value: str) -> str | None:
    """Return a VAT number, None for a name; a number with wrong check digits is no name."""
    vat = read_vat_number(value)
    compact = re.sub(r"[\s./-]", "", value).upper()
    if vat is None and _ENTERPRISE.fullmatch(compact) and read_enterprise_number(compact):
        return f"BE{compact.zfill(10)}"
    if vat is None and _VAT_SHAPE.fullmatch(compact):
        raise _bad(field, value)
    return vat


def _iban(field: str, value: str, _invoice: Invoice) -> dict[str, object]:
    iban = read_iban(value)
    if iban is None:
        raise _bad(field, value)
    return {"iban": iban}


def _communication(_field: str, value: str, _invoice: Invoice) -> dict[str, object]:
    return {"payment_reference": read_ogm(value) or value}


def _currency(field: str, value: str, _invoice: Invoice) -> dict[str, object]:
    if not _CURRENCY.match(value.upper()):
        raise _bad(field, value)
    return {"currency": value.upper()}


def _number(field: str, value: str, _invoice: Invoice) -> dict[str, object]:
    if not value:
        raise _bad(field, value)
    return {"invoice_number": value}


def _dated(name: str) -> Callable[[str, str, Invoice], dict[str, object]]:
    return lambda field, value, _invoice: {name: _date(field, value)}


def _journal(_document: Document, dossier: Dossier, value: str) -> dict[str, object]:
    known = next((j for j in dossier.journals if j.code.lower() == value.lower()), None)
    if known is None:
        raise _bad("journal", value)
    return {"journal": known.code, "kind": known.kind}


def _period(document: Document, _dossier: Dossier, value: str) -> dict[str, object]:
    match = _PERIOD.fullmatch(value)
    if match is None or document.booking is None:
        raise _bad("period", value)
    period = f"{match[1]}-{match[2]}"
    return {"booking": replace(document.booking, period=period)}


def _type(document: Document, _dossier: Dossier, value: str) -> dict[str, object]:
    """Take a kind of journal, or a class of document."""
    word = value.lower()
    if word in set(JournalKind):
        return {"kind": JournalKind(word), "journal": ""}
    if word in set(DocumentClass):
        invoice = document.invoice or Invoice()
        return {"invoice": invoice.corrected(document_class=DocumentClass(word))}
    raise _bad("type", value)


def _account(document: Document, _dossier: Dossier, value: str) -> dict[str, object]:
    """Put every line of the proposal on this ledger account."""
    if document.booking is None or not re.fullmatch(r"\d{3,10}", value):
        raise _bad("account", value)
    lines = tuple(replace(line, ledger_account=value) for line in document.booking.lines)
    return {"booking": replace(document.booking, lines=lines, like_earlier=0)}


def _bad(field: str, value: str) -> Refused:
    return Refused("bad_value", {"field": field, "value": value})


_ON_INVOICE: dict[str, Callable[[str, str, Invoice], dict[str, object]]] = {
    "total": _total,
    "vat": _vat,
    "due_date": _dated("due_date"),
    "invoice_date": _dated("invoice_date"),
    "invoice_number": _number,
    "supplier": _supplier,
    "customer": _customer,
    "iban": _iban,
    "communication": _communication,
    "currency": _currency,
}
_ON_DOCUMENT: dict[str, Callable[[Document, Dossier, str], dict[str, object]]] = {
    "journal": _journal,
    "period": _period,
    "type": _type,
    "account": _account,
}
#: every field that an answer can correct
CORRECTABLE = frozenset({*_ON_INVOICE, *_ON_DOCUMENT})
