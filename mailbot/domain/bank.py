"""Bank statements: accounts with their balances and movements, whatever format brought them.

Amounts are signed: what comes in is positive, what goes out negative. What a bank did not say is
None; what does not fit together is a `StatementProblem`, never an exception.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.money import ZERO


class StatementFormat(StrEnum):
    """How a bank wrote a statement."""

    #: Febelfin, coded statement of account, versions 1 and 2
    CODA = "coda"
    #: ISO 20022 camt.052 (report), camt.053 (statement), camt.054 (notification)
    CAMT = "camt"
    #: SWIFT MT940 and MT942
    MT940 = "mt940"
    UNKNOWN = "unknown"


class ProblemKind(StrEnum):
    """What is wrong with a file or with one of its statements."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    UNKNOWN_FORMAT = "unknown_format"
    #: the file ends before the statement does
    INCOMPLETE = "incomplete"
    #: the bank says that another statement follows in the file, and there is none
    MORE_FOLLOWS = "more_follows"
    OPENING_MISSING = "opening_missing"
    CLOSING_MISSING = "closing_missing"
    #: opening balance and movements do not make the closing balance
    BALANCE_DIFFERS = "balance_differs"
    #: the movements are not what the bank counted or summed
    COUNT_DIFFERS = "count_differs"
    TOTALS_DIFFER = "totals_differ"
    ACCOUNT_DIFFERS = "account_differs"
    #: the numbers of the movements do not follow one another
    SEQUENCE_BROKEN = "sequence_broken"
    RECORD_MISPLACED = "record_misplaced"
    VALUE_UNREADABLE = "value_unreadable"


class EntryStatus(StrEnum):
    """Whether a movement is in the booked balance (ISO 20022 EntryStatus)."""

    BOOKED = "booked"
    PENDING = "pending"
    INFORMATION = "information"
    FUTURE = "future"


class TransactionFamily(StrEnum):
    """What kind of movement it is, the same for every format."""

    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CARD = "card"
    CHEQUE = "cheque"
    BILL = "bill"
    CASH = "cash"
    SECURITIES = "securities"
    LOAN = "loan"
    CHARGES = "charges"
    INTEREST = "interest"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class StatementProblem:
    """One thing that is wrong: what was expected, what was found, in which line of the file."""

    kind: ProblemKind
    expected: str = ""
    found: str = ""
    #: 1-based
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What was on an account at the end of a day; negative when the bank is owed."""

    amount: Decimal
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Ogm:
    """A Belgian structured communication of 12 digits."""

    digits: str
    #: its remainder is right (see `identifiers.read_ogm`)
    is_valid: bool
    #: the bank has it in the field for it; else it was found in a text
    is_stated: bool


@dataclass(frozen=True, kw_only=True)
class TransactionCode:
    """How the bank classifies a movement.

    `code` is 8 digits in CODA (type, family, transaction, category), "PMNT-RCDT-ESCT" in CAMT,
    "NTRF" in MT940; `proprietary` is the bank's own beside it, such as the German GVC.
    """

    code: str = ""
    proprietary: str = ""
    family: TransactionFamily = TransactionFamily.OTHER


@dataclass(frozen=True, kw_only=True)
class BankParty:
    """The other side of a movement."""

    name: str | None = None
    #: an IBAN, or the number in a domestic form as the bank writes it
    account: str | None = None
    bic: str | None = None


@dataclass(frozen=True, kw_only=True)
class BankTransaction:
    """One movement; what a globalised amount is made of stands in `details`, counted once."""

    #: None when it cannot be read
    amount: Decimal | None
    currency: str | None = None
    entry_date: date | None = None
    value_date: date | None = None
    counterparty: BankParty = field(default_factory=BankParty)
    structured_communication: Ogm | None = None
    #: a structured reference as the bank has it
    reference: str | None = None
    #: ISO 11649, "RF" with right check digits
    creditor_reference: str | None = None
    free_communication: str | None = None
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    creditor_id: str | None = None
    bank_reference: str | None = None
    customer_reference: str | None = None
    code: TransactionCode = field(default_factory=TransactionCode)
    status: EntryStatus = EntryStatus.BOOKED
    #: takes back an earlier movement
    is_reversal: bool = False
    #: what the bank adds of its own
    information: str | None = None
    details: tuple["BankTransaction", ...] = ()


@dataclass(frozen=True, kw_only=True)
class BankStatement:
    """The movements of one account between two balances, in the order of the bank."""

    #: as the bank writes it: an IBAN, a domestic number, with or without bank and currency
    account: str | None = None
    iban: str | None = None
    bic: str | None = None
    currency: str | None = None
    holder: str | None = None
    #: the bank's number of the statement
    sequence: str | None = None
    reference: str | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    transactions: tuple[BankTransaction, ...] = ()
    #: what the bank tells about the whole
    messages: tuple[str, ...] = ()
    is_duplicate: bool = False
    problems: tuple[StatementProblem, ...] = ()

    @property
    def booked(self) -> tuple[BankTransaction, ...]:
        """The movements that the balance knows."""
        return tuple(t for t in self.transactions if t.status is EntryStatus.BOOKED)

    @property
    def movement(self) -> Decimal | None:
        """The sum of what was booked; None when an amount cannot be read."""
        amounts = [t.amount for t in self.booked]
        return sum((a for a in amounts if a is not None), ZERO) if None not in amounts else None

    @property
    def is_balanced(self) -> bool | None:
        """Whether opening balance and movements make the closing balance; None if not known."""
        if self.opening is None or self.closing is None or self.movement is None:
            return None
        return self.opening.amount + self.movement == self.closing.amount


@dataclass(frozen=True, kw_only=True)
class StatementFile:
    """What one file of a bank holds."""

    format: StatementFormat
    #: "2" of CODA, "camt.053.001.08", "mt940"
    version: str = ""
    statements: tuple[BankStatement, ...] = ()
    #: about the file as a whole; each statement has its own
    problems: tuple[StatementProblem, ...] = ()

    @property
    def all_problems(self) -> tuple[StatementProblem, ...]:
        """Those of the file and those of every statement."""
        return (*self.problems, *(p for s in self.statements for p in s.problems))
