"""Makes an invoice fit again after one of its dates or its total was read anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from mailbot.domain.invoice import Evidence, Invoice, Source, VatLine
from mailbot.domain.money import ZERO, cents
from mailbot.recognition.spots import Spots

#: what remains of the sureness of a due date that was computed again
_COMPUTED_AGAIN = 0.7
_ROUNDING = Decimal("0.02")
#: charged rates: Belgium 21, 12, 6; the Netherlands 21, 9
_RATES = (Decimal(21), Decimal(12), Decimal(9), Decimal(6))
_HUNDRED = Decimal(100)


def fitted(read: Invoice, known: Invoice, spots: Spots) -> Invoice:
    """Return the invoice with what depends on a recalled date or total made to fit it."""
    if known.invoice_date != read.invoice_date:
        known = _with_due_date_moved(read, known, spots)
    total = known.total_incl
    if total is None or total == read.total_incl:
        return _with_sums_kept(read, known)
    if known.amount_due in (None, read.total_incl):
        again = known.evidence["total_incl"]
        known = with_value(known, "amount_due", total, again)
    return known if _adds_up(known) else _with_parts(known, total, spots)


def _adds_up(invoice: Invoice) -> bool:
    """Tell whether base and VAT are known and make the total; no VAT at all is none to add."""
    base, vat, total = invoice.total_excl, invoice.vat_total, invoice.total_incl
    if base is None or total is None:
        return False
    return abs(base + (vat or ZERO) - total) <= _ROUNDING


def _with_sums_kept(read: Invoice, known: Invoice) -> Invoice:
    """Return the invoice with base and VAT as they were read, when only these make the total."""
    if _adds_up(known) or not _adds_up(read):
        return known
    for name in ("total_excl", "vat_total"):
        if name in read.evidence:
            known = with_value(known, name, getattr(read, name), read.evidence[name])
        else:
            known = without(known, name)
    return known


def _with_due_date_moved(read: Invoice, known: Invoice, spots: Spots) -> Invoice:
    """Return the invoice with a due date that was computed from the other date moved along."""
    due: date | None = known.due_date
    is_printed = any(spot.value == due for spot in spots.of("due_date"))
    if due is None or is_printed or None in (read.invoice_date, known.invoice_date):
        return known
    moved = due + (known.invoice_date - read.invoice_date)  # type: ignore[operator]
    was = known.evidence["due_date"]
    again = replace(was, confidence=round(was.confidence * _COMPUTED_AGAIN, 3))
    return with_value(known, "due_date", moved, again)


def _with_parts(invoice: Invoice, total: Decimal, spots: Spots) -> Invoice:
    """Return the invoice with a base and VAT on the page that make the total, or with neither."""
    printed = {spot.value for spot in spots.of("total_incl")}
    for rate in _RATES:
        exact = cents(total / (1 + rate / _HUNDRED))
        near = [amount for amount in printed if abs(amount - exact) <= _ROUNDING]
        for base in sorted(near, key=lambda amount: abs(amount - exact)):
            if total - base in printed:
                return _with_one_rate(invoice, VatLine(rate=rate, base=base, amount=total - base))
    return without(invoice, "total_excl", "vat_total", "vat_breakdown")


def _with_one_rate(invoice: Invoice, line: VatLine) -> Invoice:
    sure = round(invoice.confidence("total_incl") * 0.95, 3)
    known = Evidence(confidence=sure, source=Source.COMPUTED)
    parts = {"total_excl": line.base, "vat_total": line.amount, "vat_breakdown": (line,)}
    for name, value in parts.items():
        invoice = with_value(invoice, name, value, known)
    return invoice


def with_value(invoice: Invoice, name: str, value: Any, known: Evidence) -> Invoice:
    """Return the invoice with one field set, and how it is known."""
    values: Mapping[str, Any] = {name: value, "evidence": {**invoice.evidence, name: known}}
    return replace(invoice, **values)


def without(invoice: Invoice, *names: str) -> Invoice:
    """Return the invoice without some fields."""
    evidence = {name: known for name, known in invoice.evidence.items() if name not in names}
    nothing: dict[str, Any] = dict.fromkeys(names)
    if "vat_breakdown" in names:
        nothing["vat_breakdown"] = ()
    return replace(invoice, **nothing, evidence=evidence)
