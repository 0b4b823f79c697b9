"""Compares what a structured invoice says with what its page shows (design: mail.md §7).

A swapped IBAN in the XML that nobody sees, under a page that looks right, is a known fraud.
Only what the page surely says counts: a value that is not found at all proves nothing.
"""

import re
from decimal import Decimal

from mailbot.domain.identifiers import read_iban, read_vat_number
from mailbot.domain.invoice import Invoice

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0\u202f]?[A-Z0-9]){11,30}")
_VAT = re.compile(r"\b[A-Z]{2}[ \u00a0]?\d(?:[ .\u00a0]?\d){7,11}\b")
_AMOUNT = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[.,' \u2019\u00a0\u202f]\d{3}){0,5}[.,]\d{2}(?![\d.,]?\d)"
    r"|(?<![\d.,])\d{1,12}[.,]\d{2}(?![\d.,]?\d)"
)
#: a page with fewer amounts than this may be an image with a few words on it
_ENOUGH_AMOUNTS = 3
#: shorter numbers are found on any page
_LONG_ENOUGH = 4


def differences(invoice: Invoice, page_text: str) -> tuple[str, ...]:
    """Return ids of warnings about what the page says otherwise than `invoice`."""
    warnings = []
    if _iban_differs(invoice, page_text):
        warnings.append("xml_differs_iban")
    if _total_differs(invoice, page_text):
        warnings.append("xml_differs_total")
    if _vat_differs(invoice, page_text):
        warnings.append("xml_differs_vat")
    if _number_differs(invoice, page_text):
        warnings.append("xml_differs_number")
    return tuple(warnings)


def shows_number(invoice: Invoice, page_text: str) -> bool:
    """Tell whether the page shows the invoice's number, spaces and signs apart."""
    number = _alphanumeric(invoice.invoice_number or "")
    return len(number) >= _LONG_ENOUGH and number in _alphanumeric(page_text)


def _iban_differs(invoice: Invoice, page_text: str) -> bool:
    """Tell whether the page has valid IBANs and none of them is one of the XML's."""
    if not invoice.iban:
        return False
    evidence = invoice.evidence.get("iban")
    ours = {invoice.iban, *(evidence.alternatives if evidence else ())}
    if any(iban in _alphanumeric(page_text).upper() for iban in ours):
        return False
    return bool(find_ibans(page_text))


def _vat_differs(invoice: Invoice, page_text: str) -> bool:
    """Tell whether the page has VAT numbers of others than the customer, and not the XML's."""
    ours = _digits(invoice.supplier_vat or "")
    if not ours or ours in _digits(page_text):
        return False
    customer = _digits(invoice.customer_vat or "")
    shown = (read_vat_number(match[0]) for match in _VAT.finditer(page_text.upper()))
    return any(vat and _digits(vat) != customer for vat in shown)


def _number_differs(invoice: Invoice, page_text: str) -> bool:
    """Tell whether a page that surely is an invoice shows no part of the XML's number."""
    number = _alphanumeric(invoice.invoice_number or "")
    if len(number) < _LONG_ENOUGH or len(find_amounts(page_text)) < _ENOUGH_AMOUNTS:
        return False
    parts = re.findall(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}", invoice.invoice_number or "")
    return not any(part in _alphanumeric(page_text) for part in (number, *parts))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def find_ibans(text: str) -> set[str]:
    """Return the valid IBANs in `text`; what follows an IBAN on its line is cut off."""
    found = set()
    for match in _IBAN.finditer(text.upper()):
        compact = re.sub(r"\s", "", match[0])
        valid = (read_iban(compact[:length]) for length in range(len(compact), 14, -1))
        if iban := next(filter(None, valid), None):
            found.add(iban)
    return found


def _total_differs(invoice: Invoice, page_text: str) -> bool:
    """Tell whether the page has amounts and neither the total nor the amount due is among them."""
    wanted = {abs(a) for a in (invoice.total_incl, invoice.amount_due) if a}
    if not wanted:
        return False
    shown = find_amounts(page_text)
    return len(shown) >= _ENOUGH_AMOUNTS and not wanted & shown


def find_amounts(text: str) -> set[Decimal]:
    """Return every number with two decimals in `text`, whatever its separators.

    A space may separate thousands or columns: "2 605,00" is 2605.00 and 605.00.
    """
    amounts = set()
    for match in _AMOUNT.finditer(text):
        groups = match[0].split()
        for start in range(len(groups)):
            digits = re.sub(r"\D", "", "".join(groups[start:]))
            amounts.add(Decimal(digits).scaleb(-2))
    return amounts


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()
