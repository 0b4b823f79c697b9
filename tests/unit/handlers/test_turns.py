"""What one person asks is done dossier by dossier, in the role that he has in each."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.acting import Acted
from handlers.turns import carry_out, find_holder
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Status
from mailbot.domain.people import PersonRole
from tests.kit.browser import House, open_house
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)

APPROVE = Command(verb=Verb.APPROVE)
REJECT = Command(verb=Verb.REJECT, args={"reason": "te duur"})
RULES = needs_approval()
BAKER = make_dossier(approval_rules=RULES)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def do(house: House, token: str, *commands: Command) -> list[tuple[int | None, str]]:
    """Carry commands out and return what was said of each line."""
    with house.context.transaction() as unit:
        acted: Acted = carry_out(unit, house.token(token), commands, cause="test")
    return [(outcome.item, outcome.sentence) for outcome in acted.outcomes]


@pytest.mark.feature("CF-APPR-19")
def test_each_line_is_done_in_its_own_dossier(house: House) -> None:
    butcher = make_dossier("slager", "0456123791", approval_rules=RULES)
    house.change_office(make_definition(BAKER, butcher))
    documents = [house.invoice(number="1"), house.invoice(number="2", dossier="slager")]
    token = house.digest(documents)
    told = do(house, token, replace(APPROVE, items=(1,)), replace(REJECT, items=(2,)))
    assert told == [(1, "approve"), (2, "reject")]
    assert [house.now(d).status for d in documents] == [Status.TO_REVIEW, Status.REJECTED]


def test_a_role_in_one_dossier_is_none_in_another(house: House) -> None:
    deliverer = replace(PEOPLE[1], roles=(PersonRole.DOCUMENT_DELIVERY,))
    other = make_dossier("slager", "0456123791", people=(deliverer,))
    house.change_office(make_definition(BAKER, other))
    documents = [house.invoice(number="1"), house.invoice(number="2", dossier="slager")]
    token = house.digest(documents)
    assert do(house, token, replace(REJECT, items=(1, 2))) == [(1, "reject"), (2, "not_allowed")]


def test_who_left_one_dossier_still_decides_in_the_other(house: House) -> None:
    other = make_dossier("slager", "0456123791", people=PEOPLE[:1])
    house.change_office(make_definition(BAKER, other))
    documents = [house.invoice(number="1"), house.invoice(number="2", dossier="slager")]
    token = house.digest(documents)
    told = do(house, token, replace(REJECT, items=(1, 2)))
    assert [sentence for _item, sentence in told] == ["reject", "not_allowed"]
    assert house.now(documents[1]).status is Status.TO_APPROVE


@pytest.mark.parametrize("items", [(0,), (3,), (1, 3), ()])
def test_a_line_that_is_not_there_changes_nothing(house: House, items: tuple[int, ...]) -> None:
    documents = [house.invoice(number=str(n)) for n in (1, 2)]
    token = house.digest(documents)
    assert {sentence for _item, sentence in do(house, token, replace(APPROVE, items=items))} == {
        "unknown_item"
    }
    assert {house.now(d).status for d in documents} == {Status.TO_APPROVE}


def test_the_holder_is_who_the_token_names(house: House) -> None:
    document = house.invoice()
    own, office = house.token(house.letter(document)), house.token(house.digest([document]))
    with house.context.database.reading() as session:
        assert find_holder(session, own) == PEOPLE[1]
        assert find_holder(session, office) == PEOPLE[1]
        assert find_holder(session, replace(office, person=ADMIN)) is not None
        assert find_holder(session, replace(own, person=MANAGER)) is not None
        assert find_holder(session, replace(own, person="eve@elders.example")) is None
        assert find_holder(session, replace(own, dossier="weg")) is None
        assert find_holder(session, replace(office, office="weg")) is None
    assert own.person == APPROVER
