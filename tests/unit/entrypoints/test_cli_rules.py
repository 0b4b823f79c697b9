"""`mailbot rules try`: on a document, on one that is only described, plain and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.entrypoints.cli import app
from tests.kit.browser import House, open_house
from tests.kit.office import APPROVER, make_definition, make_dossier, needs_approval

DEMO = Path("docker/demo.toml").resolve()
AN = "an.peeters@goudenaar.example"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path / "data") as opened:
        rules = needs_approval(amount_from="1000")
        opened.change_office(make_definition(make_dossier(approval_rules=rules)))
        (tmp_path / "mailbot.toml").write_text(f'[service]\ndata = "{tmp_path / "data"}"\n')
        yield opened


def run(folder: Path, *words: str, code: int = 0) -> str:
    arguments = ["rules", "try", *words, "--config", str(folder / "mailbot.toml")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.feature("CF-APPR-08")
def test_a_document_and_documents_that_are_only_described(house: House, tmp_path: Path) -> None:
    document = house.invoice()
    tried = json.loads(run(tmp_path, document.id, "--json"))
    assert (tried["name"], tried["verdict"], tried["applies"]) == (
        "aankopen",
        "a condition fails",
        False,
    )
    told = run(tmp_path, "--dossier", "bakkerij", "--amount", "2500")
    assert "yes  aankopen  (holds; " in told
    assert "yes  amount_from: 1000  <- 2500" in told
    assert f"asks {APPROVER}" in told
    other = ("--rules", str(DEMO), "--dossier", "bakkerij")
    assert f"asks {AN} or karim" in run(tmp_path, *other, "--amount", "30")
    assert "yes  energie" in run(tmp_path, *other, "--supplier", "Stroom & Gas")
    assert "is no amount" in run(tmp_path, *other, "--amount", "veel", code=1)
    assert "There is no document x" in run(tmp_path, "x", code=1)
    assert "Name a document" in run(tmp_path, code=1)
