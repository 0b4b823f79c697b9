"""Somebody who is away is stood in for: on the days that were said, once, and never by a party."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document
from mailbot.domain.people import Absence, PersonRole
from mailbot.rules.access import may_decide
from mailbot.rules.approval import decide, may_take, parts_for
from mailbot.rules.standins import absences_of, places_of, stand_ins_of
from tests.kit.letters import a_document
from tests.kit.office import (
    APPROVER,
    EMPLOYEES,
    MANAGER,
    OWNER,
    PEOPLE,
    make_dossier,
    needs_approval,
)

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 15)
NOON = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)
AWAY = Absence(person=OWNER, stand_in=APPROVER, starts_on=FIRST, ends_on=LAST)
DOCUMENT: Document = replace(a_document(), delivered_by="supplier@x.example", iban_changed_by="")
OPEN, APPROVED = ApprovalState.OPEN, ApprovalState.APPROVED


def part(approver: str, rule: str = "aankopen", mode: str = "all") -> Approval:
    return Approval(
        document_id=DOCUMENT.id,
        rule=rule,
        approver=approver,
        mode="one" if mode == "one" else "all",
        version=1,
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 30), ()),
        (FIRST, (APPROVER,)),
        (LAST, (APPROVER,)),
        (date(2026, 12, 16), ()),
    ],
)
def test_it_begins_and_ends_by_itself(day: date, expected: tuple[str, ...]) -> None:
    assert stand_ins_of(OWNER.upper(), [AWAY], day) == expected
    assert places_of(APPROVER, [AWAY], day) == (frozenset({OWNER}) if expected else frozenset())


def test_a_definition_and_what_was_said_since_count_together() -> None:
    people = (replace(PEOPLE[0], stand_in=MANAGER, away_until=LAST), PEOPLE[1])
    dossier = make_dossier(people=people, absences=(AWAY,))
    absences = absences_of(dossier, EMPLOYEES)
    assert stand_ins_of(OWNER, absences, FIRST) == (MANAGER, APPROVER)
    assert stand_ins_of(OWNER, absences, date(2026, 1, 1)) == (MANAGER,)


@pytest.mark.parametrize("frozen", [OWNER, APPROVER])
def test_nobody_stands_in_for_who_is_frozen_nor_does_who_is(frozen: str) -> None:
    people = tuple(replace(p, frozen=p.email == frozen) for p in PEOPLE)
    dossier = make_dossier(people=people, absences=(AWAY,))
    assert absences_of(dossier, EMPLOYEES) == ()


def test_the_part_of_who_is_away_is_decided_once_and_says_by_whom() -> None:
    approvals = (part(OWNER), part(MANAGER))
    parts = parts_for(approvals, APPROVER, {OWNER}, DOCUMENT)
    assert [p.approver for p in parts] == [OWNER]
    decided = decide(approvals, APPROVER, state=APPROVED, at=NOON, parts=parts)
    assert [(a.state, a.decided_by) for a in decided] == [(APPROVED, APPROVER), (OPEN, "")]
    assert parts_for(decided, OWNER, (), DOCUMENT) == ()
    assert parts_for(decided, APPROVER, {MANAGER}, DOCUMENT) == ()


def test_in_one_rule_a_person_counts_once() -> None:
    both = (part(OWNER), part(APPROVER))
    assert [p.approver for p in parts_for(both, APPROVER, {OWNER}, DOCUMENT)] == [APPROVER]
    two = (part(OWNER), part(MANAGER))
    assert len(parts_for(two, APPROVER, {OWNER, MANAGER}, DOCUMENT)) == 1
    rules = (part(OWNER, "een"), part(MANAGER, "twee"))
    assert len(parts_for(rules, APPROVER, {OWNER, MANAGER}, DOCUMENT)) == 2


@pytest.mark.parametrize("party", ["delivered_by", "iban_changed_by"])
def test_who_has_a_hand_in_it_takes_nobodys_place(party: str) -> None:
    document = replace(DOCUMENT, **{party: APPROVER})  # type: ignore[arg-type]
    assert parts_for([part(OWNER)], APPROVER, {OWNER}, document) == ()
    assert not may_take(APPROVER, [part(OWNER)], [part(OWNER)], document)


def test_a_part_is_given_to_who_has_none_in_that_rule() -> None:
    approvals = [part(OWNER), part(APPROVER)]
    assert not may_take(APPROVER, approvals[:1], approvals, DOCUMENT)
    assert may_take(MANAGER, approvals[:1], approvals, DOCUMENT)


def test_a_stand_in_gets_the_right_to_approve_and_no_other() -> None:
    from_delivery = replace(PEOPLE[1], roles=(PersonRole.DOCUMENT_DELIVERY,))
    dossier = make_dossier(approval_rules=needs_approval(OWNER))
    places = frozenset({OWNER})
    for verb, with_place in ((Verb.APPROVE, True), (Verb.REJECT, True), (Verb.SEND, False)):
        command = Command(verb=verb)
        assert not may_decide(from_delivery, dossier, command)
        assert may_decide(from_delivery, dossier, command, places) is with_place
