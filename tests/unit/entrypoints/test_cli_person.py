"""The commands about people: show, freeze, thaw, absences, authenticator apps."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.domain.approval import ApprovalState
from mailbot.domain.totp import time_step, totp_code
from mailbot.entrypoints.cli import app
from storage.approvals import approvals_of
from storage.definitions import get_dossier
from storage.totp import confirm_authenticator, has_authenticator, pending_key
from tests.kit.browser import House, open_house
from tests.kit.office import ADMIN, APPROVER, MANAGER, OWNER


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def run(house: House, *words: str, code: int = 0) -> str:
    config = house.context.settings.service.data / "mailbot.toml"
    config.write_text(f'[service]\ndata = "{config.parent}"\n')
    result = CliRunner().invoke(app, ["person", *words, "--config", str(config)])
    assert result.exit_code == code, result.output
    return result.output


def test_a_freeze_is_shown_and_ends_with_a_thaw(house: House) -> None:
    document = house.invoice()
    assert "1" in run(house, "show", APPROVER)
    told = run(house, "freeze", APPROVER)
    assert f"mailbot person thaw {APPROVER}" in told
    assert "Lies Boekhouder" in told
    shown = json.loads(run(house, "show", APPROVER, "--json"))
    assert [place["is_frozen"] for place in shown["places"]] == [True]
    assert shown["open_approvals"] == 0
    assert shown["frozen_by"][0].startswith("operator at ")
    assert "decides again" in run(house, "thaw", APPROVER)
    assert "is not frozen" in run(house, "thaw", APPROVER, code=1)
    with house.context.database.reading() as session:
        open_now = [a for a in approvals_of(session, document.id) if a.state is ApprovalState.OPEN]
    assert [a.approver for a in open_now] == [MANAGER]


def test_a_freeze_in_one_office(house: House) -> None:
    frozen = json.loads(run(house, "freeze", MANAGER, "--office", "kantoor", "--json"))
    assert frozen == {"frozen": MANAGER, "office": "kantoor", "handed_over": []}
    assert "There is no office" in run(house, "freeze", MANAGER, "--office", "weg", code=1)


@pytest.mark.parametrize("command", ["show", "freeze", "enrol"])
def test_who_is_not_known_is_named(house: House, command: str) -> None:
    assert "Nobody is called eve@elders.example" in run(
        house, command, "eve@elders.example", code=1
    )


def test_somebody_stands_in_on_some_days(house: House) -> None:
    days = ("--from", "2026-12-01", "--until", "2026-12-15")
    assert "bakkerij" in run(house, "absent", APPROVER, OWNER, *days)
    with house.context.database.reading() as session:
        (absence,) = get_dossier(session, "bakkerij").absences
    assert (absence.person, absence.stand_in) == (APPROVER, OWNER)
    assert "decides alone again" in run(house, "present", APPROVER)
    assert "Nobody stood in" in run(house, "present", APPROVER)
    with house.context.database.reading() as session:
        assert get_dossier(session, "bakkerij").absences == ()


@pytest.mark.parametrize(
    ("stand_in", "first"),
    [(APPROVER, "2026-12-01"), (OWNER, "2027-01-01"), ("eve@elders.example", "2026-12-01")],
)
def test_nobody_stands_in_who_cannot(house: House, stand_in: str, first: str) -> None:
    run(house, "absent", APPROVER, stand_in, "--from", first, "--until", "2026-12-15", code=1)
    with house.context.database.reading() as session:
        assert get_dossier(session, "bakkerij").absences == ()


def test_an_app_is_invited_and_forgotten(house: House) -> None:
    assert "has no authenticator app" in run(house, "disenrol", ADMIN, code=1)
    assert ADMIN in run(house, "enrol", ADMIN)
    assert [m.recipient for m in house.mails() if m.letter == "enrolment"] == [ADMIN]
    with house.context.transaction() as unit:
        now, secret = house.context.clock.now(), house.context.token_secret
        key = pending_key(unit.session, secret, ADMIN)
        assert key is not None
        code = totp_code(key, time_step(now))
        confirm_authenticator(unit.session, secret, person=ADMIN, code=code, at=now)
        assert has_authenticator(unit.session, ADMIN)
    assert "counts no more" in run(house, "disenrol", ADMIN)
    with house.context.database.reading() as session:
        assert not has_authenticator(session, ADMIN)
