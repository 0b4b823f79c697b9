"""What a mail says can be answered is what the tables of words understand."""

import tomllib
from pathlib import Path

import pytest

from mailbot.compose.answers import VERBS, numbers
from mailbot.compose.sentences import sentence, table
from mailbot.domain.command import Verb
from mailbot.domain.mail import LANGUAGES, Language

WORDS = Path(__file__).resolve().parents[3] / "templates" / "words"
#: typed as `field: value`, `1: account amount`, `+ …`, `- …`, or as plain text
WITHOUT_VERB = {Verb.CORRECT, Verb.BOOK, Verb.ADD_LINE, Verb.REMOVE_LINE, Verb.REMARK}
#: names under which a mail shows a field that answers cannot name alone
SHOWN_ONLY = {"supplier_vat", "customer_vat", "total_excl", "amount_due", "bic", "field"}
SHOWN_ONLY |= {"until", "line"}


def words(language: Language) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8"))


def verbs(language: Language) -> dict[str, list[str]]:
    """Return the words of every verb; those that need context ("ok") stand apart in the table."""
    said = words(language)["verbs"]
    return {verb: said.get(verb, []) + said.get(f"{verb}_weak", []) for verb in Verb}


@pytest.mark.feature("CF-IN-19")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_that_is_shown_is_understood(language: Language) -> None:
    understood = verbs(language)
    shown = {v: table(language, "verbs")[v].lower() for v in Verb if v not in WITHOUT_VERB}
    assert not {v: word for v, word in shown.items() if word not in understood[v]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_that_is_offered_begins_with_its_verb(language: Language) -> None:
    understood = verbs(language)
    for name, verb in VERBS.items():
        text = sentence(language, "answers", name, code="4471", **numbers(3))
        typed = text.partition("|")[0].strip().lower().lstrip("0123456789-, ")
        if typed and verb not in WITHOUT_VERB:
            known = understood[verb]
            assert any(typed == word or typed.startswith(f"{word} ") for word in known), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_is_shown_can_be_named(language: Language) -> None:
    understood = words(language)["fields"]
    shown = {k: v.lower() for k, v in table(language, "fields").items() if k not in SHOWN_ONLY}
    assert not {name: word for name, word in shown.items() if word not in understood[name]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_a_field_names_a_field(language: Language) -> None:
    typed = table(language, "answers")["field"].partition(":")[0].lower()
    assert typed == table(language, "fields")["total"].lower()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table_name", "sentence_id", "verb"),
    [
        ("undo", "hold", Verb.RELEASE),
        ("undo", "release", Verb.HOLD),
        ("undo", "delete", Verb.RESTORE),
        ("undo", "allow", Verb.BLOCK),
        ("undo", "block", Verb.ALLOW),
        ("outcomes", "hold", Verb.RELEASE),
        ("refusals", "on_hold", Verb.RELEASE),
        ("help", "hold", Verb.RELEASE),
    ],
)
def test_a_sentence_names_the_verb_as_it_is_typed(
    language: Language, table_name: str, sentence_id: str, verb: Verb
) -> None:
    assert table(language, "verbs")[verb] in table(language, table_name)[sentence_id]
