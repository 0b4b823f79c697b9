"""Looks single sentences up in a language: refusals, warnings, doubts, names of things."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from string import Formatter
from types import MappingProxyType

from mailbot.compose.wording import day, plain_amount
from mailbot.domain.errors import MailbotError
from mailbot.domain.mail import Language

#: placeholders whose values are ids themselves, and the table that says them in words
_NAMED_THINGS = {
    "status": "statuses",
    "to_status": "statuses",
    "payment_status": "payment_statuses",
    "verb": "verbs",
    "warning": "warnings",
}
_FIELD_LISTS = frozenset({"field", "fields"})
#: placeholders whose values are arguments of a command
_TYPED = frozenset({"until", "value", "amount", "open", "day"})

#: names of `Invoice` fields whose everyday word is listed under another id in table `fields`
_FIELD_IDS = {
    "supplier_name": "supplier",
    "customer_name": "customer",
    "total_incl": "total",
    "vat_total": "vat",
    "payment_reference": "communication",
    "vat_breakdown": "vat",
}


class UnknownSentenceError(MailbotError):
    """There is no such sentence, or it needs a value that was not given."""


@cache
def table(language: Language, name: str) -> Mapping[str, str]:
    """Return all sentences of one table, by id. Raises UnknownSentenceError."""
    try:
        return MappingProxyType(_tables(language)[name])
    except KeyError:
        raise UnknownSentenceError(f"{language}: no table {name!r}") from None


def sentence(language: Language, table_name: str, sentence_id: str, /, **values: object) -> str:
    """Return a sentence of `templates/<language>/sentences.toml` with its values filled in.

    A value called status, verb, field or fields (joined by commas) is an id and is said in words;
    one called until or value is an argument of a command and is written as the reader does.
    Raises UnknownSentenceError.
    """
    try:
        pattern = table(language, table_name)[sentence_id]
        said = {name: in_words(language, name, value) for name, value in values.items()}
        return pattern.format_map(said)
    except KeyError as error:
        raise UnknownSentenceError(f"{language}: {table_name}.{sentence_id}: no {error}") from None


def field_name(language: Language, name: str) -> str:
    """Return the everyday word for a field, or for a verb that is corrected by its own name.

    An unknown name comes back as it is: somebody typed it.
    """
    words = {**table(language, "verbs"), **table(language, "fields")}
    return words.get(_FIELD_IDS.get(name, name), name)


def sentence_or_other(
    language: Language, table_name: str, sentence_id: str, /, **values: object
) -> str:
    """Return a sentence whose id comes from stored data, which may be older than the sentences.

    An unknown id is said by the sentence `other` of the table. Raises UnknownSentenceError.
    """
    known = sentence_id if sentence_id in table(language, table_name) else "other"
    return sentence(language, table_name, known, **values)


def placeholders(pattern: str) -> frozenset[str]:
    """Return the names that a sentence wants filled in."""
    return frozenset(name for _, name, _, _ in Formatter().parse(pattern) if name is not None)


@cache
def _tables(language: Language) -> dict[str, dict[str, str]]:
    text = (files("templates") / language / "sentences.toml").read_text("utf-8")
    return tomllib.loads(text)


def in_words(language: Language, name: str, value: object) -> str:
    """Return the value of a placeholder called `name` as the reader says or writes it."""
    text = str(value)
    if name in _FIELD_LISTS:
        return ", ".join(field_name(language, part.strip()) for part in text.split(","))
    if name in _NAMED_THINGS:
        return table(language, _NAMED_THINGS[name]).get(text, text)
    return _localised(language, text) if name in _TYPED else text


def _localised(language: Language, text: str) -> str:
    """Return an argument of a command (amounts 1210.00, dates ISO) as the reader writes it."""
    if re.fullmatch(r"-?\d+\.\d\d", text):
        return plain_amount(Decimal(text), language)
    try:
        return day(date.fromisoformat(text), language)
    except ValueError:
        return text
