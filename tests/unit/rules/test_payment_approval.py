"""Who must approve a payment, and when it has what its rules demand."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mailbot.domain.approval import ApprovalState
from mailbot.domain.errors import Refused
from mailbot.domain.payment import Payment, PaymentApproval
from mailbot.domain.people import Dossier, PaymentRule, Payments
from mailbot.rules.payment_approval import (
    decide,
    demand_of,
    fitting_rule,
    is_settled,
    proposed_parts,
)
from tests.kit.office import ADMIN, APPROVER, EMPLOYEES, MANAGER, OWNER, PEOPLE, make_dossier
from tests.kit.payments import a_credit_transfer

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
SMALL = PaymentRule(name="klein", approvers=("*",), max_amount=Decimal(500))
LARGE = PaymentRule(name="groot", approvers=(OWNER, APPROVER), max_amount=Decimal(5000))
BOARD = PaymentRule(name="directie", approvers=(MANAGER,), mode="one")
RULES = (BOARD, LARGE, SMALL)


def dossier(*rules: PaymentRule, **changes: object) -> Dossier:
    payments = Payments(active=True, approval=True)
    return make_dossier(payments=payments, payment_rules=rules or RULES, **changes)


def pay(amount: str = "100", **changes: object) -> Payment:
    return a_credit_transfer(amount=Decimal(amount), **changes)


@pytest.mark.parametrize(
    ("amount", "chosen", "expected"),
    [
        ("500", "", "klein"),
        ("500.01", "", "groot"),
        ("5000", "", "groot"),
        ("5000.01", "", "directie"),
        ("100", "Directie", "directie"),
        ("600", "klein", "payment_no_rule"),
        ("100", "raad", "payment_rule_unknown"),
    ],
)
@pytest.mark.feature("CF-PAPP-03", "CF-PAPP-04", "CF-PAPP-07")
def test_the_smallest_maximum_that_covers_it_or_the_chosen_rule(
    amount: str, chosen: str, expected: str
) -> None:
    try:
        found = fitting_rule(pay(amount, rule=chosen), dossier()).name
    except Refused as refused:
        found = refused.reason
    assert found == expected


def test_a_rule_that_rests_covers_nothing() -> None:
    with pytest.raises(Refused, match="payment_no_rule"):
        fitting_rule(pay(), dossier(replace(SMALL, active=False)))


@pytest.mark.parametrize(
    ("rule", "by", "approvers", "takes_all"),
    [
        (LARGE, "els@bakkerij.example", (OWNER, APPROVER), True),
        (LARGE, OWNER, (OWNER, APPROVER), True),
        # everyone: one is enough, but not who prepared it
        (SMALL, OWNER, (APPROVER,), False),
        (replace(SMALL, approvers=("*", MANAGER)), OWNER, (MANAGER, APPROVER), False),
        (replace(LARGE, mode="one"), OWNER, (APPROVER,), False),
        # who prepared it is alone: a second person, too
        (replace(BOARD, approvers=(OWNER,)), OWNER, (MANAGER,), False),
        (replace(BOARD, approvers=(OWNER,), mode="all"), OWNER, (OWNER, MANAGER), True),
        (replace(BOARD, approvers=(MANAGER,), mode="all"), MANAGER, (MANAGER, ADMIN), True),
    ],
)
@pytest.mark.feature("CF-PAPP-02", "CF-PAPP-05")
def test_who_prepared_it_is_never_its_only_approver(
    rule: PaymentRule, by: str, approvers: tuple[str, ...], takes_all: bool
) -> None:
    demand = demand_of(pay(prepared_by=by), dossier(rule), EMPLOYEES)
    assert demand is not None
    assert demand.approvers == approvers
    assert demand.takes_all is takes_all


def test_who_is_frozen_approves_nothing_and_somebody_else_does() -> None:
    people = tuple(replace(p, frozen=p.email == APPROVER) for p in PEOPLE)
    demand = demand_of(pay(), dossier(LARGE, people=people), EMPLOYEES)
    assert demand is not None
    assert demand.approvers == (OWNER, MANAGER)


def test_without_payment_approval_nothing_is_demanded() -> None:
    off = make_dossier(payments=Payments(active=True), payment_rules=RULES)
    assert demand_of(pay(), off, EMPLOYEES) is None


def answered(parts: tuple[PaymentApproval, ...], *who: str) -> tuple[PaymentApproval, ...]:
    for approver in who:
        parts = decide(parts, approver, version=1, state=ApprovalState.APPROVED, at=NOW)
    return parts


@pytest.mark.parametrize(
    ("rule", "who", "expected"),
    [
        (LARGE, (), False),
        (LARGE, (OWNER,), False),
        (LARGE, (OWNER, APPROVER), True),
        (SMALL, (), False),
        (SMALL, (APPROVER,), True),
    ],
)
def test_it_is_settled_by_all_or_by_one_as_the_rule_says(
    rule: PaymentRule, who: tuple[str, ...], expected: bool
) -> None:
    payment = pay()
    demand = demand_of(payment, dossier(rule), EMPLOYEES)
    assert demand is not None
    parts = answered(proposed_parts(payment, demand), *who)
    assert is_settled(payment, demand, parts) is expected
    changed = replace(payment, version=2)
    assert not is_settled(changed, demand, parts), "another version was approved by nobody"


def test_a_rule_that_names_others_since_is_not_settled_by_those_before() -> None:
    payment = pay()
    before = demand_of(payment, dossier(replace(LARGE, approvers=(OWNER,))), EMPLOYEES)
    now = demand_of(payment, dossier(replace(LARGE, approvers=(APPROVER,))), EMPLOYEES)
    assert before is not None
    assert now is not None
    parts = answered(proposed_parts(payment, before), OWNER)
    assert is_settled(payment, before, parts)
    assert not is_settled(payment, now, parts)


def test_one_answers_once() -> None:
    demand = demand_of(pay(), dossier(LARGE), EMPLOYEES)
    assert demand is not None
    parts = answered(proposed_parts(pay(), demand), OWNER)
    with pytest.raises(Refused, match="already_done"):
        answered(parts, OWNER)
    with pytest.raises(Refused, match="already_done"):
        answered(parts, MANAGER)
