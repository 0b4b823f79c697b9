"""A document waits until the day that was typed, also when it was typed in words."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from handlers.acting import Acted
from handlers.turns import carry_out
from mailbot.domain.command import Command, Verb
from tests.kit.browser import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def wait(house: House, token: str, until: str) -> Acted:
    command = Command(verb=Verb.HOLD, args={"until": until})
    with house.context.transaction() as unit:
        return carry_out(unit, house.token(token), [command], cause=until)


@pytest.mark.parametrize(
    ("until", "day"),
    [
        ("2026-12-15", date(2026, 12, 15)),
        ("lundi prochain", date(2026, 11, 23)),
        ("eind van de maand", date(2026, 11, 30)),
    ],
)
def test_it_waits_until_the_day_that_was_typed(house: House, until: str, day: date) -> None:
    document = house.invoice()
    assert wait(house, house.letter(document), until).outcomes[0].is_done
    assert house.now(document).hold_until == day


def test_a_day_that_nobody_can_tell_is_refused_and_nothing_waits(house: House) -> None:
    document = house.invoice()
    outcome = wait(house, house.letter(document), "nader order").outcomes[0]
    assert (outcome.is_done, outcome.sentence) == (False, "bad_value")
    assert not house.now(document).on_hold
