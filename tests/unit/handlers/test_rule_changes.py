"""Who leaves an approval rule decides no more; who comes into it is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.rule_changes import follow_rules
from handlers.turns import carry_out
from mailbot.domain.approval import ApprovalState
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Document, Status
from mailbot.domain.people import ApprovalRule
from storage.approvals import approvals_of
from storage.definitions import find_definition
from tests.kit.browser import House, open_house
from tests.kit.office import ADMIN, APPROVER, OWNER, make_definition, make_dossier, needs_approval

APPROVE = Command(verb=Verb.APPROVE)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def rule_of(house: House, *rules: ApprovalRule) -> None:
    """Apply other approval rules, as `mailbot apply` does."""
    with house.context.database.reading() as session:
        before = find_definition(session, "kantoor")
    house.change_office(make_definition(make_dossier(approval_rules=rules)))
    with house.context.transaction() as unit:
        after = find_definition(unit.session, "kantoor")
        assert before is not None
        assert after is not None
        follow_rules(unit, before, after)


def waits_for(house: House, document: Document) -> set[str]:
    with house.context.database.reading() as session:
        found = approvals_of(session, document.id)
    return {approval.approver for approval in found if approval.state is ApprovalState.OPEN}


def say(house: House, token: str, command: Command = APPROVE) -> list[str]:
    with house.context.transaction() as unit:
        acted = carry_out(unit, house.token(token), [command], cause=token)
    return [outcome.sentence for outcome in acted.outcomes]


def test_who_left_the_rule_decides_no_more_and_the_new_one_is_asked(house: House) -> None:
    rule_of(house, *needs_approval(APPROVER))
    document = house.invoice()
    token = house.letter(document)
    rule_of(house, *needs_approval(OWNER))
    assert waits_for(house, document) == {OWNER}
    assert say(house, token) == ["not_allowed"]
    assert house.now(document).status is Status.TO_APPROVE
    assert say(house, house.letter(document, to=OWNER)) == ["approve"]


def test_what_was_approved_stays_approved(house: House) -> None:
    rule_of(house, *needs_approval(APPROVER, OWNER))
    document = house.invoice()
    say(house, house.letter(document))
    rule_of(house, *needs_approval(OWNER))
    assert waits_for(house, document) == {OWNER}
    rule_of(house, *needs_approval(APPROVER))
    assert waits_for(house, document) == set()
    assert house.now(document).status is Status.TO_REVIEW


def test_without_the_rule_nobody_is_waited_for(house: House) -> None:
    rule_of(house, *needs_approval(APPROVER))
    document = house.invoice()
    rule_of(house)
    assert waits_for(house, document) == set()
    assert house.now(document).status is Status.TO_REVIEW


def test_what_was_passed_on_stays_with_who_got_it(house: House) -> None:
    rule_of(house, *needs_approval(APPROVER))
    document = house.invoice()
    say(house, house.letter(document), Command(verb=Verb.FORWARD, args={"to": ADMIN}))
    assert waits_for(house, document) == {ADMIN}
    rule_of(house, *needs_approval(APPROVER, OWNER))
    assert waits_for(house, document) == {ADMIN, OWNER}


def test_the_same_rules_change_nothing(house: House) -> None:
    rule_of(house, *needs_approval(APPROVER))
    document = house.invoice()
    rule_of(house, *needs_approval(APPROVER))
    assert waits_for(house, document) == {APPROVER}
