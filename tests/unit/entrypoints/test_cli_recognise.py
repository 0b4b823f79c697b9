"""`mailbot recognise` prints and writes what the contract promises."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.domain.errors import Temporary
from mailbot.entrypoints.cli import app, recognise
from tests.kit.structured_builders import Sample, attach, build_cii, build_pdf, build_ubl, page_of

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a UBL, a credit note and a hybrid PDF."""
    (tmp_path / "ubl").mkdir()
    (tmp_path / "ubl" / "one.xml").write_bytes(build_ubl())
    (tmp_path / "ubl" / "two.xml").write_bytes(build_ubl(Sample(number="CN-7"), credit_note=True))
    hybrid = attach(build_pdf(page_of(Sample())), {"factur-x.xml": build_cii()})
    (tmp_path / "one.pdf").write_bytes(hybrid)
    (tmp_path / "one.xml").write_bytes(build_cii())
    return tmp_path


def test_the_shape_of_a_record(folder: Path) -> None:
    result = RUN.invoke(app, ["recognise", str(folder / "ubl" / "one.xml"), "--json"])
    assert result.exit_code == 0
    record = json.loads(result.output)
    fields = record.pop("fields")
    assert record == {
        "path": str(folder / "ubl" / "one.xml"),
        "document_class": "invoice",
        "kind": "invoice",
        "supplier_name": "Drukkerij Voorbeeld BV",
        "supplier_vat": "BE0456123791",
        "customer_name": "Atelier Exemple SRL",
        "customer_vat": "BE0400000185",
        "invoice_number": "2026-114",
        "invoice_date": "2026-11-13",
        "due_date": "2026-12-13",
        "currency": "EUR",
        "total_incl": "1263.00",
        "total_excl": "1050.00",
        "vat_total": "213.00",
        "vat_breakdown": [
            {"rate": "21", "base": "1000.00", "amount": "210.00", "category": "S"},
            {"rate": "6", "base": "50.00", "amount": "3.00", "category": "S"},
        ],
        "amount_due": "1263.00",
        "iban": "BE68539007547034",
        "bic": "GKCCBEBB",
        "payment_reference": "090933755493",
        "n_lines": 2,
        "is_reverse_charge": False,
        "discount": None,
        "qr_iban_differs": None,
        "pages": None,
        "status": "ok",
        "confidence": 1.0,
        "warnings": [],
        "password_required": False,
        "unreadable": None,
    }
    assert fields["total_incl"] == {
        "value": "1263.00",
        "confidence": 1.0,
        "source": "ubl",
        "page": None,
        "box": None,
    }


def test_several_files_are_printed_in_order(folder: Path) -> None:
    files = [str(folder / "ubl" / "two.xml"), str(folder / "one.pdf")]
    result = RUN.invoke(app, ["recognise", *files, "--json"])
    records = [json.loads(line) for line in result.output.splitlines()]
    assert [(r["path"], r["kind"], r["invoice_number"]) for r in records] == [
        (files[0], "credit_note", "CN-7"),
        (files[1], "invoice", "2026-114"),
    ]


def test_out_keeps_the_relative_path_and_no_file_covers_another(folder: Path) -> None:
    files = [str(p) for p in sorted(folder.rglob("*.*"))]
    out = folder / "out"
    result = RUN.invoke(app, ["recognise", *files, "--root", str(folder), "--out", str(out)])
    assert result.exit_code == 0
    written = sorted(str(p.relative_to(out)) for p in out.rglob("*.json"))
    assert written == ["one.pdf.json", "one.xml.json", "ubl/one.json", "ubl/two.json"]
    assert json.loads((out / "ubl" / "two.json").read_text())["kind"] == "credit_note"


@pytest.mark.parametrize("here", [True, False])
def test_out_is_relative_to_the_current_folder_or_the_common_parent(
    folder: Path, monkeypatch: pytest.MonkeyPatch, here: bool
) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(folder if here else elsewhere)
    file = str(folder / "ubl" / "one.xml")
    RUN.invoke(app, ["recognise", file, "--out", str(folder / "out")])
    assert (folder / "out" / ("ubl/one.json" if here else "one.json")).exists()


def test_a_file_outside_the_root_is_refused(folder: Path) -> None:
    arguments = [str(folder / "one.pdf"), "--root", str(folder / "ubl"), "--out", str(folder)]
    result = RUN.invoke(app, ["recognise", *arguments])
    assert result.exit_code == 1
    assert "--root" in result.stderr


def test_without_json_it_speaks_to_people(folder: Path) -> None:
    (folder / "empty.pdf").write_bytes(b"")
    files = [str(folder / "ubl" / "one.xml"), str(folder / "empty.pdf")]
    lines = RUN.invoke(app, ["recognise", *files]).output.splitlines()
    assert lines[0].endswith("invoice, Drukkerij Voorbeeld BV, 2026-114, 2026-11-13, 1263.00 EUR")
    assert lines[1].endswith("empty.pdf: empty")


def test_without_ocr_it_says_so_and_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_ocr(*arguments: object, **options: object) -> None:
        raise Temporary("Tesseract is not installed.")

    monkeypatch.setattr(recognise, "recognise", no_ocr)
    result = RUN.invoke(app, ["recognise", str(folder / "one.pdf")])
    assert result.exit_code == 1
    assert result.stderr == "Tesseract is not installed.\n"
