"""Reads a form of a page as the command that an answer with the same words would be."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from mailbot.domain.command import Command, Verb
from mailbot.mail.field_lines import read_value
from mailbot.mail.typed_values import read_day

Fields = Mapping[str, str]

#: what is said when the value of a field cannot be read
_MISTAKES = {
    "invoice_date": "bad_date",
    "due_date": "bad_date",
    "total": "bad_amount",
    "vat": "bad_amount",
}
_LONGEST_TEXT = 4000
_MOST_FIELDS = 30
_LONGEST_VALUE = 500
#: fields that hold codes; they are kept nowhere
_CODES = frozenset({"code", "typed_code"})


async def sent_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form that was sent; files are left out."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


Sent = Annotated[dict[str, str], Depends(sent_fields)]


class MistakeError(ValueError):
    """The form was not filled in as it must be; the message is an id in table `mistakes`."""


def read_command(fields: Fields, today: date, items: tuple[int, ...] = ()) -> Command:
    """Return the command of a form that was sent; `items` is the numbered line it is about.

    `today` gives dates without a year their year. Raises MistakeError.
    """
    try:
        verb = Verb(fields.get("verb", ""))
    except ValueError as error:
        raise MistakeError("nothing_picked") from error
    reader = _READERS.get(verb)
    return Command(verb=verb, items=items, args=reader(fields, today) if reader else {})


def is_confirming(fields: Fields) -> bool:
    """Whether a form brings the code of the mail that asks to confirm what was asked before."""
    return fields.get("waits") == "code"


def post_record(request: Request, fields: Fields) -> dict[str, str]:
    """Return what the audit log keeps of a form that was sent: its fields, and from where."""
    return {
        **{f"field_{name}": value for name, value in fields.items() if name not in _CODES},
        "client": request.client.host if request.client else "",
        "forwarded_for": request.headers.get("x-forwarded-for", ""),
        "user_agent": request.headers.get("user-agent", "")[:_LONGEST_VALUE],
    }


def _confirmation(fields: Fields, _today: date) -> dict[str, str]:
    """Read the code of the mail or of an app; in a known browser its link is enough."""
    code = _text(fields, "typed_code")
    if is_confirming(fields) and not code:
        raise MistakeError("code_missing")
    return {"code": code} if code else {}


def _reason(fields: Fields, _today: date) -> dict[str, str]:
    reason = _text(fields, "reason")
    if not reason:
        raise MistakeError("no_reason")
    return {"reason": reason}


def _words(fields: Fields, _today: date) -> dict[str, str]:
    text = _text(fields, "text")
    if not text:
        raise MistakeError("no_text")
    return {"text": text}


def _hold(fields: Fields, today: date) -> dict[str, str]:
    how = fields.get("how", "")
    if how == "open":
        return {}
    if how != "until":
        raise MistakeError("nothing_picked")
    until = read_day(fields.get("until", ""), today)
    if until is None:
        raise MistakeError("bad_date")
    return {"until": until}


def _correction(fields: Fields, today: date) -> dict[str, str]:
    """Read the value as `field: value` in an answer is read; the rules say if it can be right."""
    name = fields.get("field", "").strip()
    typed = " ".join(fields.get("value", "").split())[:_LONGEST_VALUE]
    if not name or not typed:
        raise MistakeError("no_value")
    value = read_value(name, typed, today)
    if value is None and name in _MISTAKES:
        raise MistakeError(_MISTAKES[name])
    return {"field": name, "value": typed if value is None else value}


def _text(fields: Fields, name: str) -> str:
    return fields.get(name, "").replace("\r\n", "\n").strip()[:_LONGEST_TEXT]


_READERS: dict[Verb, Callable[[Fields, date], dict[str, str]]] = {
    Verb.CONFIRM: _confirmation,
    Verb.REJECT: _reason,
    Verb.QUESTION: _words,
    Verb.REMARK: _words,
    Verb.HOLD: _hold,
    Verb.CORRECT: _correction,
}
