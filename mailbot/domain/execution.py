"""What leaves together when payments are executed: files for the bank, before they are made."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mailbot.domain.money import total
from mailbot.domain.payment import Payment


@dataclass(frozen=True, kw_only=True)
class PlannedFile:
    """Payments from one account on one day: they become one file."""

    debit_iban: str
    #: the day on which the bank executes them, a TARGET day
    execution_date: date
    payments: tuple[Payment, ...]

    @property
    def total(self) -> Decimal:
        """What leaves with it."""
        return total(payment.amount for payment in self.payments)


@dataclass(frozen=True, kw_only=True)
class Execution:
    """Everything that one `voer uit` would make leave."""

    files: tuple[PlannedFile, ...]
    #: of all that is confirmed: ids, versions, amounts, accounts, dates (64 hex digits)
    fingerprint: str

    @property
    def payments(self) -> tuple[Payment, ...]:
        """The payments of all its files."""
        return tuple(payment for file in self.files for payment in file.payments)

    @property
    def total(self) -> Decimal:
        """What leaves in all."""
        return total(file.total for file in self.files)
