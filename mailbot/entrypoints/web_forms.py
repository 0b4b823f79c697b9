"""Reads a form of a page as the command that an answer with the same words would be."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from mailbot.compose.sentences import table
from mailbot.domain.command import Command, Verb
from mailbot.domain.mail import Language
from mailbot.domain.money import cents
from mailbot.recognition.grammars import find_dates, read_amount

Fields = Mapping[str, str]

_DATE_FIELDS = frozenset({"invoice_date", "due_date"})
_AMOUNT_FIELDS = frozenset({"total", "vat"})
_LONGEST_TEXT = 4000
_LONGEST_VALUE = 500


class MistakeError(ValueError):
    """The form was not filled in as it must be; the message is an id in table `mistakes`."""


def read_command(fields: Fields, language: Language, items: tuple[int, ...] = ()) -> Command:
    """Return the command of a form that was sent; `items` is the numbered line it is about.

    Raises MistakeError.
    """
    try:
        verb = Verb(fields.get("verb", ""))
    except ValueError as error:
        raise MistakeError("nothing_picked") from error
    reader = _READERS.get(verb)
    return Command(verb=verb, items=items, args=reader(fields, language) if reader else {})


def _reason(fields: Fields, _language: Language) -> dict[str, str]:
    reason = _text(fields, "reason")
    if not reason:
        raise MistakeError("no_reason")
    return {"reason": reason}


def _words(fields: Fields, _language: Language) -> dict[str, str]:
    text = _text(fields, "text")
    if not text:
        raise MistakeError("no_text")
    return {"text": text}


def _hold(fields: Fields, language: Language) -> dict[str, str]:
    how = fields.get("how", "")
    if how == "open":
        return {}
    if how != "until":
        raise MistakeError("nothing_picked")
    return {"until": _date(fields.get("until", ""), language)}


def _correction(fields: Fields, language: Language) -> dict[str, str]:
    name = fields.get("field", "").strip()
    value = " ".join(fields.get("value", "").split())[:_LONGEST_VALUE]
    if not name or not value:
        raise MistakeError("no_value")
    if name in _DATE_FIELDS:
        value = _date(value, language)
    elif name in _AMOUNT_FIELDS:
        value = _amount(value)
    elif name == "type":
        value = _document_class(value, language)
    return {"field": name, "value": value}


def _date(text: str, _language: Language) -> str:
    """Return a date as ISO; day before month, as all our readers write it."""
    found = list(find_dates(text.strip()))
    if len(found) != 1 or text[: found[0].start].strip() or text[found[0].end :].strip():
        raise MistakeError("bad_date")
    read: date = found[0].value.day
    return read.isoformat()


def _amount(text: str) -> str:
    """Return an amount as "1210.00"."""
    bare = re.sub(r"^(€|EUR)\s*|\s*(€|EUR)$", "", text.strip(), flags=re.IGNORECASE)
    is_negative = bare.startswith("-")
    read = read_amount(bare.removeprefix("-").strip())
    if read is None:
        raise MistakeError("bad_amount")
    return str(cents(-read[0] if is_negative else read[0]))


def _document_class(text: str, language: Language) -> str:
    """Return the id of a class of document that the reader names in words."""
    known = {word.casefold(): name for name, word in table(language, "document_classes").items()}
    return known.get(text.casefold(), text)


def _text(fields: Fields, name: str) -> str:
    return fields.get(name, "").replace("\r\n", "\n").strip()[:_LONGEST_TEXT]


_READERS: dict[Verb, Callable[[Fields, Language], dict[str, str]]] = {
    Verb.REJECT: _reason,
    Verb.QUESTION: _words,
    Verb.REMARK: _words,
    Verb.HOLD: _hold,
    Verb.CORRECT: _correction,
}
