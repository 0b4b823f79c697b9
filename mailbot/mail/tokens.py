"""Cuts a sentence into words and separators that remember where they stood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mailbot.mail.words import fold_line

_TOKEN = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an address
    r"|\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})\b|\d{4}-\d{2}-\d{2}\b"
    r"|\d[\d.,/\u00a0\u202f]*\d|\d"  # a number, an amount, a date
    r"|(?:[^\W\d_]\.){2,}"  # a.u.b.
    r"|[^\W\d_]{1,6}['\u2019`\u00b4](?=[^\W\d_])"  # d'accord, l'iban
    r"|[^\W\d_]+(?:-[^\W\d_]+)*"
    r"|[,;:()\u2026/+%&*?!\u2013\u2014-]|\.{2,}"
)
_CONTRACTIONS = {
    "n't": "not",
    "'ll": "will",
    "'m": "am",
    "'ve": "have",
    "'re": "are",
    "'s": "is",
    "'d": "would",
}
_CONTRACTED = re.compile(r"(?i)(?:n['\u2019]t|['\u2019](?:ll|m|ve|re|s|d))\b")
#: what parts clauses
SEPARATORS = frozenset({",", ";", ":", "-", "\u2013", "\u2014", "(", ")", "!", "."})


@dataclass(frozen=True)
class Token:
    """One word, folded, and its place in the text it was cut from."""

    text: str
    start: int
    end: int
    #: whether it was typed with a capital
    is_capital: bool = False


def tokenize(text: str) -> list[Token]:
    """Return the words and separators of `text`; "don't" becomes "do", "not"."""
    found: list[Token] = []
    at = 0
    for match in _CONTRACTED.finditer(text):
        full = _CONTRACTIONS.get(match[0].lower().replace("\u2019", "'"))
        if full is None or not _is_english(text, match.start()):
            continue
        found += _cut(text, at, match.start())
        found.append(Token(full, match.start(), match.end()))
        at = match.end()
    return found + _cut(text, at, len(text))


def _is_english(text: str, at: int) -> bool:
    """Keep "l'm…" and "d's" of other languages whole: something must stand in front."""
    return at > 0 and text[at - 1].isalpha() and not text[:at].lower().endswith((" d", " l"))


def _cut(text: str, start: int, end: int) -> list[Token]:
    return [
        Token(
            fold_line(match[0]).replace("`", "'").rstrip(".") or "\u2026",
            match.start(),
            match.end(),
            match[0][:1].isupper(),
        )
        for match in _TOKEN.finditer(text, start, end)
    ]


@cache
def phrase_tokens(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase of the tables."""
    if phrase.endswith("'"):  # "l'" is a word only in front of another
        return tuple(token.text for token in tokenize(f"{phrase}x"))[:-1]
    return tuple(token.text for token in tokenize(phrase))


def texts(tokens: Sequence[Token]) -> list[str]:
    """Return only the words."""
    return [token.text for token in tokens]
