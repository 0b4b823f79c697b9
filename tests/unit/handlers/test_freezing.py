"""Whoever is frozen decides nothing, at once and everywhere, and blocks nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.correspondence import dossier_manager
from handlers.desk import open_desk
from handlers.freezing import freeze, hand_over, thaw
from mailbot.domain.approval import ApprovalState
from mailbot.domain.code import CodePurpose, CodeUse, CodeVerdict
from mailbot.domain.document import Document
from storage.approvals import approvals_of
from storage.codes import find_browser, new_code, record_browser, spend_code
from storage.definitions import find_definition, get_dossier
from tests.kit.browser import NOW, House, open_house
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    OWNER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def stop(house: House, address: str, office: str = "") -> list[str]:
    """Freeze somebody, and return who is asked in their place."""
    with house.context.transaction() as unit:
        return [each.to for each in freeze(unit, address, office=office, by="operator")]


def waits_for(house: House, document: Document) -> set[str]:
    with house.context.database.reading() as session:
        return {
            a.approver for a in approvals_of(session, document.id) if a.state is ApprovalState.OPEN
        }


def test_tokens_codes_and_browsers_end_at_once(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    use = CodeUse(purpose=CodePurpose.BROWSER, subject=APPROVER, person=APPROVER)
    later = NOW + timedelta(hours=1)
    with house.context.transaction() as unit:
        secret = house.context.token_secret
        code = new_code(unit.session, secret, use, at=NOW, expires_at=later)
        browser = record_browser(unit.session, person=APPROVER, at=NOW, expires_at=later)
    stop(house, APPROVER.upper())
    assert house.token(token).expires_at == NOW
    desk = open_desk(house.context, token)
    assert desk is not None
    assert desk.why
    with house.context.transaction() as unit:
        assert find_browser(unit.session, browser, at=NOW) is None
        assert spend_code(unit.session, secret, use, code, at=NOW) is CodeVerdict.DEAD


def test_what_waits_goes_to_a_second_person_and_the_admins_are_told(house: House) -> None:
    document = house.invoice()
    assert stop(house, APPROVER) == ["Lies Boekhouder"]
    assert waits_for(house, document) == {MANAGER}
    told = [mail for mail in house.mails() if mail.letter == "frozen"]
    assert [mail.recipient for mail in told] == [ADMIN]


def test_who_already_approves_the_same_is_not_asked_twice(house: House) -> None:
    rules = needs_approval(APPROVER, MANAGER)
    house.change_office(make_definition(make_dossier(approval_rules=rules)))
    document = house.invoice()
    assert stop(house, APPROVER) == ["Olga Admin"]
    assert waits_for(house, document) == {MANAGER, ADMIN}


def test_another_office_is_not_touched(house: House) -> None:
    document = house.invoice()
    assert stop(house, APPROVER, office="elders") == []
    assert waits_for(house, document) == {APPROVER}
    with house.context.database.reading() as session:
        assert not any(p.frozen for p in get_dossier(session, "bakkerij").people)


def test_a_freeze_survives_a_definition_and_ends_with_a_thaw(house: House) -> None:
    stop(house, APPROVER)
    house.change_office(make_definition(make_dossier(approval_rules=needs_approval(OWNER))))
    with house.context.transaction() as unit:
        frozen = {p.email for p in get_dossier(unit.session, "bakkerij").people if p.frozen}
        written = find_definition(unit.session, "kantoor", is_as_written=True)
        assert written is not None
        assert not any(p.frozen for p in written.dossiers[0].people)
        assert frozen == {APPROVER}
        assert thaw(unit, APPROVER, by="operator")
        assert not thaw(unit, APPROVER, by="operator")
        assert not any(p.frozen for p in get_dossier(unit.session, "bakkerij").people)


def test_an_admin_is_asked_while_the_dossier_manager_is_frozen(house: House) -> None:
    stop(house, MANAGER)
    with house.context.database.reading() as session:
        assert dossier_manager(session, get_dossier(session, "bakkerij")).email == ADMIN


def test_who_left_the_dossier_blocks_nothing(house: House) -> None:
    document = house.invoice()
    people = tuple(person for person in PEOPLE if person.email != APPROVER)
    house.change_office(make_definition(make_dossier(people=people)))
    with house.context.transaction() as unit:
        definition = find_definition(unit.session, "kantoor")
        assert definition is not None
        assert [each.to for each in hand_over(unit, definition)] == ["Lies Boekhouder"]
    assert waits_for(house, document) == {MANAGER}


def test_where_nobody_is_left_the_office_is_told(house: House) -> None:
    document = house.invoice(delivered_by=OWNER)
    with house.context.transaction() as unit:
        for address in (MANAGER, ADMIN):
            freeze(unit, address, by="operator")
    assert stop(house, APPROVER) == [""]
    assert waits_for(house, document) == {APPROVER}


def test_new_documents_do_not_wait_for_who_is_frozen(house: House) -> None:
    frozen = tuple(replace(p, frozen=p.email == APPROVER) for p in PEOPLE)
    house.change_office(
        make_definition(make_dossier(people=frozen, approval_rules=needs_approval(APPROVER)))
    )
    assert waits_for(house, house.invoice()) == {MANAGER}
