"""Reads the tables of words (labels.toml, words.toml) and folds words: spelling is no matter."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_PACKAGE = "mailbot.recognition"
#: letters of the longest text whose folded form is kept
_LONGEST_KEPT = 100
_FOLDED = str.maketrans({"°": "o", "º": "o", "ß": "ss", "ø": "o", "œ": "oe", "æ": "ae", "№": "no"})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(_PACKAGE) / name).read_text(encoding="utf-8"))


#: months, terms, legal forms, kinds of paper, currencies
WORDS: dict[str, Any] = _read("words.toml")
#: kind of label -> {"strong": words, "weak": words}
LABELS: dict[str, dict[str, list[str]]] = _read("labels.toml")


def _titles() -> str:
    """Return the pattern of the titles of an invoice that are one word, the longest first."""
    words = (w for group in ("invoice", "credit_note") for w in WORDS["paper"][group])
    return "|".join(sorted({w for w in words if w.isalpha() and len(w) > 5}, key=len)[::-1])


#: the title of an invoice to which its number is glued: "FACTUUR2026-114", "RECHNUNGR2114"
GLUED_TITLE = re.compile(rf"(?:{_titles()})(?=[a-z]{{0,4}}\d)")
_TOKEN = re.compile(rf"#|{GLUED_TITLE.pattern}|[a-z0-9]+")


def folded(text: str) -> str:
    """Return `text` in lower case without accents."""
    return _folded_word(text) if len(text) <= _LONGEST_KEPT else _fold(text)


# bounded, and of short texts only: a worker folds the words of all documents of its life
@lru_cache(maxsize=8192)
def _folded_word(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    lower = text.lower().translate(_FOLDED)
    return "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """Return the folded words of `text` without punctuation; `#` counts as a word."""
    return _TOKEN.findall(folded(text))


def compact(text: str) -> str:
    """Return the folded words of `text` in one piece: "Factuur-Nr." is "factuurnr", too."""
    return "".join(tokens(text))


@cache
def compacted(group: str, key: str = "words") -> frozenset[str]:
    """Return a list of words.toml in one piece each."""
    return frozenset(compact(word) for word in WORDS[group][key])
