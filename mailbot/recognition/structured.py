"""Turns what a structured invoice says into an Invoice: signs, identifiers, how sure each is.

UBL and CII differ in where things stand, not in what they mean (EN 16931-1): `ubl` and `cii` find
the facts, this module makes the same Invoice of both.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mailbot.domain.invoice import (
    Discount,
    DocumentClass,
    Evidence,
    Invoice,
    InvoiceLine,
    Source,
    VatLine,
)
from mailbot.domain.money import CENT, ZERO
from mailbot.recognition.choices import (
    Chosen,
    Party,
    choose_bic,
    choose_iban,
    choose_name,
    choose_reference,
    choose_vat_number,
)

#: UNTDID 1001 codes that EN 16931 counts as credit notes (BT-3)
CREDIT_NOTE_CODES = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
)

_SURE = 1.0
#: mended files can be misread, if hardly
_MENDED = 0.9
_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class VatRow:
    """A row of the VAT breakdown as the file writes it, holes included."""

    rate: Decimal | None
    base: Decimal | None
    amount: Decimal | None
    category: str | None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stands in a structured invoice, before anything is judged."""

    source: Source
    is_credit_note: bool
    supplier: Party
    customer: Party
    invoice_number: str | None
    invoice_date: date | None
    due_date: date | None
    currency: str | None
    total_incl: Decimal | None
    total_excl: Decimal | None
    vat_total: Decimal | None
    amount_due: Decimal | None
    vat_rows: tuple[VatRow, ...]
    #: account numbers of the payee, IBAN or not
    accounts: tuple[str, ...]
    bics: tuple[str, ...]
    references: tuple[str, ...]
    #: where old e-FFF files put the structured communication
    instructions: tuple[str, ...] = ()
    lines: tuple[InvoiceLine, ...]
    discount: Discount | None
    was_mended: bool = False


def build_invoice(facts: Facts) -> Invoice:
    """Return the Invoice that `facts` mean; what contradicts itself is for `checks` to find."""
    chosen = {
        "supplier_name": choose_name(facts.supplier),
        "customer_name": choose_name(facts.customer),
        "supplier_vat": choose_vat_number(facts.supplier),
        "customer_vat": choose_vat_number(facts.customer),
        "iban": choose_iban(facts.accounts),
        "bic": choose_bic(facts.bics),
        "payment_reference": choose_reference(facts.references, facts.instructions),
    }
    invoice = Invoice(
        document_class=DocumentClass.CREDIT_NOTE
        if facts.is_credit_note
        else DocumentClass.INVOICE,
        invoice_number=facts.invoice_number,
        invoice_date=facts.invoice_date,
        due_date=facts.due_date,
        currency=facts.currency.upper() if facts.currency else None,
        total_incl=facts.total_incl,
        total_excl=facts.total_excl,
        vat_total=facts.vat_total,
        vat_breakdown=tuple(filter(None, map(_vat_line, facts.vat_rows))),
        amount_due=facts.amount_due,
        lines=facts.lines,
        is_reverse_charge=_is_reverse_charge(facts.vat_rows),
        discount=facts.discount,
        **{name: choice.value for name, choice in chosen.items()},  # type: ignore[arg-type]
    )
    return _positive(replace(invoice, evidence=_evidence(invoice, facts, chosen)))


def _evidence(invoice: Invoice, facts: Facts, chosen: dict[str, Chosen]) -> dict[str, Evidence]:
    """Return evidence for every field that is known."""
    most = _MENDED if facts.was_mended else _SURE
    only = Chosen(None)
    return {
        name: Evidence(
            confidence=min(most, chosen.get(name, only).confidence),
            source=facts.source,
            alternatives=chosen.get(name, only).alternatives,
        )
        for name, value in vars(invoice).items()
        if name not in ("evidence", "pages") and value not in (None, ())
    }


def _vat_line(row: VatRow) -> VatLine | None:
    """Return the row with its holes filled from the other values, None for an empty row."""
    if row.base is None and row.amount is None:
        return None
    rate = row.rate if row.rate is not None and 0 <= row.rate <= _HUNDRED else None
    amount = row.amount if row.amount is not None else _share(row.base, rate)
    base = row.base if row.base is not None else ZERO
    return VatLine(
        rate=_rate_of(base, amount) if rate is None else rate,
        base=base,
        amount=amount,
        category=row.category,
    )


def _rate_of(base: Decimal, amount: Decimal) -> Decimal:
    """Return the rate that explains `amount`, 0 when none does."""
    return (amount / base * _HUNDRED).quantize(CENT) if abs(amount) < abs(base) else ZERO


def _share(base: Decimal | None, rate: Decimal | None) -> Decimal:
    return (base * rate / _HUNDRED).quantize(CENT) if base and rate else ZERO


def _is_reverse_charge(rows: tuple[VatRow, ...]) -> bool | None:
    """Tell whether the customer owes the VAT (category AE); None without a VAT breakdown."""
    return any(row.category == "AE" for row in rows) if rows else None


def _positive(invoice: Invoice) -> Invoice:
    """Return the invoice with our signs: what is negative in total is a credit note, positive.

    Peppol allows an invoice below zero instead of a credit note (BIS Billing 3.0, §"Negative
    invoices"), and some senders write credit notes with minus signs.
    """
    total = invoice.total_incl if invoice.total_incl is not None else invoice.amount_due
    if total is None or total >= 0:
        return invoice
    return replace(
        invoice,
        document_class=DocumentClass.CREDIT_NOTE,
        total_incl=_negated(invoice.total_incl),
        total_excl=_negated(invoice.total_excl),
        vat_total=_negated(invoice.vat_total),
        amount_due=_negated(invoice.amount_due),
        vat_breakdown=tuple(
            replace(row, base=-row.base, amount=-row.amount) for row in invoice.vat_breakdown
        ),
        lines=tuple(
            replace(line, amount=-line.amount, quantity=_negated(line.quantity))
            for line in invoice.lines
        ),
    )


def _negated(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount
