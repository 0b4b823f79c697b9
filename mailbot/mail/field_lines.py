"""Reads `field: value`, booking lines, and sentences that say what a field must be."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from mailbot.domain.command import Command, Verb
from mailbot.domain.identifiers import read_vat_number
from mailbot.mail.phrase_book import index_of, match, phrases_with_names
from mailbot.mail.tokens import tokenize
from mailbot.mail.typed_values import read_day, read_period, read_sum
from mailbot.mail.verbs import mentions_decision
from mailbot.mail.words import fold_line, list_names, words

#: lines are matched without the spaces around them: two runs of spaces beside one another make an
#: expression take quadratic time on a line that is nothing but spaces
_FIELD = re.compile(r"(?:[-*\u2022]\s*)?([^:=\d\s][^:=]{0,40}?)\s*[:=]\s*(\S.*)")
#: "sjabloon 2": a choice needs no colon
_CHOICE = re.compile(r"(?:[-*\u2022]\s*)?([^\W\d]+)\s+(\d{1,2})\s*\.?\s*$")
_AMOUNT = r"-?\d[\d.,' \u00a0\u202f]*(?:[+*x-]\s*\d[\d.,' \u00a0\u202f]*(?:%\s*)?)*"
_VAT_CODE = r"[A-Za-z][\w+/.%-]{0,11}|\d{1,2}\s?%"
_REST = rf"(\d{{3,10}})\s+({_AMOUNT})(?:\s+({_VAT_CODE}))?(?:\s+(.+?))?\s*$"
_BOOK = re.compile(rf"\s*(\d{{1,3}})\s*[:.)]\s*{_REST}")
_ADD = re.compile(rf"\s*\+\s*{_REST}")
_REMOVE = re.compile(r"\s*[-\u2013]\s*(\d{1,3})\s*$")
_QUOTES = "\"'\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019 "
_VAT = re.compile(r"[A-Z]{2}\d{8,12}|NL\d{9}B\d{2}")
#: "21", "5,5": no currency and no cents
_RATE = re.compile(r"\d{1,2}(?:[.,]\d)?")
#: no country of the Union has a higher rate (Hungary)
_HIGHEST_RATE = 27
_LONGEST_FIELD = 4
#: letters of a booking line with its text
_LONGEST_BOOKING = 500
#: words of ", not 3 December 2026"
_LONGEST_DENIAL = 6
_DATES = frozenset({"due_date", "invoice_date"})
_AMOUNTS = frozenset({"total", "vat"})


def read_booking_line(line: str) -> Command | None:
    """Return what a line such as `1: 604000 1700,00 H21 "laptop"`, `+ …` or `- 2` asks."""
    if len(line) > _LONGEST_BOOKING:
        return None
    if match := _BOOK.fullmatch(line):
        return _booked(Verb.BOOK, match.groups()[1:], line=match[1])
    if match := _ADD.fullmatch(line):
        return _booked(Verb.ADD_LINE, match.groups())
    if match := _REMOVE.fullmatch(line):
        return Command(verb=Verb.REMOVE_LINE, args={"line": match[1]})
    return None


def _booked(verb: Verb, parts: Sequence[str | None], line: str = "") -> Command | None:
    account, amount, vat_code, text = (part or "" for part in parts)
    value = read_sum(amount)
    if value is None:
        return None
    args = {
        "line": line,
        "account": account,
        "amount": value,
        "vat_code": vat_code.replace(" ", ""),
        "text": text.strip(_QUOTES),
    }
    return Command(verb=verb, args={name: told for name, told in args.items() if told})


def read_field_line(line: str, sent_on: date) -> Command | None:
    """Return the correction that `field: value` asks, None if the line is none."""
    match = _FIELD.fullmatch(line.strip()) or _CHOICE.fullmatch(line.strip())
    if match is None:
        return None
    field = find_field(match[1])
    if match.re is _CHOICE and field != "template":
        return None
    value = read_value(field, match[2], sent_on) if field else None
    return _correct(field, value) if value is not None else None


def names_field(line: str) -> bool:
    """Whether it is `field: …` of a known field, whatever the value."""
    match = _FIELD.fullmatch(line.strip())
    return match is not None and bool(find_field(match[1]))


def read_field_sentence(sentence: str, sent_on: date, *, by_is: bool) -> Command | None:
    """Return the correction in "the due date must be 15/12", None if it is none.

    `by_is`: "the due date is 15/12" corrects, too; it does so where a proposal is reviewed.
    """
    plain = sentence.strip(" .!")
    bare = _read_bare_field(plain, sent_on) if by_is else None
    if bare is not None:
        return bare
    links = [*words("corrections", "must"), *(words("corrections", "is") if by_is else ())]
    for link in sorted(links, key=len, reverse=True):
        match = re.fullmatch(rf"(.{{2,45}}?)\s+{re.escape(link)}\s+(.+)", fold_line(plain))
        if match is None:
            continue
        field = find_field(_without_article(match[1]))
        if not field:
            continue
        told = _without_tail(_without_denied(_original(plain, match[2])))
        value = read_value(field, told, sent_on)
        if value is not None and _is_sure(field, value):
            return _correct(field, value)
    return None


def _read_bare_field(sentence: str, sent_on: date) -> Command | None:
    """Read "vervaldag 15/12": a field and a sure value, and nothing else."""
    cut = sentence.split()
    for count in range(1, min(_LONGEST_FIELD, len(cut) - 1) + 1):
        field = find_field(_without_article(fold_line(" ".join(cut[:count]))))
        value = read_value(field, " ".join(cut[count:]), sent_on) if field else None
        if value is not None and field in _DATES | _AMOUNTS | {"period"}:
            return _correct(field, value)
    return None


def _original(plain: str, folded: str) -> str:
    """Return the end of `plain` that reads as `folded`: values keep their letters."""
    found = plain.split()
    count = len(folded.split())
    return " ".join(found[-count:])


def _without_denied(text: str) -> str:
    """Return "3 november" of "3 november, niet 3 december"."""
    for gap in re.finditer(r",?\s+", text):
        tokens = tokenize(text[gap.end() :])
        joined = match(index_of("grammar", "and"), tokens, 0)
        if match(index_of("doubt", "negations"), tokens, joined):
            return text[: gap.start()] if len(tokens) <= _LONGEST_DENIAL else text
    return text


def _without_article(text: str) -> str:
    for article in words("corrections", "articles"):
        glue = "" if article.endswith("'") else " "
        if text.startswith(article + glue):
            return text[len(article + glue) :]
    return text


def _without_tail(text: str) -> str:
    for tail in words("corrections", "tails"):
        if fold_line(text).endswith(f" {tail}"):
            return text[: -len(tail) - 1].strip()
    return text


def _is_sure(field: str, value: str) -> bool:
    """In a sentence only values whose form leaves no doubt: "the supplier is wrong" has none."""
    if field == "supplier":
        return bool(_compact_vat(value))
    return field in _DATES | _AMOUNTS | {"period"} or (
        field == "invoice_number" and any(c.isdigit() for c in value) and " " not in value
    )


def _compact_vat(text: str) -> str:
    """Return what has the form of a VAT number in its usual spelling, "" if it has not."""
    compact = re.sub(r"[\s.]", "", text).upper()
    return read_vat_number(text) or (compact if _VAT.fullmatch(compact) else "")


def find_field(name: str) -> str:
    """Return the field that people call `name`, "" if there is none."""
    plain = fold_line(name).strip(" .*-")
    return next((field for phrase, field in phrases_with_names("fields") if phrase == plain), "")


def read_value(field: str, text: str, sent_on: date) -> str | None:
    """Return the value as commands carry it, None if it cannot be one of this field."""
    text = text.strip(_QUOTES)
    if field in _DATES:
        return read_day(text, sent_on)
    reader = _READERS.get(field, _read_text)
    return reader(text)


def _read_name(text: str) -> str | None:
    return _compact_vat(text) or _read_text(text)


def _read_vat_amount(text: str) -> str | None:
    """Return an amount of VAT; "21" is more often a rate, and a clerk would ask."""
    plain = text.strip()
    rate = Decimal(plain.replace(",", ".")) if _RATE.fullmatch(plain) else Decimal(0)
    is_rate = 0 < rate <= _HIGHEST_RATE
    return None if is_rate else read_sum(text)


def _read_type(text: str) -> str | None:
    plain = fold_line(text)
    return next((n for n in list_names("values") if plain in words("values", n)), None)


def _read_choice(text: str) -> str | None:
    """Return the number of one of a list."""
    plain = text.strip(" .")
    return str(int(plain)) if re.fullmatch(r"\d{1,2}", plain, re.ASCII) else None


def _read_account(text: str) -> str | None:
    return "".join(text.split()).upper()


def _read_text(text: str) -> str | None:
    """Take any words but a question or a second order on the same line."""
    return None if "?" in text or mentions_decision(tokenize(text)) else text


_READERS: dict[str, Callable[[str], str | None]] = {
    "total": read_sum,
    "vat": _read_vat_amount,
    "period": read_period,
    "supplier": _read_name,
    "customer": _read_name,
    "type": _read_type,
    "iban": _read_account,
    "template": _read_choice,
}


def _correct(field: str, value: str) -> Command:
    return Command(verb=Verb.CORRECT, args={"field": field, "value": value})
