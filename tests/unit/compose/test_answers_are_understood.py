"""What a mail says can be answered is what the tables of words understand."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailbot.compose.answers import READY, VERBS, numbers
from mailbot.compose.sentences import sentence, table
from mailbot.compose.transcript import ALWAYS
from mailbot.domain.command import Context, Doubt, Verb
from mailbot.domain.mail import LANGUAGES, Language
from mailbot.mail.reply_command import read_answer, would_act

WORDS = Path(__file__).resolve().parents[3] / "templates" / "words"
#: typed as `field: value`, `1: account amount`, `+ …`, `- …`, or as plain text
WITHOUT_VERB = {Verb.CORRECT, Verb.BOOK, Verb.ADD_LINE, Verb.REMOVE_LINE, Verb.REMARK}
#: names under which a mail shows a field that answers cannot name alone
SHOWN_ONLY = {"supplier_vat", "customer_vat", "total_excl", "amount_due", "bic", "field"}
SHOWN_ONLY |= {"until", "line", "pages"}


#: verbs that stand in mails: offered, explained, or named to undo something
SHOWN = {*VERBS.values(), *ALWAYS, Verb.RELEASE, Verb.HOLD, Verb.RESTORE} - WITHOUT_VERB


def read_words(language: Language) -> dict[str, Any]:
    return tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8"))


def flat(value: Any) -> set[str]:
    """Return every word below `value`, however the table groups them."""
    if isinstance(value, str):
        return {spoken(value)}
    each = value.values() if isinstance(value, dict) else value
    return {word for part in each for word in flat(part)}


def spoken(word: str) -> str:
    return word.lower().replace("-", " ")


def verbs(language: Language) -> dict[Verb, set[str]]:
    """Return the words of every verb; those that need context ("ok") may stand apart."""
    said, orders = read_words(language)["verbs"], read_words(language)["payment_verbs"]
    return {
        verb: flat([said.get(verb, []), said.get(f"{verb}_weak", []), orders.get(verb, [])])
        for verb in SHOWN
    }


@pytest.mark.feature("CF-IN-19")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_that_is_shown_is_understood(language: Language) -> None:
    understood = verbs(language)
    shown = {verb: spoken(table(language, "verbs")[verb]) for verb in SHOWN}
    assert not {v: word for v, word in shown.items() if word not in understood[v]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_that_is_offered_begins_or_ends_with_its_verb(language: Language) -> None:
    understood = verbs(language)
    for name, verb in VERBS.items():
        text = sentence(language, "answers", name, code="4471", **numbers(3))
        typed = spoken(text.partition("|")[0].strip().lstrip("0123456789-, "))
        if typed and verb in SHOWN:
            known = understood[verb]
            ends = [f"{word} " for word in known], [f" {word}" for word in known]
            is_said = typed.startswith(tuple(ends[0])) or typed.endswith(tuple(ends[1]))
            assert typed in known or is_said, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_is_shown_can_be_named(language: Language) -> None:
    understood = read_words(language)["fields"]
    shown = {k: spoken(v) for k, v in table(language, "fields").items() if k not in SHOWN_ONLY}
    assert not {name: word for name, word in shown.items() if word not in flat(understood[name])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_a_field_names_a_field(language: Language) -> None:
    typed = table(language, "answers")["field"].partition(":")[0].lower()
    assert typed == table(language, "fields")["total"].lower()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table_name", "sentence_id", "verb"),
    [
        ("undo", "answer", Verb.RESTORE),
        ("outcomes", "hold", Verb.RELEASE),
        ("refusals", "on_hold", Verb.RELEASE),
        ("help", "hold", Verb.RELEASE),
    ],
)
def test_a_sentence_names_the_verb_as_it_is_typed(
    language: Language, table_name: str, sentence_id: str, verb: Verb
) -> None:
    assert table(language, "verbs")[verb] in table(language, table_name)[sentence_id]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", READY)
def test_a_line_to_copy_does_what_it_says(language: Language, context: Context) -> None:
    for name in READY[context]:
        answer = read_answer(
            sentence(language, "ready", name, **numbers(4)),
            language=language,
            context=context,
            shown_items=4 if context is Context.DIGEST else 0,
            sent_on=date(2026, 11, 3),
        )
        assert would_act(answer), name
        assert len(answer.commands) == 1, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_doubt_has_a_sentence(language: Language) -> None:
    assert not {doubt.value for doubt in Doubt} - set(table(language, "doubts"))
