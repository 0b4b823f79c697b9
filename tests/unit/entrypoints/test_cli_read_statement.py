"""`mailbot read-statement` prints and writes what the contract promises."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.domain.bank import ProblemKind, StatementProblem
from mailbot.entrypoints.cli import app
from mailbot.entrypoints.cli.statement_json import problem_sentence
from tests.kit.statements import (
    IBAN,
    OGM,
    a_payment,
    a_statement,
    write_camt,
    write_coda,
    write_mt940,
)

RUN = CliRunner()
SAMPLE = a_statement(a_payment("-12.50", ogm=OGM), a_payment("40.00", "vrije tekst"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a statement of each format, and a file that is none."""
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "one.cod").write_bytes(write_coda(SAMPLE))
    (tmp_path / "bank" / "one.xml").write_bytes(write_camt(SAMPLE))
    (tmp_path / "two.sta").write_bytes(write_mt940(replace(SAMPLE, closing=SAMPLE.opening)))
    (tmp_path / "none.txt").write_bytes(b"Geachte")
    return tmp_path


def test_the_shape_of_a_record(folder: Path) -> None:
    file = str(folder / "bank" / "one.cod")
    result = RUN.invoke(app, ["read-statement", file, "--json"])
    assert result.exit_code == 0
    record = json.loads(result.output)
    (statement,) = record.pop("statements")
    assert record == {"path": file, "format": "coda", "version": "2", "problems": []}
    first, second = statement.pop("transactions")
    assert statement == {
        "account": IBAN,
        "iban": IBAN,
        "bic": "GKCCBEBB",
        "currency": "EUR",
        "holder": "Bakkerij De Gouden Aar",
        "sequence": "017",
        "reference": "0000000001",
        "is_duplicate": False,
        "opening": "100.00",
        "opening_date": "2026-11-13",
        "closing": "127.50",
        "closing_date": "2026-11-14",
        "is_balanced": True,
        "n_transactions": 2,
        "messages": [],
        "problems": [],
    }
    assert first["amount"] == "-12.50"
    assert first["ogm"] == first["structured_communication"] == "+++090/9337/55493+++"
    assert first["counterparty_name"] == "Drukkerij Voorbeeld BV"
    assert first["code"] == {"code": "00150000", "proprietary": "", "family": "transfer"}
    assert second["ogm"] is None
    assert second["free_communication"] == "vrije tekst"
    assert second["details"] == []


def test_an_ogm_that_is_not_in_a_field_of_coda_is_a_structured_communication(folder: Path) -> None:
    result = RUN.invoke(app, ["read-statement", str(folder / "bank" / "one.xml"), "--json"])
    first = json.loads(result.output)["statements"][0]["transactions"][0]
    assert first["ogm"] is None
    assert first["structured_communication"] == "+++090/9337/55493+++"
    assert first["reference"] == OGM


def test_out_writes_a_file_per_file_at_its_relative_path(folder: Path) -> None:
    files = [str(path) for path in sorted(folder.rglob("*.*"))]
    out = folder / "out"
    result = RUN.invoke(app, ["read-statement", *files, "--root", str(folder), "--out", str(out)])
    assert result.exit_code == 0
    assert result.output == ""
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*.json"))
    assert written == ["bank/one.cod.json", "bank/one.xml.json", "none.json", "two.json"]
    assert json.loads((out / "none.json").read_text())["problems"][0]["id"] == "unknown_format"


def test_without_json_it_speaks_to_people(folder: Path) -> None:
    files = [str(folder / "two.sta"), str(folder / "none.txt")]
    differs = StatementProblem(kind=ProblemKind.BALANCE_DIFFERS, expected="127.50", found="100.00")
    lines = RUN.invoke(app, ["read-statement", *files]).output.splitlines()
    assert lines == [
        f"{files[0]}: mt940, statements: 1",
        f"  {IBAN}EUR EUR: 100.00 to 100.00, movements: 2",
        f"    {problem_sentence(differs)}",
        f"{files[1]}: unknown, statements: 0",
        "  This is no CODA, CAMT or MT940 file.",
    ]


def test_a_folder_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    record = json.loads(RUN.invoke(app, ["read-statement", str(tmp_path), "--json"]).output)
    assert record["problems"][0]["id"] == "unreadable"


@pytest.mark.parametrize("kind", ProblemKind)
def test_every_problem_is_a_sentence(kind: ProblemKind) -> None:
    sentence = problem_sentence(StatementProblem(kind=kind, expected="7", line=3))
    assert sentence.startswith("line 3: ")
    assert sentence.endswith(".")
    assert "{" not in sentence
