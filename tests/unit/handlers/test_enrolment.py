"""An authenticator app is set up behind a link, once, by who is on file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.enrolment import Enrolment, finish_enrolment, invite, open_enrolment
from handlers.freezing import freeze
from mailbot.domain.code import CodeVerdict
from mailbot.domain.totp import time_step, totp_code
from storage.totp import has_authenticator, pending_key
from tests.kit.browser import House, open_house
from tests.kit.links import token_in
from tests.kit.office import APPROVER


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def invited(house: House, email: str = APPROVER) -> str:
    """Invite somebody, and return the token of the link in the mail."""
    with house.context.transaction() as unit:
        assert invite(unit, email)
    return token_in(house, "enrolment")


def code_now(house: House) -> str:
    with house.context.database.reading() as session:
        key = pending_key(session, house.context.token_secret, APPROVER)
    assert key is not None
    return totp_code(key, time_step(house.clock.now()))


def has_app(house: House) -> bool:
    with house.context.database.reading() as session:
        return has_authenticator(session, APPROVER)


def test_the_first_code_sets_the_app_up_once(house: House) -> None:
    token = invited(house)
    before = house.everything()
    shown = open_enrolment(house.context, token)
    assert isinstance(shown, Enrolment)
    assert shown.key_text in shown.key_uri
    assert house.everything() == before
    code = code_now(house)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert finish_enrolment(house.context, token, wrong) is CodeVerdict.WRONG
    assert not has_app(house)
    assert finish_enrolment(house.context, token, code) is CodeVerdict.RIGHT
    assert has_app(house)
    assert open_enrolment(house.context, token) is None
    assert finish_enrolment(house.context, token, code) is CodeVerdict.EXPIRED
    assert [m.recipient for m in house.mails() if m.letter == "enrolled"] == [APPROVER]


def test_a_link_ends(house: House) -> None:
    token = invited(house)
    house.clock.move(timedelta(hours=25))
    assert open_enrolment(house.context, token) is None
    assert finish_enrolment(house.context, token, code_now(house)) is CodeVerdict.EXPIRED


def test_links_of_other_mails_set_up_nothing(house: House) -> None:
    invited(house)
    other = house.letter(house.invoice())
    assert open_enrolment(house.context, other) is None
    assert finish_enrolment(house.context, other, code_now(house)) is CodeVerdict.EXPIRED
    assert open_enrolment(house.context, "a" * 32) is None


def test_nobody_else_is_invited(house: House) -> None:
    with house.context.transaction() as unit:
        assert not invite(unit, "eve@elders.example")
        freeze(unit, APPROVER, by="operator")
        assert not invite(unit, APPROVER)
