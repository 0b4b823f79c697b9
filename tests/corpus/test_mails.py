"""The shared mails are all read, and understood as well as they were before."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailbot.domain.mail import Mail
from mailbot.entrypoints.cli.read_mail import describe
from mailbot.mail.any_mail import read_any_mail

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
MAILS, REPLIES = SHARED / "corpora" / "mails", SHARED / "corpora" / "replies"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not MAILS.is_dir(), reason="the shared corpora are not here"),
]


#: of the mails of which no truth is known, every so many is read
_STEP = 12


def _rows(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if _is_told(row)] + [r for r in rows if not _is_told(r)][::_STEP]
    for row in rows:
        file = folder / row["path"]
        mail = read_any_mail(file.read_bytes(), file.name)
        assert isinstance(mail, Mail)
        row["read"] = describe(mail)
    return rows


def _is_told(row: dict[str, Any]) -> bool:
    """Whether a truth is known that is looked at here."""
    return "written" in row or any((row.get("truth") or {}).values())


def test_mails() -> None:
    """Every mail is read; names and automatic mail are found as often as measured."""
    names = names_of = automatic = automatic_of = replies = replies_of = 0
    for row in _rows(MAILS):
        truth = row.get("truth") or {}
        wanted = [n for n in truth.get("attachments") or truth.get("tnef_files") or [] if n]
        have = {name.casefold() for name in row["read"]["attachments"]}
        names_of += bool(wanted)
        names += bool(wanted) and all(name.casefold() in have for name in wanted)
        if truth.get("is_bounce") or truth.get("is_auto_reply"):
            automatic_of += 1
            automatic += row["read"]["automatic"] is not None
        if (wanted_text := truth.get("expected_reply")) is not None:
            replies_of += 1
            replies += _first_line(row["read"]["written"]) == _first_line(wanted_text)
    # the misses: letters that the truth has lost, a folder in a name, names made up by readers
    assert names_of - names <= 8
    assert automatic / automatic_of >= 0.98
    assert replies_of - replies <= 1


def _first_line(text: str) -> str:
    return next((" ".join(line.split()) for line in text.split("\n") if line.strip()), "")


def test_replies() -> None:
    """Each automatic answer is told by its kind, and what a person typed is told from the rest."""
    rows = _rows(REPLIES)
    assert [r["path"] for r in rows if r["read"]["automatic"] != r["automatic"]] == []
    typed = [one for one in rows if not one["automatic"]]
    assert [r["path"] for r in typed if r["read"]["written"].split() != r["written"].split()] == []
