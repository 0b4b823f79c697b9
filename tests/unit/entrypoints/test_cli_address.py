"""The commands about addresses that mail does not reach."""

import json
from pathlib import Path

from typer.testing import CliRunner

from mailbot.domain.reach import Reach
from mailbot.entrypoints.cli import app
from storage.addresses import find_reach, record_reach
from tests.kit.browser import NOW, open_house
from tests.kit.office import APPROVER, OWNER


def run(folder: Path, *words: str, code: int = 0) -> list[str]:
    arguments = ["address", *words, "--config", str(folder / "mailbot.toml")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout.splitlines()


def test_a_lost_address_is_listed_until_it_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mailbot.toml").write_text(f'[service]\ndata = "{tmp_path}"\n')
    with open_house(tmp_path) as house:
        lost = Reach(address=APPROVER, failed_at=NOW, given_up_at=NOW, diagnostic="550 5.1.1 gone")
        late = Reach(address=OWNER, failed_at=NOW, n_passing=2)
        with house.context.transaction() as unit:
            record_reach(unit.session, lost)
            record_reach(unit.session, late)
        (line,) = run(tmp_path, "list")
        assert line.split() == [APPROVER, "2026-11-20", "550", "5.1.1", "gone"]
        (record,) = run(tmp_path, "list", "--json")
        assert json.loads(record)["address"] == APPROVER
        assert run(tmp_path, "retry", APPROVER.upper())
        assert run(tmp_path, "list") == []
        with house.context.database.reading() as session:
            assert find_reach(session, APPROVER) is None
        run(tmp_path, "retry", APPROVER, code=1)
