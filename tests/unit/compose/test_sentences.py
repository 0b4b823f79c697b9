"""Every language says the same: the same ids, the same placeholders, nothing left unsaid."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from mailbot.compose.answers import OFFERED, VERBS
from mailbot.compose.sentences import (
    UnknownSentenceError,
    field_name,
    in_words,
    placeholders,
    sentence,
    sentence_or_other,
    table,
)
from mailbot.domain.command import Context, Verb
from mailbot.domain.document import Status
from mailbot.domain.invoice import MANDATORY_FIELDS, DocumentClass, RecognitionStatus, Source
from mailbot.domain.mail import LANGUAGES, Language, PartRole

ROOT = Path(__file__).resolve().parents[3]
OTHERS: tuple[Language, ...] = ("fr", "en", "de")

REFUSALS = [
    "status_forbids",
    "already_done",
    "not_allowed",
    "unknown_item",
    "unknown_field",
    "bad_value",
    "token_expired",
    "token_unknown",
    "stale_version",
    "spoofed_sender",
    "frozen_person",
    "on_hold",
    "own_document",
    "unsupported_verb",
    "forward_unknown_person",
    "missing_fields",
    "no_reason",
]
WARNINGS = [
    "duplicate_message",
    "duplicate_file",
    "duplicate_invoice",
    "new_supplier",
    "new_iban",
    "changed_iban",
    "xml_differs_iban",
    "xml_differs_total",
    "sums_differ",
    "reply_to_differs",
    "failed_authentication",
    "unusual_authentication",
    "lookalike_domain",
    "name_of_person",
    "name_of_other_address",
    "name_is_address",
    "first_contact",
    "not_for_this_dossier",
    "reverse_charge",
    "credit_note",
    "bad_check_digits",
    "not_an_invoice",
    "low_confidence",
    "password_required",
]
PROBLEMS = [
    "missing_field",
    "unknown_ledger_account",
    "unknown_vat_code",
    "does_not_balance",
    "closed_period",
    "too_long",
    "target_unreachable",
]


def tables(language: str) -> dict[str, dict[str, str]]:
    text = (ROOT / "templates" / language / "sentences.toml").read_text("utf-8")
    return tomllib.loads(text)


@pytest.mark.feature("CF-IN-19")
@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_sentences_and_placeholders_of_dutch(language: Language) -> None:
    dutch, other = tables("nl"), tables(language)
    assert list(other) == list(dutch)
    for name, sentences in dutch.items():
        assert list(other[name]) == list(sentences), name
        for key, text in sentences.items():
            assert placeholders(other[name][key]) == placeholders(text), f"{name}.{key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_and_every_placeholder_is_a_plain_name(language: Language) -> None:
    for name, sentences in tables(language).items():
        for key, text in sentences.items():
            assert text.strip() == text and text, f"{name}.{key}"
            assert all(each.isidentifier() for each in placeholders(text)), f"{name}.{key}"


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_dutch(language: Language) -> None:
    """Whole sentences differ from Dutch; single words ("document", "label") may be the same."""
    dutch, other = tables("nl"), tables(language)
    same = [
        f"{name}.{key}"
        for name, sentences in dutch.items()
        for key, text in sentences.items()
        if " " in re.sub(r"\{\w+\}|\W+$", "", text).strip(" :") and other[name][key] == text
    ]
    assert not same


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("refusals", REFUSALS),
        ("warnings", WARNINGS),
        ("problems", PROBLEMS),
        ("statuses", [s.value for s in Status]),
        ("recognition", [s.value for s in RecognitionStatus]),
        ("sources", [s.value for s in Source]),
        ("document_classes", [c.value for c in DocumentClass]),
        ("this", [c.value for c in DocumentClass]),
        ("left_out", [r.value for r in PartRole]),
        ("verbs", [v.value for v in Verb]),
        ("help", [v.value for v in Verb]),
        ("outcomes", [v.value for v in Verb]),
        ("answers", list(VERBS)),
    ],
)
def test_everything_that_can_happen_can_be_said(name: str, wanted: list[str]) -> None:
    assert set(wanted) <= set(table("nl", name))


def test_every_offered_answer_has_a_verb_and_every_kind_of_mail_offers_some() -> None:
    assert set(OFFERED) == set(Context)
    assert {name for names in OFFERED.values() for name in names} <= set(VERBS)


def test_unknown_ids_and_missing_values_are_refused() -> None:
    for arguments in (("refusals", "no_such_thing"), ("no_such_table", "x")):
        with pytest.raises(UnknownSentenceError):
            sentence("nl", *arguments)
    with pytest.raises(UnknownSentenceError):
        sentence("nl", "refusals", "unknown_item")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Dat kan niet meer: het document is al verworpen."),
        ("fr", "Ce n'est plus possible\u00a0: le document est déjà refusé."),
        ("en", "That is no longer possible: the document is already rejected."),
        ("de", "Das geht nicht mehr: Stand des Dokuments ist schon „abgelehnt“."),
    ],
)
def test_statuses_are_said_in_words(language: Language, said: str) -> None:
    assert sentence(language, "refusals", "status_forbids", status="rejected") == said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("field", "total_incl", "bedrag"),
        ("field", "total", "bedrag"),
        ("field", "kleur", "kleur"),
        ("field", "question", "vraag"),
        ("field", "vat_breakdown", "btw"),
        ("fields", "supplier_name,total_incl", "leverancier, bedrag"),
        ("verb", "approve", "goedkeuren"),
        ("value", "1210.00", "1210,00"),
        ("value", "2026-12-15", "15/12/2026"),
        ("until", "vrijdag", "vrijdag"),
        ("value", "604000", "604000"),
        ("label", "2026-12-15", "2026-12-15"),
    ],
)
def test_values_are_said_as_people_say_them(name: str, value: str, said: str) -> None:
    assert in_words("nl", name, value) == said


def test_values_cannot_reach_into_the_program() -> None:
    said = sentence("nl", "refusals", "unknown_item", item="{0.__class__} {verb}")
    assert "{0.__class__} {verb}" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mandatory_field_has_a_word_of_its_own(language: Language) -> None:
    words = [field_name(language, name) for name in MANDATORY_FIELDS]
    assert len(set(words)) == len(words)
    assert not any("_" in word for word in words)


def test_an_id_that_outlived_its_sentence_is_still_said() -> None:
    said = sentence_or_other("nl", "warnings", "from_an_older_version", id="from_an_older_version")
    assert "from_an_older_version" in said
    known = sentence_or_other("nl", "warnings", "credit_note", id="credit_note")
    assert known == "Dit is een creditnota."


def test_every_problem_in_the_code_can_be_said() -> None:
    reasons = {
        str(keyword.value.value)
        for file in (ROOT / "connectors").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem"
        for keyword in node.keywords
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
    }
    assert reasons <= set(table("nl", "problems"))


def _refusals_in_code() -> list[tuple[str, str, frozenset[str] | None]]:
    """Return every Refused(reason, {names}) in the code; None: the values are not written out."""
    found = []
    for folder in ("mailbot", "handlers", "storage", "connectors"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                    found.extend(_refusal(file.name, node))
    return found


def _refusal(file: str, call: ast.Call) -> list[tuple[str, str, frozenset[str] | None]]:
    if not call.args or not isinstance(call.args[0], ast.Constant):
        return []
    values = call.args[1] if len(call.args) > 1 else None
    if values is None:
        return [(file, str(call.args[0].value), frozenset())]
    if not isinstance(values, ast.Dict):
        return [(file, str(call.args[0].value), None)]
    names = frozenset(str(k.value) for k in values.keys if isinstance(k, ast.Constant))
    return [(file, str(call.args[0].value), names)]


def test_every_refusal_in_the_code_can_be_said_with_the_values_it_gives() -> None:
    sentences = table("nl", "refusals")
    for file, reason, names in _refusals_in_code():
        assert reason in sentences, f"{file}: no sentence for Refused({reason!r})"
        if names is not None:
            assert placeholders(sentences[reason]) <= names, f"{file}: Refused({reason!r})"
