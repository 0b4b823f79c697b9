"""Which files a choice of payments becomes, and what its hash covers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mailbot.rules.execution import fingerprint, plan_execution
from tests.kit.payments import a_credit_transfer

#: a Thursday; Friday the 25th and Saturday are no bank days
TODAY = date(2026, 12, 24)
KBC, BNP = "BE71096123456769", "BE62510007547061"
ONE = a_credit_transfer(1, debit_iban=KBC)
TWO = a_credit_transfer(2, debit_iban=KBC, execution_date=date(2026, 12, 1))
THREE = a_credit_transfer(3, debit_iban=BNP, execution_date=date(2026, 12, 25))
FOUR = a_credit_transfer(4, debit_iban=KBC, execution_date=date(2026, 12, 28))


@pytest.mark.feature("CF-PAY-13", "CF-PAY-34")
def test_one_file_for_each_account_and_actual_day() -> None:
    plan = plan_execution([FOUR, THREE, TWO, ONE], today=TODAY)
    assert [(f.execution_date, f.debit_iban, len(f.payments)) for f in plan.files] == [
        (TODAY, KBC, 2),
        (date(2026, 12, 28), BNP, 1),
        (date(2026, 12, 28), KBC, 1),
    ]
    assert plan.total == Decimal("50.00")
    assert sum(file.total for file in plan.files) == plan.total


@pytest.mark.feature("CF-PAY-27", "CF-PAY-29")
def test_one_day_and_one_account_for_all_of_them() -> None:
    wanted = date(2026, 12, 29)
    plan = plan_execution([ONE, TWO, THREE, FOUR], today=TODAY, debit_iban=BNP, wanted=wanted)
    (file,) = plan.files
    assert (file.execution_date, file.debit_iban, file.total) == (wanted, BNP, Decimal("50.00"))
    assert {payment.debit_iban for payment in file.payments} == {BNP}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "f" * 32},
        {"version": 2},
        {"amount": Decimal("12.51")},
        {"creditor_iban": "BE68539007547034"},
        {"execution_date": date(2026, 12, 30)},
        {"debit_iban": BNP},
    ],
)
@pytest.mark.feature("CF-PAY-16")
def test_whatever_is_confirmed_is_in_the_hash(changes: dict[str, object]) -> None:
    assert fingerprint([replace(ONE, **changes), TWO]) != fingerprint([ONE, TWO])  # type: ignore[arg-type]
    assert fingerprint([ONE]) != fingerprint([ONE, TWO])


def test_neither_order_nor_the_day_of_confirming_is_in_the_hash() -> None:
    assert fingerprint([TWO, ONE]) == fingerprint([ONE, TWO])
    today, tomorrow = (
        plan_execution([ONE, TWO], today=day).fingerprint for day in (TODAY, date(2026, 12, 28))
    )
    assert today == tomorrow
