"""Proposes the booking of a document, and changes its lines as people ask.

Ledger accounts are those of the dossier's export options, else of the minimum chart (MAR/PCMN).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from mailbot.domain.booking import BookingLine, BookingProposal, Problem
from mailbot.domain.document import Document
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import MANDATORY_FIELDS, DocumentClass, Invoice, VatLine
from mailbot.domain.money import ZERO, cents, total
from mailbot.domain.people import Dossier, Journal, JournalKind

#: option of the dossier's export -> default
_PURCHASE_ACCOUNT = ("purchase_account", "604000")
_SALES_ACCOUNT = ("sales_account", "700000")

#: what a mailbot VAT code says: rate in percent
_RATES = {"S21": 21, "S12": 12, "S9": 9, "S6": 6, "S0": 0, "RC": 21, "E": 0}
#: how people write VAT codes: high and low of Belgium and the Netherlands, bare rates
_SPOKEN = {"H": "S", "L": "S", "S": "S", "": "S"}
_VAT_CODE = re.compile(r"([HLS]?)\s*(\d{1,2})\s*%?")
#: more than this many cents between lines and total is a mistake, not rounding
_ROUNDING = Decimal("0.05")


@dataclass(frozen=True, kw_only=True)
class TypedLine:
    """A booking line as a person typed it; "" for what was left out."""

    account: str
    amount: str = ""
    vat_code: str = ""
    text: str = ""


def propose_booking(document: Document, dossier: Dossier) -> BookingProposal | list[Problem]:
    """Return the booking of a document, or what is missing for it.

    The lines with their VAT sum to the total: a difference of up to five cents goes to the
    largest line.
    """
    invoice = document.invoice
    missing = [
        Problem(field=name, reason="missing_field")
        for name in MANDATORY_FIELDS
        if invoice is None or getattr(invoice, name) is None
    ]
    if invoice is None or missing:
        return missing
    issue_date, total_incl = invoice.invoice_date, invoice.total_incl
    if issue_date is None or total_incl is None:
        return missing
    is_credit_note = invoice.document_class is DocumentClass.CREDIT_NOTE
    is_sale = document.kind is JournalKind.SALES
    return BookingProposal(
        key=f"{document.id}-{document.version}",
        kind=document.kind,
        journal=document.journal or _journal(dossier, document.kind, is_credit_note),
        is_credit_note=is_credit_note,
        counterparty_name=(invoice.customer_name if is_sale else invoice.supplier_name) or "",
        counterparty_vat=(invoice.customer_vat if is_sale else invoice.supplier_vat) or "",
        invoice_number=invoice.invoice_number or "",
        issue_date=issue_date,
        due_date=invoice.due_date,
        period=f"{issue_date:%Y-%m}",
        currency=invoice.currency or "EUR",
        total_incl=total_incl,
        lines=_balanced(_lines(invoice, _account(dossier, is_sale)), total_incl),
        iban=invoice.iban or "",
        payment_reference=invoice.payment_reference or "",
        text=_text(document, invoice),
    )


def check_booking(booking: BookingProposal) -> list[Problem]:
    """Return what keeps a proposal from being booked: its lines must sum to the total."""
    difference = booking.total_excl + booking.vat_total - booking.total_incl
    if difference:
        return [Problem(field="total_incl", reason="does_not_balance", value=str(difference))]
    return []


def set_line(booking: BookingProposal, number: int, typed: TypedLine) -> BookingProposal:
    """Return the proposal with line `number` (from 1) replaced. Raises Refused("bad_value")."""
    _check_number(booking, number)
    line = _read_line(typed, booking.lines[number - 1])
    lines = (*booking.lines[: number - 1], line, *booking.lines[number:])
    return replace(booking, lines=lines)


def add_line(booking: BookingProposal, typed: TypedLine) -> BookingProposal:
    """Return the proposal with one more line. Raises Refused("bad_value")."""
    default = booking.lines[-1] if booking.lines else None
    line = _read_line(typed, default)
    return replace(booking, lines=(*booking.lines, line))


def remove_line(booking: BookingProposal, number: int) -> BookingProposal:
    """Return the proposal without line `number` (from 1). Raises Refused("bad_value")."""
    _check_number(booking, number)
    lines = (*booking.lines[: number - 1], *booking.lines[number:])
    return replace(booking, lines=lines)


def read_vat_code(text: str) -> str | None:
    """Return our VAT code for what a person typed (H21, L6, 21, 21 %, RC, E), None if unknown."""
    word = text.strip().upper()
    if word in _RATES:
        return word
    match = _VAT_CODE.fullmatch(word)
    if match is None:
        return None
    code = f"{_SPOKEN[match[1]]}{int(match[2])}"
    return code if code in _RATES else None


def vat_code_of(rate: Decimal, category: str | None) -> str:
    """Return our VAT code for a rate and a UNCL5305 category."""
    if category == "AE":
        return "RC"
    if category in ("E", "O", "K", "G"):
        return "E"
    return f"S{int(rate)}" if rate == int(rate) else f"S{rate}"


def _journal(dossier: Dossier, kind: JournalKind, is_credit_note: bool) -> str:
    """Return the journal for this kind; credit notes have their own where the dossier has one."""
    journals = [j for j in dossier.journals if j.kind is kind]
    wanted = _first(j for j in journals if j.credit_notes_only == is_credit_note)
    return (wanted or _first(journals) or Journal(code="", kind=kind)).code


def _first(journals: Iterable[Journal]) -> Journal | None:
    return next(iter(journals), None)


def _account(dossier: Dossier, is_sale: bool) -> str:
    option, default = _SALES_ACCOUNT if is_sale else _PURCHASE_ACCOUNT
    return dossier.export.options.get(option, default)


def _lines(invoice: Invoice, account: str) -> list[BookingLine]:
    """Return one line per VAT rate; all on one line when the breakdown is not known."""
    rows = invoice.vat_breakdown or (_whole(invoice),)
    return [
        BookingLine(
            ledger_account=account,
            amount=cents(row.base),
            vat_rate=row.rate,
            vat_amount=ZERO if _is_reverse(row, invoice) else cents(row.amount),
            vat_code="RC" if _is_reverse(row, invoice) else vat_code_of(row.rate, row.category),
            text=invoice.supplier_name or "",
        )
        for row in rows
    ]


def _is_reverse(row: VatLine, invoice: Invoice) -> bool:
    return row.category == "AE" or bool(invoice.is_reverse_charge and not row.amount)


def _whole(invoice: Invoice) -> VatLine:
    incl = invoice.total_incl or ZERO
    vat = invoice.vat_total if invoice.vat_total is not None else ZERO
    base = invoice.total_excl if invoice.total_excl is not None else incl - vat
    rate = cents(vat / base * 100).quantize(Decimal(1)) if base else ZERO
    known = rate if f"S{int(rate)}" in _RATES else Decimal(0)
    return VatLine(rate=known, base=base, amount=vat)


def _balanced(lines: list[BookingLine], total_incl: Decimal) -> tuple[BookingLine, ...]:
    """Put a rounding difference on the largest line; a larger one is left to be seen."""
    sum_of_lines = total(line.amount + line.vat_amount for line in lines)
    difference = total_incl - sum_of_lines
    if not lines or not difference or abs(difference) > _ROUNDING:
        return tuple(lines)
    largest = max(range(len(lines)), key=lambda i: abs(lines[i].amount))
    lines[largest] = replace(lines[largest], amount=lines[largest].amount + difference)
    return tuple(lines)


def _read_line(typed: TypedLine, default: BookingLine | None) -> BookingLine:
    """Return the line a person typed; what is not typed stays as it was."""
    inherited = default.vat_code if default else "S21"
    code = read_vat_code(typed.vat_code) if typed.vat_code else inherited
    if code is None:
        raise Refused("bad_value", {"field": "vat_code", "value": typed.vat_code})
    if not re.fullmatch(r"\d{3,10}", typed.account):
        raise Refused("bad_value", {"field": "account", "value": typed.account})
    same = default.amount if default else ZERO
    base = _typed_amount(typed.amount) if typed.amount else same
    rate = Decimal(_RATES[code])
    return BookingLine(
        ledger_account=typed.account,
        amount=base,
        vat_rate=rate,
        vat_amount=ZERO if code == "RC" else cents(base * rate / 100),
        vat_code=code,
        text=typed.text or (default.text if default else ""),
    )


def _typed_amount(amount: str) -> Decimal:
    try:
        return cents(Decimal(amount))
    except InvalidOperation as error:
        raise Refused("bad_value", {"field": "amount", "value": amount}) from error


def _check_number(booking: BookingProposal, number: int) -> None:
    if not 1 <= number <= len(booking.lines):
        raise Refused("bad_value", {"field": "line", "value": str(number)})


def _text(document: Document, invoice: Invoice) -> str:
    number = invoice.invoice_number or document.title
    return f"{invoice.supplier_name or ''} {number}".strip()
