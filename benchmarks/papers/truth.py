"""Writes the truth of a paper in the shape that the corpora have."""

from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.papers.face import Face
from benchmarks.papers.paper import Paper, Reduction
from benchmarks.papers.parties import Party

Truth = dict[str, Any]
VISIBLE = (
    "supplier_name", "customer_name", "supplier_vat", "customer_vat", "invoice_number", "iban",
    "bic", "payment_reference", "invoice_date", "due_date", "total_incl", "total_excl",
    "vat_total", "amount_due", "currency", "vat_breakdown", "kind",
)  # fmt: skip
_UNKNOWN = (
    "supplier_name", "supplier_vat", "customer_name", "customer_vat", "invoice_number",
    "invoice_date", "due_date", "currency", "total_incl", "total_excl", "vat_total",
)  # fmt: skip
_CURRENCY_MARKS = ("€", "EUR", "USD", "$", "GBP", "£", "CHF")


def write_truth(face: Face, texts: list[str], features: list[str], *, is_receipt: bool) -> Truth:
    """Return the truth of a drawn paper; `texts` is all that its pages print."""
    paper = face.paper
    kind = "credit_note" if paper.is_credit else "invoice"
    shown = face.shown | {"currency"} if _has_currency(texts) else face.shown
    truth = {
        "kind": kind,
        **_parties(paper),
        "invoice_number": paper.number,
        "invoice_date": paper.issued.isoformat(),
        "due_date": _day(paper.due),
        "currency": paper.currency,
        **_sums(paper),
        **_payment(face, shown),
        "n_lines": len(paper.lines),
        "syntax": "pdf",
        "is_reverse_charge": paper.is_reverse_charge,
        "discount": _reduction(paper.reduction),
        "document_class": kind,
        "pages": None,
        "password": None,
        **_term(paper),
        "rounding": _amount(paper.rounding) if paper.rounding else None,
        "qr": face.code,
        "qr_iban_differs": bool(face.code and face.code["iban"] != paper.iban),
        "supplier_company_number": paper.supplier.register or None,
        "direction": "sale" if paper.is_sale else "purchase",
    }
    truth["visible"] = {name: name in shown for name in VISIBLE if _is_known(truth.get(name))}
    truth["features"] = features
    if is_receipt:
        truth.update(is_receipt=True, kind_ambiguous=True)
    if paper.is_paid:
        truth["paid"] = True
    return truth


def nothing(document_class: str, **more: object) -> Truth:
    """Return the truth of a paper whose fields are not asked for."""
    return {
        "kind": document_class,
        **dict.fromkeys(_UNKNOWN),
        "vat_breakdown": [], "iban": None, "bic": None, "payment_reference": None, "n_lines": None,
        "document_class": document_class, "pages": None, "password": None, "visible": {},
        "features": [], **more,
    }  # fmt: skip


def _is_known(value: object) -> bool:
    return value not in (None, "", [])


def _has_currency(texts: list[str]) -> bool:
    return any(mark in text for text in texts for mark in _CURRENCY_MARKS)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"


def _parties(paper: Paper) -> Truth:
    return {
        **_party("supplier", paper.supplier),
        **_party("customer", paper.customer),
    }


def _party(role: str, party: Party) -> Truth:
    return {
        f"{role}_name": party.full_name,
        f"{role}_names": party.names,
        f"{role}_vat": party.vat or None,
    }


def _sums(paper: Paper) -> Truth:
    return {
        "total_incl": _amount(paper.total_incl),
        "total_excl": _amount(paper.total_excl),
        "vat_total": _amount(paper.vat_total),
        "vat_breakdown": [
            {
                "category": row.category, "rate": _amount(row.rate), "base": _amount(row.base),
                "amount": _amount(row.amount),
            }
            for row in paper.vat_rows
        ],
        "amount_due": _amount(paper.amount_due),
        "prepaid": None if paper.prepaid is None else _amount(paper.prepaid),
    }  # fmt: skip


def _payment(face: Face, shown: set[str]) -> Truth:
    """Return account and reference; what is nowhere on the paper is not known."""
    paper = face.paper
    has_account = "iban" in shown
    accounts = paper.supplier.accounts
    has_ogm = bool(paper.ogm) and "payment_reference" in shown
    return {
        "iban": paper.iban if has_account else None,
        "bic": paper.bic if "bic" in shown else None,
        "ibans": [iban for iban, _ in accounts] if has_account else [],
        "bics": [bic for _, bic in accounts] if has_account else [],
        "payment_reference": paper.ogm if has_ogm else None,
        "payment_references": [paper.ogm] if has_ogm else [],
    }


def _reduction(reduction: Reduction | None) -> Truth | None:
    if reduction is None:
        return None
    told = {
        "type": reduction.type,
        "percent": _amount(reduction.percent),
        "amount": _amount(reduction.amount),
    }
    if reduction.if_early is not None:
        told["amount_due_if_early"] = _amount(reduction.if_early)
    return told


def _term(paper: Paper) -> Truth:
    told = {
        "days": 0 if paper.is_on_receipt else paper.term_days,
        "end_of_month": paper.is_end_of_month,
        "on_receipt": paper.is_on_receipt,
    }
    return {
        "due_term": None if paper.due_source == "none" else told,
        "due_date_source": paper.due_source,
    }
