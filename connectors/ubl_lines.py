"""Makes the lines and the VAT breakdown of a UBL document that adds up (EN 16931 BR-CO-10…17).

From the booking when there is one, else from the lines that were read, else one line per VAT rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailbot.domain.booking import BookingProposal
from mailbot.domain.invoice import Invoice, InvoiceLine, VatLine
from mailbot.domain.money import CENT, ZERO, cents, total

#: category of UNCL5305 for our VAT codes that have no rate of their own
_CATEGORIES = {"RC": "AE", "E": "E"}
#: VAT that the supplier charges; every other category has rate and VAT zero
STANDARD = "S"
_HUNDRED = Decimal(100)
_WRITTEN_CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G"})


@dataclass(frozen=True, kw_only=True)
class UblLine:
    """One line: amounts without VAT, in the unit of their currency."""

    text: str
    amount: Decimal
    category: str
    rate: Decimal
    quantity: Decimal = Decimal(1)
    ledger_account: str = ""


@dataclass(frozen=True, kw_only=True)
class UblTax:
    """One row of the VAT breakdown (BG-23)."""

    category: str
    rate: Decimal
    base: Decimal
    amount: Decimal


def build_lines(invoice: Invoice, booking: BookingProposal | None) -> tuple[UblLine, ...]:
    """Return the lines of the document; empty when nothing says how the VAT is composed."""
    if booking is not None:
        return _lines_of_booking(booking)
    if _are_complete(invoice):
        return tuple(_line_as_read(line, invoice) for line in invoice.lines)
    return tuple(_line_of_rate(row, invoice) for row in invoice.vat_breakdown)


def build_taxes(
    lines: Sequence[UblLine], invoice: Invoice, booking: BookingProposal | None
) -> tuple[UblTax, ...]:
    """Return the VAT per category and rate: as charged where that is known, else computed."""
    groups = dict.fromkeys((line.category, line.rate) for line in lines)
    charged = _charged(invoice, booking)
    taxes = []
    for category, rate in groups:
        base = total(
            line.amount for line in lines if (line.category, line.rate) == (category, rate)
        )
        computed = cents(base * rate / _HUNDRED)
        amount = charged.get(rate, computed) if category == STANDARD else ZERO
        taxes.append(UblTax(category=category, rate=rate, base=base, amount=cents(amount)))
    return tuple(taxes)


def _charged(invoice: Invoice, booking: BookingProposal | None) -> dict[Decimal, Decimal]:
    """Return the VAT that the supplier charges, by rate."""
    charged: dict[Decimal, Decimal] = {}
    if booking is not None:
        sign = _sign(booking)
        for line in booking.lines:
            if line.vat_code not in _CATEGORIES:
                charged[line.vat_rate] = charged.get(line.vat_rate, ZERO) + sign * line.vat_amount
        return charged
    for row in invoice.vat_breakdown:
        charged[row.rate] = charged.get(row.rate, ZERO) + row.amount
    return charged


def _lines_of_booking(booking: BookingProposal) -> tuple[UblLine, ...]:
    lines = []
    sign = _sign(booking)
    for line in booking.lines:
        category = _CATEGORIES.get(line.vat_code) or (STANDARD if line.vat_rate else "Z")
        lines.append(
            UblLine(
                text=line.text or booking.text or line.ledger_account,
                amount=cents(sign * line.amount),
                category=category,
                rate=line.vat_rate if category == STANDARD else ZERO,
                ledger_account=line.ledger_account,
            )
        )
    return tuple(lines)


def _sign(booking: BookingProposal) -> int:
    """Return -1 for a credit note that is booked with minus signs: a CreditNote is positive."""
    return -1 if booking.is_credit_note and booking.total_excl < 0 else 1


def _are_complete(invoice: Invoice) -> bool:
    """Tell whether the lines that were read say everything: rates known, summing to the total."""
    if not invoice.lines or any(line.vat_rate is None for line in invoice.lines):
        return False
    bases: dict[Decimal, Decimal] = {}
    for line in invoice.lines:
        rate = line.vat_rate or ZERO
        bases[rate] = bases.get(rate, ZERO) + line.amount
    stated: dict[Decimal, Decimal] = {}
    for row in invoice.vat_breakdown:
        stated[row.rate] = stated.get(row.rate, ZERO) + row.base
    return bases == stated


def _line_as_read(line: InvoiceLine, invoice: Invoice) -> UblLine:
    rate = line.vat_rate or ZERO
    row = next((r for r in invoice.vat_breakdown if r.rate == rate), None)
    category = _category(rate, row, invoice)
    return UblLine(
        text=line.description or invoice.invoice_number or "-",
        amount=cents(line.amount),
        category=category,
        rate=rate,
        quantity=_quantity(line),
    )


def _line_of_rate(row: VatLine, invoice: Invoice) -> UblLine:
    category = _category(row.rate, row, invoice)
    return UblLine(
        text=invoice.invoice_number or "-",
        amount=cents(row.base),
        category=category,
        rate=row.rate if category == STANDARD else ZERO,
    )


def _category(rate: Decimal, row: VatLine | None, invoice: Invoice) -> str:
    """Return the category of UNCL5305; what is not subject to VAT (O) is written as exempt.

    O forbids every VAT number in the file (BR-O-02), by which packages know the supplier.
    """
    if rate:
        return STANDARD
    if invoice.is_reverse_charge and (row is None or row.category is None):
        return "AE"
    stated = (row.category if row else None) or "Z"
    return stated if stated in _WRITTEN_CATEGORIES - {STANDARD} else "E"


def _quantity(line: InvoiceLine) -> Decimal:
    """Return the quantity when price times quantity is the amount, else one."""
    if not line.quantity or line.unit_price is None or line.unit_price < 0:
        return Decimal(1)
    fits = abs(line.quantity * line.unit_price - line.amount) <= CENT / 2
    return line.quantity if fits else Decimal(1)
