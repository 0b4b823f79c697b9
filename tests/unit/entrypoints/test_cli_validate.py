"""`mailbot validate` prints and writes what the contract promises."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.entrypoints.cli import app, validate
from tests.kit.einvoices import EN_16931, cii_invoice, hybrid_pdf, ubl_invoice

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a valid UBL, a wrong CII and a PDF that carries one."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.xml").write_text(ubl_invoice(), "utf-8")
    wrong = cii_invoice().replace("GrandTotalAmount>121", "GrandTotalAmount>120")
    (tmp_path / "in" / "wrong.xml").write_text(wrong, "utf-8")
    (tmp_path / "in" / "wrong.pdf").write_bytes(hybrid_pdf(wrong))
    return tmp_path


def run(*arguments: str) -> str:
    result = RUN.invoke(app, ["validate", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_shape_of_a_record(folder: Path) -> None:
    path = str(folder / "in" / "good.xml")
    assert json.loads(run(path, "--json")) == {
        "path": path,
        "syntax": "ubl",
        "profile": "peppol-bis-3",
        "valid": True,
        "checked": True,
        "rules": [],
        "warnings": [],
        "reasons": {},
    }


def test_people_read_a_sentence_for_each_rule(folder: Path) -> None:
    said = run(str(folder / "in" / "good.xml"), str(folder / "in" / "wrong.xml")).splitlines()
    assert said[0].endswith("good.xml: valid (peppol-bis-3, ubl)")
    assert said[1].endswith("wrong.xml: not valid (en16931, cii)")
    assert said[2].startswith("  error BR-CO-15: Invoice total amount with VAT (BT-112) = ")


def test_each_file_has_a_record_at_the_same_place(folder: Path) -> None:
    files = [str(path) for path in sorted((folder / "in").iterdir())]
    assert run(*files, "--out", str(folder / "out"), "--root", str(folder)) == ""
    written = {
        str(path.relative_to(folder / "out")): json.loads(path.read_text("utf-8"))["valid"]
        for path in (folder / "out").rglob("*.json")
    }
    assert written == {
        "in/good.json": True,
        "in/wrong.pdf.json": False,
        "in/wrong.xml.json": False,
    }


def test_a_profile_can_be_asked_for(folder: Path) -> None:
    path = str(folder / "in" / "good.xml")
    assert json.loads(run(path, "--json", "--profile", "nlcius"))["rules"] == ["SI-V20-INV-R000"]
    assert RUN.invoke(app, ["validate", path, "--profile", "peppol"]).exit_code == 2


def test_what_is_too_large_could_not_be_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "MAX_FILE", 1000)
    path = str(folder / "in" / "good.xml")
    record = json.loads(run(path, "--json"))
    assert (record["valid"], record["checked"]) == (False, False)
    assert "could not be checked" in run(path)
    assert record["reasons"] == {"TOO-LARGE": "Could not be checked: the file is too large."}


def test_a_folder_is_no_invoice(folder: Path) -> None:
    assert json.loads(run(str(folder), "--json"))["rules"] == ["NOT-AN-INVOICE"]


def test_the_specification_identifier_chooses_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "factuur.xml"
    path.write_text(ubl_invoice(EN_16931), "utf-8")
    assert json.loads(run(str(path), "--json"))["profile"] == "en16931"
