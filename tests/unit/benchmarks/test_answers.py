"""Made answers: the truth of every phrase is whole, and every program's mail can be read."""

import email.policy
from collections import Counter
from email.parser import BytesParser
from random import Random
from typing import Any

import pytest

from benchmarks.answers.answering import make_answer
from benchmarks.answers.clients import Client, load_clients
from benchmarks.answers.collection import make_answers
from benchmarks.answers.figures import find_faults
from benchmarks.answers.phrases import HALVES, LANGUAGES, Phrase, load_phrases, read_commands

PHRASES = {half: {one: load_phrases(half, one) for one in LANGUAGES} for half in HALVES}


def visible_text(raw: bytes) -> str:
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    part = message.get_body(("plain", "html"))  # type: ignore[attr-defined]
    return str(part.get_content())


def test_commands_are_read_from_their_short_form() -> None:
    commands = read_commands(
        "approve 1-3,5; reject 4 reason=te duur; correct field=total value=9.50"
    )
    assert [one.as_json() for one in commands] == [
        {"verb": "approve", "items": [1, 2, 3, 5], "args": {}},
        {"verb": "reject", "items": [4], "args": {"reason": "te duur"}},
        {"verb": "correct", "items": [], "args": {"field": "total", "value": "9.50"}},
    ]
    assert read_commands("question", "Wie?")[0].args == {"text": "Wie?"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_phrases_in_every_language(language: str) -> None:
    phrases = [one for half in HALVES for one in PHRASES[half][language]]
    assert len(phrases) >= 120
    assert sum(one.is_decision for one in phrases) >= 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_halves_are_alike_in_categories_and_share_few_words(language: str) -> None:
    train, test = (PHRASES[half][language] for half in HALVES)
    counts = [Counter((one.context, one.category) for one in half) for half in (train, test)]
    assert all(abs(counts[0][kind] - counts[1][kind]) <= 2 for kind in {*counts[0], *counts[1]})
    same = {one.says for one in train if not one.shape} & {one.says for one in test}
    assert len(same) <= 3, same


def test_only_decisions_are_allowed_to_act() -> None:
    for half in HALVES:
        for phrase in (one for language in LANGUAGES for one in PHRASES[half][language]):
            verbs = {one.verb for one in phrase.does} - {"question", "remark", "help"}
            assert bool(verbs) == phrase.is_decision, phrase


def test_some_programs_are_in_the_test_half_only() -> None:
    halves = Counter(one.half for one in load_clients())
    assert halves["test"] >= 8
    assert sum(halves.values()) >= 25


@pytest.mark.parametrize("client", load_clients(), ids=lambda one: one.name)
def test_the_mail_of_every_program_shows_what_was_typed(client: Client) -> None:
    language = client.languages[0]
    phrase = next(one for one in PHRASES["train"][language] if one.form == "sentence")
    made = make_answer(Random("a mail"), phrase, client)
    assert b"\n" not in made.raw.replace(b"\r\n", b"")
    text = visible_text(made.raw)
    first_line = made.truth["written"].split("\n")[0]
    assert first_line.replace("'", "") in text.replace("&#x27;", "").replace("'", "")
    assert "$" not in text


def test_the_same_seed_makes_the_same_mails() -> None:
    first, again = (list(make_answers("train", 7)) for _ in range(2))
    assert [one.raw for one in first] == [one.raw for one in again]
    assert {one.truth["automatic"] for one in first} >= {"bounce", "receipt", "calendar", "list"}


def truth(**changes: Any) -> dict[str, Any]:
    return {
        "automatic": None, "decision_allowed": True, "written": "ok",
        "commands": [{"verb": "approve", "items": [1], "args": {}}],
    } | changes  # fmt: skip


def found(*commands: tuple[str, list[int]], **changes: Any) -> dict[str, Any]:
    shown = [{"verb": verb, "items": items, "args": {}} for verb, items in commands]
    return {"automatic": None, "written": "ok", "acted": bool(shown), "commands": shown} | changes


@pytest.mark.parametrize(
    ("said", "read", "faults"),
    [
        (truth(), found(("approve", [1])), []),
        (truth(), found(), ["missed"]),
        (truth(), found(("approve", [1, 2])), ["wrong"]),
        (truth(), found(("reject", [1])), ["wrong", "missed"]),
        (truth(decision_allowed=False), found(("approve", [1])), ["wrong"]),
        (truth(), found(("approve", [1]), written="ok\nKevin"), ["written"]),
        (truth(automatic="list", decision_allowed=False), found(), ["automatic"]),
    ],
)
def test_faults_are_counted(said: dict[str, Any], read: dict[str, Any], faults: list[str]) -> None:
    assert list(find_faults(said, read)) == faults


def test_a_phrase_says_nothing_about_the_shapes_that_are_silent() -> None:
    silent = [
        one
        for half in HALVES
        for language in LANGUAGES
        for one in PHRASES[half][language]
        if isinstance(one, Phrase) and one.shape in {"attachment", "empty"}
    ]
    assert silent
    assert not any(one.says for one in silent)
