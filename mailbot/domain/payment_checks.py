"""What every payment that leaves must be, whatever way it leaves."""

from decimal import Decimal

from mailbot.domain.errors import Permanent
from mailbot.domain.money import CENT

#: of a SEPA credit transfer (EPC132-08, InstructedAmount)
LARGEST = Decimal("999999999.99")


def check_amount(amount: Decimal) -> None:
    """Raise Permanent unless `amount` is euro in whole cents that a credit transfer can carry."""
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise Permanent(f"{amount} is no amount in whole cents")
    if not CENT <= amount <= LARGEST:
        raise Permanent(f"a credit transfer carries from {CENT} to {LARGEST} euro, not {amount}")
