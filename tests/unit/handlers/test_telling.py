"""`status` and `historiek` are answered by a mail about the document, and change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.turns import carry_out
from mailbot.domain.command import Command, Verb
from mailbot.domain.document import Status
from tests.kit.browser import House, open_house
from tests.kit.office import APPROVER


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def do(house: House, token: str, verb: Verb) -> str:
    with house.context.transaction() as unit:
        acted = carry_out(unit, house.token(token), [Command(verb=verb)], cause=verb.value)
    assert [(each.is_done, each.can_be_undone) for each in acted.outcomes] == [(True, False)]
    mail = next(mail for mail in house.mails() if mail.letter == "history")
    assert mail.recipient == APPROVER
    raw = house.context.blobs.get(mail.sha256).decode().replace("=\r\n", "")
    return " ".join(raw.split())


def test_the_history_says_who_did_what_and_who_must_act(house: House) -> None:
    document = house.invoice()
    token = house.letter(document)
    with house.context.transaction() as unit:
        total = Command(verb=Verb.CORRECT, args={"field": "total", "value": "700.00"})
        carry_out(unit, house.token(token), [total], cause="correction")
    told = do(house, house.letter(house.now(document)), Verb.HISTORY)
    assert "Karim Haddad: bedrag: 700,00" in told
    assert "Het wacht nu op Karim Haddad." in told
    assert house.now(document).status is Status.TO_APPROVE


def test_the_status_is_short(house: House) -> None:
    document = house.invoice()
    told = do(house, house.letter(document), Verb.STATUS)
    assert "is goed te keuren" in told
    assert "Wat ermee gebeurde" not in told
