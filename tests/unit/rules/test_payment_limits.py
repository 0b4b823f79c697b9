"""What leaves on one day, by whom, and nothing by who has no authority."""

from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.errors import Refused
from mailbot.domain.payment import Payment
from mailbot.domain.people import Dossier, Payments
from mailbot.rules.payment_limits import check_limits
from tests.kit.office import OWNER, PEOPLE, make_dossier
from tests.kit.payments import a_credit_transfer

AN = PEOPLE[0]


def of(*amounts: str, **changes: object) -> list[Payment]:
    values = {"prepared_by": "karim@bakkerij.example", **changes}
    return [a_credit_transfer(n, amount=Decimal(a), **values) for n, a in enumerate(amounts)]


def paying(daily_limit: str | None = None) -> Dossier:
    limit = Decimal(daily_limit) if daily_limit else None
    return make_dossier(payments=Payments(active=True, daily_limit=limit))


@pytest.mark.parametrize(
    ("limit", "mine_today", "amounts", "takes_second"),
    [
        (None, "0", ("99999.00",), False),
        ("100", "0", ("60.00", "40.00"), False),
        ("100", "0", ("60.00", "40.01"), True),
        ("100", "60", ("40.00",), False),
        ("100", "60", ("40.01",), True),
    ],
)
def test_many_small_payments_are_one_large_one(
    limit: str | None, mine_today: str, amounts: tuple[str, ...], takes_second: bool
) -> None:
    an = replace(AN, limit=Decimal(limit) if limit else None)
    found = check_limits(of(*amounts), [], paying(), an, mine_today=Decimal(mine_today))
    assert found is takes_second


def test_the_day_has_a_limit_of_its_own() -> None:
    assert check_limits(of("40.00"), of("60.00"), paying("100"), AN) is False
    with pytest.raises(Refused, match="over_daily_limit"):
        check_limits(of("40.01"), of("60.00"), paying("100"), AN)


@pytest.mark.parametrize(
    ("changes", "frozen", "why"),
    [
        ({}, {OWNER}, "frozen_person"),
        ({}, {"karim@bakkerij.example"}, "prepared_by_frozen"),
        ({"waits_since_freeze": True}, set(), "prepared_by_frozen"),
    ],
)
def test_nothing_of_who_is_frozen_leaves(
    changes: dict[str, object], frozen: set[str], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        check_limits(of("1.00", **changes), [], paying(), AN, frozen=frozen)
