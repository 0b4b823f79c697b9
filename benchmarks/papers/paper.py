"""What a paper says: parties, lines, VAT and totals that add up."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.papers.parties import Party

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What kinds of papers a layout prints; chances are 0.0 to 1.0."""

    country: str = "BE"
    language: str = "nl"
    #: rates of one document, one of these is taken
    rates: tuple[tuple[str, ...], ...] = (("21",), ("21",), ("21",), ("6",), ("21", "6"))
    regimes: tuple[str, ...] = ("normal",)
    n_lines: tuple[int, int] = (1, 6)
    #: prices of the trade are multiplied with this
    scale: float = 1.0
    credit: float = 0.12
    ogm: float = 0.55
    #: kinds of due date, one is taken: printed, term, none
    due: tuple[str, ...] = ("printed", "printed", "printed", "term", "none")
    financial: float = 0.0
    commercial: float = 0.0
    prepaid: float = 0.0
    #: paid in full before it was printed
    paid: float = 0.0
    deposit: float = 0.0
    #: to be paid in coins of five cents
    rounding: float = 0.0
    sale: float = 0.0
    debit: float = 0.0
    old_account: float = 0.0
    qr: float = 0.0
    advances: float = 0.0
    is_person: bool = False
    has_prices_with_vat: bool = False
    currency: str = "EUR"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line; `amount` is with VAT where the paper's prices are."""

    code: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    discount: Decimal | None
    amount: Decimal
    rate: Decimal
    category: str


@dataclass(frozen=True, kw_only=True)
class VatRow:
    """One row of the VAT breakdown."""

    category: str
    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """A discount; `if_early` is what is due with a financial one."""

    type: str
    percent: Decimal
    amount: Decimal
    if_early: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Numbers and dates beside those of the invoice, which are easily taken for them."""

    customer: str
    order: str
    delivery: str
    contract: str
    file: str
    your_ref: str
    contact: str
    order_date: date
    delivery_date: date
    period: tuple[date, date]
    advance: str
    advance_date: date


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What an invoice or a credit note says; amounts are positive on both."""

    is_credit: bool
    supplier: Party
    customer: Party
    number: str
    issued: date
    due: date | None
    #: printed, term or none
    due_source: str
    term_days: int
    is_end_of_month: bool
    is_on_receipt: bool
    currency: str
    regime: str
    lines: tuple[Line, ...]
    goods: Decimal
    total_excl: Decimal
    vat_rows: tuple[VatRow, ...]
    reduction: Reduction | None
    prepaid: Decimal | None
    #: added to what is to be paid, not to the total
    rounding: Decimal | None
    is_sale: bool
    #: 12 digits, or "" when there is none
    ogm: str
    #: what to quote where there is no structured communication
    free_reference: str
    #: the customer's account that is debited, or ""
    debited: str
    old_account: str
    has_qr: bool
    has_prices_with_vat: bool
    numbers: Numbers
    site: Party | None = field(default=None)

    @property
    def vat_total(self) -> Decimal:
        """VAT over all rates."""
        return sum((row.amount for row in self.vat_rows), ZERO)

    @property
    def total_incl(self) -> Decimal:
        """Total with VAT."""
        return self.total_excl + self.vat_total

    @property
    def amount_due(self) -> Decimal:
        """What is left to pay."""
        return self.total_incl - (self.prepaid or ZERO) + (self.rounding or ZERO)

    @property
    def is_paid(self) -> bool:
        """Nothing is left to pay."""
        return self.prepaid is not None and self.amount_due == 0

    @property
    def is_reverse_charge(self) -> bool:
        """The customer owes the VAT (category AE)."""
        return any(row.category == "AE" for row in self.vat_rows)

    @property
    def iban(self) -> str:
        """The account to pay to."""
        return self.supplier.accounts[0][0]

    @property
    def bic(self) -> str:
        """The bank of `iban`."""
        return self.supplier.accounts[0][1]


def cents(value: Decimal) -> Decimal:
    """Return `value` with two decimals, halves away from zero."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
