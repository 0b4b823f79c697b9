"""Who must approve, and when that is settled."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document
from mailbot.domain.invoice import Invoice
from mailbot.domain.people import ApprovalRule, JournalKind
from mailbot.rules.approval import (
    cancelled,
    decide,
    is_complete,
    matching_rules,
    propose_approvals,
)
from tests.kit.letters import INVOICE, a_document, certain
from tests.kit.office import APPROVER, MANAGER, OWNER, make_dossier

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OPEN, APPROVED, REJECTED, CANCELLED = (
    ApprovalState.OPEN,
    ApprovalState.APPROVED,
    ApprovalState.REJECTED,
    ApprovalState.CANCELLED,
)
THIRD = "els@bakkerij.example"


def rule(name: str = "r", **changes: object) -> ApprovalRule:
    values: dict[str, object] = {"name": name, "approvers": (APPROVER,), **changes}
    return ApprovalRule(**values)  # type: ignore[arg-type]


def names(document: Document, *rules: ApprovalRule) -> list[str]:
    dossier = make_dossier(approval_rules=rules)
    return [each.name for each in matching_rules(document, dossier)]


def with_invoice(**changes: object) -> Document:
    invoice: Invoice = replace(certain(INVOICE), **changes)  # type: ignore[arg-type]
    return a_document(invoice=invoice)


@pytest.mark.feature("CF-APPR-04")
@pytest.mark.parametrize(
    ("suppliers", "holds"),
    [
        ((), True),
        (("BE0456123791",), True),
        (("be0456123791",), True),
        (("drukkerij",), True),
        (("Voorbeeld BV",), True),
        (("Slagerij", "drukkerij"), True),
        (("Slagerij",), False),
        (("BE0400000185",), False),
    ],
)
def test_a_rule_for_suppliers(suppliers: tuple[str, ...], holds: bool) -> None:
    assert bool(names(a_document(), rule(suppliers=suppliers))) is holds


@pytest.mark.feature("CF-APPR-05")
@pytest.mark.parametrize(
    ("labels", "worn", "holds"),
    [
        ((), (), True),
        (("werf-12",), (), False),
        (("werf-12",), ("Werf-12",), True),
        (("werf-12", "auto"), ("auto",), True),
        (("werf-12",), ("werf-1",), False),
    ],
)
def test_a_rule_for_labels(labels: tuple[str, ...], worn: tuple[str, ...], holds: bool) -> None:
    assert bool(names(a_document(labels=worn), rule(labels=labels))) is holds


@pytest.mark.feature("CF-APPR-06")
@pytest.mark.parametrize(
    ("total", "holds"),
    [("604.99", False), ("605.00", True), ("-605.00", True), ("9999", True), (None, True)],
)
def test_a_rule_from_an_amount(total: str | None, holds: bool) -> None:
    """What nobody has read must not slip past an approver."""
    amount = Decimal(total) if total else None
    document = with_invoice(total_incl=amount)
    assert bool(names(document, rule(amount_from=Decimal(605)))) is holds


def test_nothing_read_at_all_still_needs_the_approver_of_large_amounts() -> None:
    assert names(a_document(invoice=None), rule(amount_from=Decimal(605))) == ["r"]
    assert names(a_document(invoice=None), rule(suppliers=("drukkerij",))) == []


def test_every_condition_of_a_rule_must_hold() -> None:
    wanted = rule(suppliers=("drukkerij",), labels=("auto",), amount_from=Decimal(600))
    assert names(a_document(labels=("auto",)), wanted) == ["r"]
    assert names(a_document(), wanted) == []


@pytest.mark.feature("CF-APPR-08")
def test_a_catch_all_holds_only_when_no_other_does() -> None:
    special, rest = rule("special", suppliers=("slagerij",)), rule("rest", catch_all=True)
    assert names(a_document(), special, rest) == ["rest"]
    assert names(with_invoice(supplier_name="Slagerij Bos"), special, rest) == ["special"]


@pytest.mark.parametrize(
    "kind", [kind for kind in JournalKind if kind is not JournalKind.PURCHASE]
)
def test_only_purchases_are_approved(kind: JournalKind) -> None:
    assert names(a_document(kind=kind), rule(), rule("rest", catch_all=True)) == []


def test_a_rule_that_is_off_does_not_hold_and_does_not_hide_the_catch_all() -> None:
    assert names(a_document(), rule(active=False), rule("rest", catch_all=True)) == ["rest"]


def proposed(document: Document, *rules: ApprovalRule) -> list[tuple[str, str, str]]:
    dossier = make_dossier(approval_rules=rules)
    return [(a.rule, a.approver, a.mode) for a in propose_approvals(document, dossier)]


def test_everyone_of_every_rule_that_holds_is_asked() -> None:
    rules = rule("a", approvers=(APPROVER, OWNER)), rule("b", approvers=(THIRD,), mode="one")
    assert proposed(a_document(), *rules) == [
        ("a", APPROVER, "all"),
        ("a", OWNER, "all"),
        ("b", THIRD, "one"),
    ]


@pytest.mark.parametrize("doubled", [(APPROVER, APPROVER), (APPROVER.upper(), APPROVER)])
def test_a_doubled_approver_is_asked_once(doubled: tuple[str, ...]) -> None:
    assert proposed(a_document(), rule(approvers=doubled)) == [("r", APPROVER, "all")]


@pytest.mark.parametrize(
    ("changes", "mode", "expected"),
    [
        ({"delivered_by": APPROVER}, "all", [APPROVER, MANAGER]),
        ({"delivered_by": APPROVER.upper()}, "one", [APPROVER, MANAGER]),
        ({"iban_changed_by": APPROVER}, "one", [APPROVER, MANAGER]),
        ({"delivered_by": OWNER}, "all", [APPROVER]),
    ],
)
def test_nobody_approves_alone_what_he_delivered_or_changed(
    changes: dict[str, str], mode: str, expected: list[str]
) -> None:
    asked = proposed(a_document(**changes), rule(mode=mode))
    assert [approver for _rule, approver, _mode in asked] == expected
    if MANAGER in expected:
        assert {mode for _rule, _approver, mode in asked} == {"all"}


def test_two_who_are_both_interested_are_not_enough() -> None:
    document = a_document(delivered_by=APPROVER, iban_changed_by=OWNER)
    asked = proposed(document, rule(approvers=(APPROVER, OWNER)))
    assert [approver for _rule, approver, _mode in asked] == [APPROVER, OWNER, MANAGER]


def approvals(mode: str, *states: ApprovalState) -> tuple[Approval, ...]:
    people = (APPROVER, OWNER, THIRD)
    return tuple(
        Approval(
            document_id="d",
            rule="r",
            approver=person,
            mode="one" if mode == "one" else "all",
            version=1,
            state=state,
        )
        for person, state in zip(people, states, strict=False)
    )


@pytest.mark.feature("CF-APPR-07")
@pytest.mark.parametrize(
    ("mode", "states", "complete"),
    [
        ("all", (), False),
        ("all", (OPEN,), False),
        ("all", (APPROVED,), True),
        ("all", (APPROVED, OPEN), False),
        ("all", (APPROVED, APPROVED), True),
        ("all", (APPROVED, REJECTED), False),
        ("all", (CANCELLED, CANCELLED), False),
        ("all", (APPROVED, CANCELLED), True),
        ("all", (OPEN, CANCELLED), False),
        ("one", (), False),
        ("one", (OPEN, OPEN), False),
        ("one", (APPROVED, OPEN), True),
        ("one", (APPROVED, CANCELLED), True),
        ("one", (CANCELLED, CANCELLED), False),
        ("one", (CANCELLED, OPEN), False),
        ("one", (REJECTED, CANCELLED), False),
    ],
)
def test_when_a_rule_is_settled(
    mode: str, states: tuple[ApprovalState, ...], complete: bool
) -> None:
    assert is_complete([rule()], approvals(mode, *states)) is complete


def test_every_rule_must_be_settled() -> None:
    assert is_complete([], ())
    given_one = approvals("all", APPROVED)
    assert not is_complete([rule(), rule("other")], given_one)


def test_an_account_changed_twice_does_not_leave_a_rule_that_can_never_be_settled() -> None:
    """The dossier manager was the fourth pair of eyes for an earlier version only."""
    dossier = make_dossier(approval_rules=(rule(),))
    first = propose_approvals(a_document(iban_changed_by=APPROVER), dossier)
    second = propose_approvals(a_document(version=2, iban_changed_by=OWNER), dossier)
    kept = {a.approver: a for a in (*cancelled(first), *second)}
    done = decide(tuple(kept.values()), APPROVER, state=APPROVED, at=AT)
    assert is_complete([rule()], done)


def states(found: tuple[Approval, ...]) -> list[ApprovalState]:
    return [approval.state for approval in found]


def test_the_first_of_one_settles_it_for_all() -> None:
    done = decide(approvals("one", OPEN, OPEN), OWNER, state=APPROVED, at=AT, mail_id="m")
    assert states(done) == [CANCELLED, APPROVED]
    assert (done[1].decided_at, done[1].mail_id) == (AT, "m")
    assert done[0].decided_at is None


def test_the_first_of_all_leaves_the_others_asked() -> None:
    assert states(decide(approvals("all", OPEN, OPEN), OWNER, state=APPROVED, at=AT)) == [
        OPEN,
        APPROVED,
    ]


def test_a_rejection_settles_everything() -> None:
    other = replace(approvals("all", OPEN)[0], rule="other", approver=THIRD)
    done = decide((*approvals("all", OPEN, OPEN), other), OWNER, state=REJECTED, at=AT)
    assert states(done) == [CANCELLED, REJECTED, CANCELLED]


@pytest.mark.parametrize("state", [APPROVED, REJECTED, CANCELLED])
def test_what_is_decided_is_not_decided_again(state: ApprovalState) -> None:
    before = approvals("all", state)
    assert decide(before, APPROVER, state=APPROVED, at=AT) == before


def test_a_stranger_decides_nothing() -> None:
    before = approvals("one", OPEN, OPEN)
    assert decide(before, "eve@elders.example", state=APPROVED, at=AT) == before


@given(
    st.lists(st.sampled_from(ApprovalState), min_size=1, max_size=3),
    st.sampled_from(["all", "one"]),
)
def test_withdrawn_approvals_never_complete_a_rule(found: list[ApprovalState], mode: str) -> None:
    assert not is_complete([rule()], cancelled(approvals(mode, *found)))
