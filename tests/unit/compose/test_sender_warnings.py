"""Warnings about a sender name what is odd, and say what to do, in every language."""

import pytest

from mailbot.compose.facts import warnings
from mailbot.domain.mail import LANGUAGES, Language
from tests.kit.letters import a_document, a_letterhead

#: what a reader must do, in a word of each language
ACTS = {
    "nl": ("vraag", "antwoord", "opbelde", "kijk", "ga na"),
    "fr": ("vérifiez", "répondez", "appelé", "regardez", "demandez"),
    "en": ("check", "answer", "called", "look", "ask"),
    "de": ("fragen sie", "antworten sie", "angerufen", "sehen sie", "prüfen sie"),
}
NAMED = {
    "lookalike_domain": "drukkerij.example",
    "name_of_person": "An Peeters",
    "name_of_other_address": "facturen@drukkerij.example",
    "name_is_address": "baas@kantoor.example",
    "reply_to_differs": "x@boef.example",
}
PLAIN = ("failed_authentication", "unusual_authentication", "first_contact")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_says_who_and_what_to_do(language: Language) -> None:
    ids = (*(f"{name}:{value}" for name, value in NAMED.items()), *PLAIN)
    said = warnings(a_document(warnings=ids), a_letterhead(language))
    assert len(set(said)) == len(ids)
    assert all(value in sentence for value, sentence in zip(NAMED.values(), said, strict=False))
    assert [one for one in said if not any(act in one.lower() for act in ACTS[language])] == []
    assert max(map(len, said)) < 260
