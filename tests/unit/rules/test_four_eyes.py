"""Whatever the rules, stand-ins and freezes: no party settles an approval alone."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.approval import ApprovalState
from mailbot.domain.document import Document
from mailbot.domain.people import Absence, ApprovalRule, Dossier, Employee, JournalKind
from mailbot.rules.approval import (
    decide,
    is_complete,
    matching_rules,
    parts_for,
    propose_approvals,
)
from mailbot.rules.standins import absences_of, places_of
from tests.kit.letters import a_document
from tests.kit.office import ADMIN, APPROVER, EMPLOYEES, MANAGER, OWNER, PEOPLE, make_dossier

TODAY = date(2026, 12, 3)
NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
EVERYBODY = (OWNER, APPROVER, MANAGER, ADMIN)
somebody = st.sampled_from(EVERYBODY)
rules = st.builds(
    ApprovalRule,
    name=st.just("aankopen"),
    approvers=st.lists(somebody, min_size=1, max_size=3, unique=True).map(tuple),
    mode=st.sampled_from(("all", "one")),
)
absences = st.lists(
    st.builds(
        Absence,
        person=somebody,
        stand_in=somebody,
        starts_on=st.just(TODAY),
        ends_on=st.just(TODAY),
    ),
    max_size=4,
).map(tuple)

#: who delivered the document, and who changed its account
parties = st.one_of(
    st.tuples(somebody, st.just("")),
    st.tuples(st.just("supplier@x.example"), somebody),
    somebody.map(lambda who: (who, who)),
)


def world(
    rule: ApprovalRule, away: tuple[Absence, ...], frozen: set[str]
) -> tuple[Dossier, tuple[Employee, ...]]:
    people = tuple(replace(p, frozen=p.email in frozen) for p in PEOPLE)
    employees = tuple(replace(e, frozen=e.email in frozen) for e in EMPLOYEES)
    return make_dossier(people=people, approval_rules=(rule,), absences=away), employees


def settled_by(
    alone: str, document: Document, dossier: Dossier, employees: tuple[Employee, ...]
) -> bool:
    """Whether one person settles the document by approving all that they can."""
    approvals = propose_approvals(document, dossier, employees)
    places = places_of(alone, absences_of(dossier, employees), TODAY)
    for _ in range(4):
        parts = parts_for(approvals, alone, places, document)
        approvals = decide(approvals, alone, state=ApprovalState.APPROVED, at=NOON, parts=parts)
    return is_complete(matching_rules(document, dossier), approvals)


@settings(max_examples=100)
@given(rules, absences, st.sets(somebody, max_size=1), parties)
def test_no_party_settles_alone(
    rule: ApprovalRule,
    away: tuple[Absence, ...],
    frozen: set[str],
    parties: tuple[str, str],
) -> None:
    delivered_by, changed_by = parties
    party = delivered_by if delivered_by in EVERYBODY else changed_by
    dossier, employees = world(rule, away, frozen - {party})
    document = replace(
        a_document(),
        kind=JournalKind.PURCHASE,
        delivered_by=delivered_by,
        iban_changed_by=changed_by,
    )
    assert not settled_by(party, document, dossier, employees)


@settings(max_examples=100)
@given(rules, absences, somebody)
def test_where_all_must_approve_nobody_settles_alone(
    rule: ApprovalRule, away: tuple[Absence, ...], alone: str
) -> None:
    dossier, employees = world(replace(rule, mode="all"), away, set())
    document = replace(a_document(), kind=JournalKind.PURCHASE, delivered_by="supplier@x.example")
    if len(rule.approvers) > 1:
        assert not settled_by(alone, document, dossier, employees)
