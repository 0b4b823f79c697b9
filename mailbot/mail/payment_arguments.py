"""Reads what is chosen of a payment: "op 30/5", "bedrag 250", "van kbc", "zonder mededeling".

Words stand in table `payment_words` of templates/words; every word must be understood.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from mailbot.domain.identifiers import read_iban, read_ogm
from mailbot.mail.coming_days import read_coming_day
from mailbot.mail.typed_values import read_amount, read_day
from mailbot.mail.words import fold_line, words

#: behind this nobody means a payment: a line of an order is short
LONGEST_ORDER = 400
#: words of "Monday 30 November 2026", of "EUR 1 250,00 euro", of an IBAN in its groups
_LONGEST_DAY, _LONGEST_AMOUNT, _LONGEST_ACCOUNT = 4, 4, 9
#: a day that was missed by no more than this is meant, and none of next year
_MISSED_DAYS = 60
_YEAR = re.compile(r"\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_MARKS = " \t:,.!;"
_OGM = re.compile(r"[+*]{0,3}\s?\d{3}[ /.]?\d{4}[ /.]?\d{5}\s?[+*]{0,3}(?![\d/])")
_QUOTED = re.compile(
    '["\u201c\u201d\u201e\u00ab]([^"\u201c\u201d\u201e\u00bb]+)["\u201c\u201d\u00bb]'
)
_ALIAS = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
#: without a currency or cents a short number may be the line of a list, or a day
_PLAIN_AMOUNT = re.compile(
    r"\d{3,}|\d{1,3}(?:[.' ]\d{3})+|.*[.,]\d\d|.*(?:\u20ac|eur).*", re.IGNORECASE
)


@dataclass
class Words:
    """The words of one order, and how far they are read."""

    text: str
    at: int = 0
    args: dict[str, str] = field(default_factory=dict)
    #: what may stand in it without a word in front: amount, date
    bare: frozenset[str] = frozenset()
    #: whether its day lies behind: it says when something was paid
    is_past: bool = False

    def __post_init__(self) -> None:
        self.found = list(re.finditer(r"\S+", self.text))
        self.plain = [fold_line(one[0]).strip(_MARKS) for one in self.found]

    @property
    def is_read(self) -> bool:
        """Whether no word is left."""
        return self.at >= len(self.found)

    def count(self, table: str, name: str) -> int:
        """Return how many words of a phrase stand here, 0 when none of the list does."""
        for phrase in words(table, name):
            cut = phrase.split()
            if self.plain[self.at : self.at + len(cut)] == cut:
                return len(cut)
        return 0

    def step(self, name: str) -> bool:
        """Step over a phrase of table `payment_words`; whether one stood here."""
        length = self.count("payment_words", name)
        self.at += length
        return bool(length)

    def span(self, length: int) -> str:
        """Return the next `length` words as they were typed."""
        last = self.found[self.at + length - 1]
        return self.text[self.found[self.at].start() : last.end()].strip(_MARKS)

    @property
    def rest(self) -> str:
        """All that is left."""
        return self.text[self.found[self.at].start() :].strip() if not self.is_read else ""

    def longest(self, most: int, read: Callable[[str], str | None]) -> str | None:
        """Return the value of the most words that are one, and step over them."""
        for length in range(min(most, len(self.found) - self.at), 0, -1):
            value = read(self.span(length))
            if value is not None:
                self.at += length
                return value
        return None


def read_arguments(line: Words, sent_on: date) -> dict[str, str] | None:
    """Return what the rest of an order chooses, None when a word of it is not understood."""
    while not line.is_read:
        before, known = line.at, set(line.args)
        found = _one(line, sent_on)
        if found is None or known & set(found) or line.at == before:
            return None
        line.args.update(found)
    return line.args


def _one(line: Words, sent_on: date) -> dict[str, str] | None:
    """Read one argument, {} for a word that changes nothing, None for one that is unknown."""
    found = _fixed(line) or _led(line, sent_on) or _bare(line, sent_on)
    if found:
        return found
    if line.step("next"):
        return {"next": "yes"}
    return {} if line.step("please") or _skip(line) else None


def _fixed(line: Words) -> dict[str, str]:
    """Read what is said in fixed words: now, on the due date, without communication."""
    for name, (argument, value) in _FIXED.items():
        if line.step(name):
            return {argument: value}
    return {}


def _led(line: Words, sent_on: date) -> dict[str, str]:
    """Read what stands behind the word that says what it is."""
    for name, reader in _READERS.items():
        begin = line.at
        if line.step(name) and (found := reader(line, sent_on)):
            return found
        line.at = begin
    return {}


def _skip(line: Words) -> bool:
    """Step over what is a mark and no word."""
    is_mark = not line.plain[line.at]
    line.at += is_mark
    return is_mark


def _bare(line: Words, sent_on: date) -> dict[str, str]:
    """Read a day or an amount without the word that says what it is."""
    if "date" in line.bare and (found := _day(line, sent_on)):
        return found
    if "amount" not in line.bare:
        return {}
    amount = line.longest(
        _LONGEST_AMOUNT, lambda text: read_amount(text) if _PLAIN_AMOUNT.fullmatch(text) else None
    )
    return {"amount": amount} if amount else {}


def _amount(line: Words, _sent_on: date) -> dict[str, str] | None:
    amount = line.longest(_LONGEST_AMOUNT, read_amount)
    return {"amount": amount} if amount else None


def _day(line: Words, sent_on: date) -> dict[str, str] | None:
    def read(text: str) -> str | None:
        full = read_day(text, sent_on)
        if full is not None or not text[:1].isalpha():
            return _meant(full, text, sent_on, is_past=line.is_past) if full else None
        coming = read_coming_day(text, sent_on)
        return coming.isoformat() if coming else None

    day = line.longest(_LONGEST_DAY, read)
    return {"date": day} if day else None


def _meant(day: str, text: str, sent_on: date, *, is_past: bool) -> str:
    """Return the day in the year that is meant where none was typed.

    What was paid lies behind. What is to be paid lies ahead: a day of the last weeks is one that
    was missed, and pays at once; one long ago is that of next year.
    """
    found = date.fromisoformat(day)
    if _YEAR.search(text):
        return day
    if is_past and found > sent_on:
        return _in_year(found, -1)
    is_long_ago = not is_past and (sent_on - found).days > _MISSED_DAYS
    return _in_year(found, 1) if is_long_ago else day


def _in_year(day: date, change: int) -> str:
    """Return the same day of another year; 29 February becomes the 28th."""
    length = monthrange(day.year + change, day.month)[1]
    return day.replace(year=day.year + change, day=min(day.day, length)).isoformat()


def _account(line: Words, _sent_on: date) -> dict[str, str] | None:
    iban = line.longest(_LONGEST_ACCOUNT, read_iban)
    if iban:
        return {"account": iban}
    if line.is_read or not _ALIAS.fullmatch(line.span(1)):
        return None
    alias = line.span(1)
    line.at += 1
    return {"account": alias}


def _communication(line: Words, _sent_on: date) -> dict[str, str] | None:
    """Read an OGM or what stands in quotes, and go on behind it; else all the rest."""
    rest = line.rest
    for pattern in (_OGM, _QUOTED):
        if found := pattern.match(rest):
            said = found[1] if pattern is _QUOTED else found[0]
            line.at += len(found[0].split())
            return {"communication": read_ogm(said) or said.strip()}
    line.at = len(line.found)
    return {"communication": rest.strip(" .:")} if rest.strip(" .:") else None


def _named(name: str) -> Callable[[Words, date], dict[str, str] | None]:
    """Take all the rest for a name that somebody gave: of a rule."""

    def read(line: Words, _sent_on: date) -> dict[str, str] | None:
        rest = line.rest.strip(" .:\"'")
        line.at = len(line.found)
        return {name: rest} if rest else None

    return read


def _via(line: Words, _sent_on: date) -> dict[str, str] | None:
    if line.is_read:
        return None
    name = line.plain[line.at]
    line.at += 1
    return {"via": name}


#: list of table `payment_words` -> what it says
_FIXED = {
    "now": ("date", "now"),
    "due": ("date", "due"),
    "without_communication": ("communication", ""),
}
#: list of table `payment_words` -> what is read behind one of its phrases
_READERS: dict[str, Callable[[Words, date], dict[str, str] | None]] = {
    "communication": _communication,
    "amount": _amount,
    "rule": _named("rule"),
    "via": _via,
    "on": _day,
    "from": _account,
}
