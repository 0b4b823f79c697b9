"""The commands about conversations: list, show, close, and writing to many dossiers at once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailbot.domain.conversation import ConversationState
from mailbot.domain.job import Job, JobKind
from mailbot.entrypoints.cli import app
from storage.conversations import messages_in
from tests.kit.office import MANAGER, OWNER, make_definition, make_dossier
from tests.kit.talks import QUESTIONS, Talks, open_talks

BUTCHER = make_dossier("slager", "0456123791", name="Slagerij Bos NV", language="fr")
TOML = """
[nl]
subject = "Stukken {dossier}"
text = "Dag {voornaam}, waar blijven ze?"
[fr]
subject = "Pièces {dossier}"
text = "Bonjour {prenom}, où sont-elles ?"
"""


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Talks]:
    with open_talks(tmp_path / "data", make_definition(make_dossier(), BUTCHER)) as opened:
        yield opened


def run(talks: Talks, tmp_path: Path, *arguments: str) -> Result:
    config = tmp_path / "mailbot.toml"
    data = talks.room.context.settings.service.data
    config.write_text(f'[service]\ndata = "{data}"\ndomain = "in.example"\n')
    return CliRunner().invoke(app, ["conversation", *arguments, "--config", str(config)])


def ask(talks: Talks) -> str:
    """Let the office ask something, and return the mark of the conversation."""
    talks.say(MANAGER, QUESTIONS, "Klopt het adres?", subject="Adres")
    return talks.conversations()[-1].mark


@pytest.mark.feature("CF-COM-07")
def test_a_conversation_is_listed_shown_and_closed(talks: Talks, tmp_path: Path) -> None:
    mark = ask(talks)
    listed = run(talks, tmp_path, "list")
    assert mark in listed.output
    assert f"waits for {OWNER}" in listed.output
    shown = run(talks, tmp_path, "show", mark).output
    assert f"reads along   {OWNER}: wrote nothing, must answer" in shown
    assert f"→ {OWNER}: queued" in shown
    assert "Klopt het adres?" in shown
    assert run(talks, tmp_path, "close", mark).exit_code == 0
    assert talks.conversations()[0].state is ConversationState.CLOSED
    assert run(talks, tmp_path, "close", mark).exit_code == 1
    assert mark not in run(talks, tmp_path, "list").output
    assert mark in run(talks, tmp_path, "list", "--all").output


def test_json_lines_hold_all_of_it(talks: Talks, tmp_path: Path) -> None:
    mark = ask(talks)
    (line,) = run(talks, tmp_path, "list", "--json").output.splitlines()
    assert json.loads(line)["waits_for"] == [OWNER]
    shown = json.loads(run(talks, tmp_path, "show", mark, "--json").output)
    assert shown["messages"][0]["sent"] == {OWNER: "queued"}


def test_a_mistake_is_said_in_a_sentence(talks: Talks, tmp_path: Path) -> None:
    file = tmp_path / "tekst.txt"
    file.write_text("Dag")
    text = ("--subject", "x", "--text-file", str(file))
    for given in (
        ("show", "ffffffff"),
        ("list", "--dossier", "kapper"),
        ("start", "--all", "--subject", "x"),
        ("start", "--all", "--text-file", str(file)),
        ("start", *text),
        ("start", "--status", "weg", *text),
        ("start", "--dossiers", "kapper", *text),
        ("start", "--all", "--subject", "{weg}", "--text-file", str(file)),
        ("start", "--all", "--by", OWNER, *text),
        ("start", "--all", "--office", "ander", *text),
    ):
        ended = run(talks, tmp_path, *given)
        assert ended.exit_code == 1, given
        assert len(ended.output.strip().splitlines()) == 1, ended.output
    assert talks.conversations() == []


@pytest.mark.feature("CF-COM-05", "CF-COM-11", "CF-COM-12")
def test_the_same_batch_goes_out_once_in_the_language_of_each_dossier(
    talks: Talks, tmp_path: Path
) -> None:
    file = tmp_path / "stukken.toml"
    file.write_text(TOML)
    wanted = ("start", "--all", "--text-file", str(file), "--by", MANAGER)
    preview = run(talks, tmp_path, *wanted, "--check")
    assert "Pièces Slagerij Bos NV" in preview.output
    assert "preview" in preview.output
    assert run(talks, tmp_path, *wanted).exit_code == 0
    assert "sent before" in run(talks, tmp_path, *wanted).output
    (one, *_rest) = run(talks, tmp_path, *wanted, "--json").output.splitlines()
    batch = json.loads(one)["batch"]
    for _twice in range(2):
        for code in ("bakkerij", "slager"):
            ids = {"batch": batch, "dossier": code}
            talks.run(Job(key=f"{code}{_twice}", kind=JobKind.BATCH, ids=ids))
    (dutch,), (french,) = talks.conversations(), talks.conversations("slager")
    assert (dutch.subject, french.subject) == (
        "Stukken Bakkerij Peeters BV",
        "Pièces Slagerij Bos NV",
    )
    with talks.room.context.database.reading() as session:
        (message,) = messages_in(session, french.id)
    assert message.text == "Bonjour An, où sont-elles ?"
    assert [to for to, _subject in talks.waiting()] == [OWNER, OWNER]
