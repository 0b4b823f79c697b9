"""Each condition of an approval rule, alone and together; rules that hold on; order; escapes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.document import Document
from mailbot.domain.invoice import DocumentClass
from mailbot.domain.people import ApprovalRule, JournalKind
from mailbot.rules.approval import (
    decide,
    due,
    holding_rules,
    is_complete,
    matching_rules,
    parts_for,
    propose_approvals,
)
from mailbot.rules.approval_conditions import conditions, holds, version_of
from mailbot.rules.escalation import find_escalation, judge_waiting
from mailbot.rules.flow import is_material, next_status
from mailbot.rules.rule_trial import try_rules
from tests.kit.letters import INVOICE, a_document, certain
from tests.kit.office import ADMIN, APPROVER, EMPLOYEES, MANAGER, OWNER, PEOPLE, make_dossier

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
ZONE = "Europe/Brussels"
#: a condition that holds for the document below, and one that does not
CASES: dict[str, tuple[object, object]] = {
    "suppliers": (("drukkerij",), ("slagerij",)),
    "labels": (("werf",), ("auto",)),
    "amount_from": (Decimal(605), Decimal("605.01")),
    "document_classes": ((DocumentClass.INVOICE,), (DocumentClass.CREDIT_NOTE,)),
    "titles": (("*2026*",), ("2026",)),
}


def rule(name: str = "r", **changes: object) -> ApprovalRule:
    values: dict[str, object] = {"name": name, "approvers": (APPROVER,), **changes}
    return ApprovalRule(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("chosen", list(product((None, True, False), repeat=len(CASES))))
def test_a_rule_holds_when_all_that_it_asks_holds(chosen: tuple[bool | None, ...]) -> None:
    document = a_document(labels=("Werf",), title="Huur 2026-11")
    named = dict(zip(CASES, chosen, strict=True))
    wanted = {name: CASES[name][not good] for name, good in named.items() if good is not None}
    tried = conditions(rule(**wanted), document)
    assert {c.name: c.holds for c in tried} == {n: g for n, g in named.items() if g is not None}
    assert holds(rule(**wanted), document) is (False not in chosen)


@pytest.mark.parametrize(
    ("pattern", "name", "is_like"),
    [
        ("huur*", "Huur november.pdf", True),
        ("*.PDF", "huur.pdf", True),
        ("huur", "huur.pdf", False),
        ("*huur*", "verhuurfactuur", True),
        ("a*b*c", "a-b.c", True),
        ("a.c", "abc", False),
        ("[ab]*", "abc", False),
        ("*", "", False),
    ],
)
def test_names_are_compared_letter_by_letter_but_for_the_star(
    pattern: str, name: str, is_like: bool
) -> None:
    file = replace(a_document().original, name=name)
    document = a_document(title=name, files=(file,))
    assert holds(rule(titles=(pattern,)), document) is is_like


def test_what_nobody_has_read_slips_past_no_rule() -> None:
    wanted = rule(amount_from=Decimal(1), document_classes=(DocumentClass.INVOICE,))
    assert holds(wanted, a_document(invoice=None))


def test_the_version_of_a_rule_tells_its_text() -> None:
    assert version_of(rule()) == version_of(rule())
    assert version_of(rule()) != version_of(rule(active=False))


def total(amount: str, **changes: object) -> Document:
    return a_document(invoice=replace(certain(INVOICE), total_incl=Decimal(amount)), **changes)


@pytest.mark.parametrize(
    "later",
    [
        total("100"),
        total("2000", kind=JournalKind.SALES),
        a_document(invoice=replace(certain(INVOICE), supplier_name="Slagerij Bos")),
        a_document(labels=("auto",)),
    ],
)
def test_a_rule_that_held_once_holds_on(later: Document) -> None:
    dossier = make_dossier(
        approval_rules=(
            rule("groot", amount_from=Decimal(1000), suppliers=("drukkerij",)),
            rule("auto", approvers=(OWNER,), labels=("auto",)),
        )
    )
    asked = propose_approvals(total("2000"), dossier)
    assert next(r.name for r in holding_rules(later, dossier, asked)) == "groot"
    assert next_status(replace(later, welcome=True, sent=True), dossier, asked) == "to_approve"
    off = replace(dossier, approval_rules=(rule("groot", active=False),))
    assert holding_rules(later, off, asked) == ()
    taken_back = [replace(a, version=0) for a in asked]
    assert "groot" not in [r.name for r in holding_rules(later, dossier, taken_back)]


@pytest.mark.parametrize(
    ("changes", "material"),
    [
        ({"kind": JournalKind.SALES}, True),
        ({"title": "x"}, False),
        ({"invoice": replace(INVOICE, total_incl=Decimal(1))}, True),
        ({"invoice": replace(INVOICE, iban="BE05733300011122")}, True),
        ({"invoice": replace(INVOICE, payment_reference="090933755493")}, True),
        ({"invoice": replace(INVOICE, document_class=DocumentClass.CREDIT_NOTE)}, True),
        ({"invoice": replace(INVOICE, due_date=date(2027, 1, 1))}, False),
    ],
)
def test_what_an_approver_decides_on(changes: dict[str, object], material: bool) -> None:
    before = a_document(invoice=INVOICE)
    assert is_material(before, replace(before, **changes)) is material  # type: ignore[arg-type]


def turns(*approvers: str) -> tuple[Approval, ...]:
    dossier = make_dossier(approval_rules=(rule(approvers=approvers, mode="in_order"),))
    return propose_approvals(a_document(), dossier)


def test_in_order_only_the_next_is_asked_and_can_decide() -> None:
    approvals = turns(APPROVER, OWNER, MANAGER)
    for approver in (APPROVER, OWNER, MANAGER):
        assert [a.approver for a in due(approvals)] == [approver]
        others = {APPROVER, OWNER, MANAGER} - {approver}
        assert not any(parts_for(approvals, o, (), a_document()) for o in others)
        assert not is_complete([rule()], approvals)
        approvals = decide(approvals, approver, state=ApprovalState.APPROVED, at=NOON)
    assert is_complete([rule()], approvals)


@pytest.mark.parametrize("mode", ["all", "one", "in_order"])
@pytest.mark.parametrize("hand", ["delivered_by", "iban_changed_by"])
def test_who_has_a_hand_in_it_is_never_the_only_approver(mode: str, hand: str) -> None:
    dossier = make_dossier(approval_rules=(rule(mode=mode),))
    document = a_document(**{hand: APPROVER})
    approvals = propose_approvals(document, dossier, EMPLOYEES)
    for _ in range(3):
        approvals = decide(approvals, APPROVER, state=ApprovalState.APPROVED, at=NOON)
    assert not is_complete(matching_rules(document, dossier), approvals)
    (still,) = due(approvals)
    found = find_escalation(still, approvals, document, dossier=dossier, employees=EMPLOYEES)
    assert (still.approver, found) == (MANAGER, ADMIN)


@pytest.mark.parametrize(
    ("today", "reminded_on", "is_to_remind", "is_to_escalate"),
    [
        (date(2026, 11, 18), None, False, False),
        (date(2026, 11, 19), None, False, False),
        (date(2026, 11, 20), None, True, False),
        (date(2026, 11, 20), 20, False, False),
        # Saturday and Sunday count for nothing
        (date(2026, 11, 22), 20, False, False),
        (date(2026, 11, 23), 20, False, True),
        (date(2026, 11, 24), 20, True, True),
    ],
)
def test_days_are_working_days(
    today: date, reminded_on: int | None, is_to_remind: bool, is_to_escalate: bool
) -> None:
    dossier = make_dossier(approval_rules=(rule(remind_after=2, escalate_after=3),))
    (asked,) = propose_approvals(a_document(), dossier)
    reminded = NOON.replace(day=reminded_on) if reminded_on else None
    waiting = replace(asked, asked_at=NOON, reminded_at=reminded)
    judged = judge_waiting(waiting, dossier, today=today, time_zone=ZONE)
    assert (judged.is_to_remind, judged.is_to_escalate) == (is_to_remind, is_to_escalate)
    laid = replace(waiting, escalated_to=OWNER)
    assert not judge_waiting(laid, dossier, today=today, time_zone=ZONE).is_to_escalate


@pytest.mark.parametrize(
    ("document", "approvers", "expected"),
    [
        ({}, (APPROVER,), OWNER),
        ({"delivered_by": OWNER}, (APPROVER,), MANAGER),
        ({"iban_changed_by": OWNER}, (APPROVER,), MANAGER),
        ({}, (APPROVER, OWNER), MANAGER),
    ],
)
def test_who_decides_instead_has_no_hand_in_it(
    document: dict[str, str], approvers: tuple[str, ...], expected: str
) -> None:
    dossier = make_dossier(approval_rules=(rule(approvers=approvers, escalate_to=OWNER),))
    about = a_document(**document)
    approvals = propose_approvals(about, dossier)
    found = find_escalation(approvals[0], approvals, about, dossier=dossier, employees=EMPLOYEES)
    assert found == expected
    laid = (replace(approvals[0], escalated_to=found), *approvals[1:])
    assert parts_for(laid, found, (), about) == laid[:1]


people = st.sampled_from((OWNER, APPROVER, MANAGER, ADMIN))
rules = st.lists(
    st.builds(
        ApprovalRule,
        name=st.sampled_from(("a", "b", "c")),
        approvers=st.lists(people, min_size=1, max_size=3, unique=True).map(tuple),
        mode=st.sampled_from(("all", "one", "in_order")),
        amount_from=st.sampled_from((None, Decimal(500), Decimal(5000))),
        labels=st.sampled_from(((), ("auto",))),
        catch_all=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda each: each.name,
).map(tuple)
documents = st.builds(
    a_document,
    labels=st.sampled_from(((), ("auto",))),
    delivered_by=st.sampled_from((OWNER, APPROVER, "x@supplier.example")),
    iban_changed_by=st.sampled_from(("", APPROVER)),
)


@settings(max_examples=100, deadline=None)
@given(rules, documents, st.lists(people, max_size=8))
def test_nothing_is_complete_while_somebody_demanded_has_not_approved(
    known: tuple[ApprovalRule, ...], document: Document, answers: list[str]
) -> None:
    dossier = make_dossier(approval_rules=known)
    approvals = propose_approvals(document, dossier, EMPLOYEES)
    gave: set[tuple[str, str]] = set()
    for who in answers:
        gave |= {(a.rule, who) for a in due(approvals) if a.approver == who}
        approvals = decide(approvals, who, state=ApprovalState.APPROVED, at=NOON)
    demanded = holding_rules(document, dossier, approvals)
    for each in demanded:
        asked = [a for a in propose_approvals(document, dossier, EMPLOYEES) if a.rule == each.name]
        enough = any if asked[0].mode == "one" else all
        if not enough((each.name, a.approver) in gave for a in asked):
            assert not is_complete(demanded, approvals)
            return
    assert is_complete(demanded, approvals)


@pytest.mark.feature("CF-APPR-08")
def test_a_trial_says_of_every_rule_why_and_whom_it_asks() -> None:
    away = replace(PEOPLE[1], stand_in=OWNER)
    gone = replace(PEOPLE[0], email="weg@bakkerij.example", frozen=True)
    dossier = make_dossier(
        people=(PEOPLE[0], away, gone),
        approval_rules=(
            rule("groot", amount_from=Decimal(600), approvers=(APPROVER, gone.email)),
            rule("auto", labels=("auto",)),
            rule("uit", active=False),
            rule("rest", catch_all=True),
        ),
    )
    tried = try_rules(a_document(), dossier, today=date(2026, 12, 1), employees=EMPLOYEES)
    assert [(t.name, t.verdict, t.applies) for t in tried] == [
        ("groot", "holds", True),
        ("auto", "a condition fails", False),
        ("uit", "switched off", False),
        ("rest", "another rule holds", False),
    ]
    asked = tried[0].asked
    assert [(a.email, a.is_beside, a.stand_ins) for a in asked] == [
        (APPROVER, False, (OWNER,)),
        (MANAGER, True, ()),
    ]
    assert tried[0].left_out == ((gone.email, "frozen"),)
    assert (tried[0].conditions[0].wanted, tried[0].conditions[0].seen) == ("600", "605.00")
