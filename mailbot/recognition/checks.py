"""Checks what was decided against itself: doubts lower confidence, warnings tell people.

Each check is one rule about values that must agree (EN 16931 BR-CO-14, BR-CO-15); none changes a
value.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from mailbot.domain.identifiers import read_iban, read_vat_number
from mailbot.domain.invoice import MANDATORY_FIELDS, DocumentClass, Invoice, RecognitionStatus
from mailbot.domain.money import ZERO

#: what senders lose by rounding line by line
_TOLERANCE = Decimal("0.05")
_LONGEST_TERM = timedelta(days=400)
#: VAT numbers came after 1970, electronic invoices later; older dates are misread
_FIRST_DAY = date(1995, 1, 1)

#: id of a warning and the fields that it puts in doubt
Doubt = tuple[str, tuple[str, ...]]


def check(invoice: Invoice) -> tuple[Invoice, tuple[str, ...]]:
    """Return the invoice with doubts in its evidence, and ids of warnings."""
    evidence = dict(invoice.evidence)
    warnings: list[str] = []
    for rule in _RULES:
        doubt = rule(invoice)
        if doubt is None:
            continue
        warning, names = doubt
        warnings.append(warning)
        for name in names:
            if name in evidence:
                known = evidence[name]
                evidence[name] = replace(known, confidence=min(known.confidence, 0.6))
    return replace(invoice, evidence=evidence), tuple(warnings)


def find_status(invoice: Invoice) -> RecognitionStatus:
    """Return how complete the reading is (CF-ST-01, -04, -05).

    Whether the supplier is new is not known here.
    """
    if invoice.document_class is DocumentClass.NOT_INVOICE:
        return RecognitionStatus.NOK
    known = [name for name in MANDATORY_FIELDS if getattr(invoice, name) not in (None, "")]
    if not set(known) - {"currency"}:
        return RecognitionStatus.EMPTY
    return RecognitionStatus.OK if len(known) == len(MANDATORY_FIELDS) else RecognitionStatus.NOK


def _totals_add_up(invoice: Invoice) -> Doubt | None:
    if invoice.total_incl is None or invoice.total_excl is None or invoice.vat_total is None:
        return None
    gap = invoice.total_excl + invoice.vat_total - invoice.total_incl
    if abs(gap) <= _TOLERANCE:
        return None
    return "totals_do_not_add_up", ("total_incl", "total_excl", "vat_total")


def _vat_adds_up(invoice: Invoice) -> Doubt | None:
    if invoice.vat_total is None or not invoice.vat_breakdown:
        return None
    gap = sum((line.amount for line in invoice.vat_breakdown), ZERO) - invoice.vat_total
    if abs(gap) <= _TOLERANCE:
        return None
    return "vat_does_not_add_up", ("vat_breakdown", "vat_total")


def _is_due_after_issue(invoice: Invoice) -> Doubt | None:
    if invoice.invoice_date is None or invoice.due_date is None:
        return None
    if timedelta(0) <= invoice.due_date - invoice.invoice_date <= _LONGEST_TERM:
        return None
    return "due_date_does_not_fit", ("due_date", "invoice_date")


def _date_is_believable(invoice: Invoice) -> Doubt | None:
    if invoice.invoice_date is None or invoice.invoice_date >= _FIRST_DAY:
        return None
    return "invoice_date_is_old", ("invoice_date",)


def _iban_is_valid(invoice: Invoice) -> Doubt | None:
    if invoice.iban is None or read_iban(invoice.iban):
        return None
    return "iban_check_digits", ("iban",)


def _vat_number_is_valid(invoice: Invoice) -> Doubt | None:
    if invoice.supplier_vat is None or read_vat_number(invoice.supplier_vat):
        return None
    return "supplier_vat_check_digits", ("supplier_vat",)


def _parties_differ(invoice: Invoice) -> Doubt | None:
    if invoice.supplier_vat is None or invoice.supplier_vat != invoice.customer_vat:
        return None
    return "supplier_is_customer", ("supplier_vat", "customer_vat")


_RULES: tuple[Callable[[Invoice], Doubt | None], ...] = (
    _totals_add_up,
    _vat_adds_up,
    _is_due_after_issue,
    _date_is_believable,
    _iban_is_valid,
    _vat_number_is_valid,
    _parties_differ,
)
