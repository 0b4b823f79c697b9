"""Reads what somebody looks for: words, "words in a row", a number, an amount, a day, a period."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from mailbot.domain.identifiers import read_ogm
from mailbot.domain.search import (
    ApprovalFilter,
    Phrase,
    SearchQuery,
    Term,
    amount_mark,
    day_mark,
    month_mark,
    number_mark,
    phrase_of,
    year_mark,
)
from mailbot.mail.typed_values import read_amount, read_day, read_period
from mailbot.mail.words import words

#: quotes as keyboards and mail programs make them
_QUOTED = re.compile(
    r'["\u201c\u201d\u201e\u00ab\u00bb]([^"\u201c\u201d\u201e\u00ab\u00bb]+)'
    r'["\u201c\u201d\u201e\u00ab\u00bb]'
)
#: "goedkeuring:mij"
_NAMED = re.compile(r"(\w+)\s*:\s*(\w+)")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: a day without its year is read as a part of a number
_WITH_YEAR = re.compile(r"\d{4}")
#: more say nothing new, and a database must look each of them up
_MOST_TERMS = 12


def read_search(text: str) -> SearchQuery:
    """Return what is looked for; without terms when no word says anything."""
    approval, rest = _approval(text)
    found = _read(rest)
    return replace(found, text=" ".join(text.split()), approval=approval)


def _approval(text: str) -> tuple[ApprovalFilter | None, str]:
    """Return what is asked of the approval, as in "goedkeuring:mij", and the text without it."""
    named = frozenset(words("search", "approval"))
    for said in _NAMED.finditer(text):
        if " ".join(phrase_of(said[1])) not in named:
            continue
        value = " ".join(phrase_of(said[2]))
        meant = (each for each in ApprovalFilter if value in words("search", each.value))
        if approval := next(meant, None):
            return approval, f"{text[: said.start()]} {text[said.end() :]}"
    return None, text


def _read(text: str) -> SearchQuery:
    quoted = [Term(ways=(phrase,)) for phrase in map(phrase_of, _QUOTED.findall(text)) if phrase]
    typed = _QUOTED.sub(" ", text).split()
    ignored = frozenset(words("search", "ignored"))
    said = [each for each in typed if " ".join(phrase_of(each)) not in ignored]
    # who looks for "factuur" alone means that word
    terms = (*quoted, *_terms(said or ([] if quoted else typed)))
    return SearchQuery(text=" ".join(text.split()), terms=terms[:_MOST_TERMS])


def _terms(typed: Sequence[str]) -> Iterator[Term]:
    at = 0
    while at < len(typed):
        pair = " ".join(each.strip(".") for each in typed[at : at + 2])
        together = len(typed) > at + 1 and read_period(pair) is not None
        said = pair if together else typed[at]
        at += 2 if together else 1
        if ways := tuple(dict.fromkeys(_ways(said))):
            yield Term(ways=ways)


def _ways(said: str) -> Iterator[Phrase]:
    """Yield each way in which something that was typed may stand in the index."""
    if phrase := phrase_of(said):
        yield phrase
        yield from ((mark,) for mark in _marks(said))


def _marks(said: str) -> Iterator[str]:
    if not re.search(r"\d", said):
        return
    yield number_mark(said)
    if amount := read_amount(said):
        yield amount_mark(Decimal(amount))
    if ogm := read_ogm(said):
        yield ogm
    if period := read_period(said):
        year, _, month = period.partition("-")
        yield month_mark(int(year), int(month))
    if _YEAR.fullmatch(said):
        yield year_mark(int(said))
    # every day that is read has its year: which day it is today does not count
    if _WITH_YEAR.search(said) and (day := read_day(said, date.min)):
        yield day_mark(date.fromisoformat(day))
