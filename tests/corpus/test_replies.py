"""Answers as people send them: none is acted on wrongly, clear ones are carried out."""

import json
from pathlib import Path

import pytest

from mailbot.entrypoints.cli.read_answers import read_row

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "replies"
TRUSTED = ["mx.post.verhelst.example"]
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared corpora are not here"),
]


@pytest.fixture(scope="module")
def answers():
    lines = (FOLDER / "manifest.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line) for line in lines if line.strip()]
    return [(one, read_row(one, FOLDER, TRUSTED)) for one in asked]


def verbs(commands):
    return sorted((one["verb"], tuple(one["items"])) for one in commands)


def test_nothing_is_done_that_was_not_asked(answers):
    wrong = [one["path"] for one, row in answers if row["acted"] and not one["decision_allowed"]]
    assert wrong == []


def test_what_is_done_is_what_was_asked(answers):
    acted = [(one, row) for one, row in answers if row["acted"]]
    assert [o["path"] for o, r in acted if verbs(r["commands"]) != verbs(o["commands"])] == []


def test_clear_decisions_are_carried_out(answers):
    clear = [row["acted"] for one, row in answers if one["decision_allowed"]]
    assert sum(clear) >= 0.95 * len(clear)


def test_automatic_mail_is_told(answers):
    told = [(one["automatic"] is None) == (row["automatic"] is None) for one, row in answers]
    assert all(told)
