"""`mailbot read-mail` prints how mails are understood, one JSON object a line."""

import json
from pathlib import Path
from typing import Any

import dkim
import pytest
from typer.testing import CliRunner

from mailbot.entrypoints.cli import app
from tests.kit.dns import dns_server, txt
from tests.kit.keys import make_key
from tests.kit.mails import PDF, build_mail, build_zip
from tests.kit.sealing import seal


def _run(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    result = CliRunner().invoke(app, ["read-mail", "--json", *arguments])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_one_line_for_each_file_in_order(tmp_path: Path) -> None:
    inner = build_mail(subject="binnen", files=(("b.zip", build_zip(("f.pdf", PDF))),))
    (tmp_path / "a.eml").write_bytes(build_mail(files=(("door.eml", inner),)))
    (tmp_path / "b.eml").write_bytes(build_mail(headers={"Auto-Submitted": "auto-replied"}))
    files = [str(tmp_path / name) for name in ("a.eml", "missing.eml", "b.eml")]
    code, rows = _run("--root", str(tmp_path), *files)
    assert code == 1
    assert [row["path"] for row in rows] == ["a.eml", "missing.eml", "b.eml"]
    assert rows[0]["attachments"] == ["door.eml", "b.zip", "f.pdf"]
    assert [one["name"] for one in rows[0]["documents"]] == ["f.pdf"]
    assert rows[0]["from"] == "An Peeters <an@leverancier.example>"
    assert rows[0]["automatic"] is None
    assert "FileNotFoundError" in rows[1]["error"]
    assert rows[2]["automatic"] == "autoreply"


def test_words_cannot_move_the_cursor(tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(build_mail(text="hi \x1b[2J there", files=(("f.pdf", PDF),)))
    result = CliRunner().invoke(app, ["read-mail", str(file)])
    assert result.exit_code == 0
    assert "f.pdf (application/pdf)" in result.stdout
    assert "\x1b" not in result.stdout


def test_who_signed_is_asked_of_the_dns_server_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, record = make_key(2048)
    raw = b"\r\n".join(build_mail().splitlines()) + b"\r\n"
    signed = dkim.sign(raw, b"s1", b"leverancier.example", key, include_headers=[b"from"]) + raw
    (tmp_path / "a.eml").write_bytes(seal(signed, "lijst.example", key))
    zone = {
        ("s1._domainkey.leverancier.example", "TXT"): [txt(record)],
        ("arc._domainkey.lijst.example", "TXT"): [txt(record)],
    }
    with dns_server(zone) as address:
        monkeypatch.setenv("MAILBOT_DNS__SERVER", address)
        _, (row,) = _run(str(tmp_path / "a.eml"))
        found = row["authentication"]
        assert (found["dkim"], found["aligned"]) == ("pass", True)
        assert found["signatures"][0]["domain"] == "leverancier.example"
        assert (found["arc"], found["arc_domain"]) == ("pass", "lijst.example")
        _, (row,) = _run("--no-check-sender", str(tmp_path / "a.eml"))
        assert row["authentication"]["dkim"] == "none"
