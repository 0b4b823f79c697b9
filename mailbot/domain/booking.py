"""A booking proposal: what the accounting package would be told."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.money import total
from mailbot.domain.people import JournalKind


@dataclass(frozen=True, kw_only=True)
class BookingLine:
    """One line on a ledger account, without VAT.

    Amounts have the sign they have on the document: those of a credit note are positive.
    """

    ledger_account: str
    amount: Decimal
    #: rate in percent
    vat_rate: Decimal
    vat_amount: Decimal
    #: code in mailbot's own words: "S21", "S6", "S0", "RC" (reverse charge), "E" (exempt)
    vat_code: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingProposal:
    """What a connector needs to know (connectors/README.md, canonical booking)."""

    #: ours; a second export of the same key is the same booking
    key: str
    kind: JournalKind
    journal: str
    is_credit_note: bool
    counterparty_name: str
    counterparty_vat: str
    invoice_number: str
    issue_date: date
    due_date: date | None
    #: YYYY-MM
    period: str
    currency: str
    total_incl: Decimal
    lines: tuple[BookingLine, ...]
    iban: str = ""
    payment_reference: str = ""
    text: str = ""
    #: our own number in journal and year, "" when the package gives it
    number: str = ""
    #: earlier bookings of the counterparty that the lines follow; 0 after a person changed them
    like_earlier: int = 0

    @property
    def sign(self) -> int:
        """1 for an invoice, -1 for a credit note: what the amounts do to the accounts."""
        return -1 if self.is_credit_note else 1

    @property
    def total_excl(self) -> Decimal:
        """The sum of the lines without VAT."""
        return total(line.amount for line in self.lines)

    @property
    def vat_total(self) -> Decimal:
        """The VAT to pay to the supplier: reverse charge adds none."""
        return total(line.vat_amount for line in self.lines if line.vat_code != "RC")


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """A file that a connector made."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a booking cannot be exported, and the field that a person can mend."""

    #: field name as in `field: value` corrections
    field: str
    #: id of a sentence in templates/<language>/sentences.toml, table `problems`
    reason: str
    value: str = ""
