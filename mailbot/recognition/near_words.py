"""Finds the known word that a misread word was: "Factuunurimer" is "factuurnummer".

Known are the words of labels.toml and words.toml. Letters that scans confuse count as the same;
of other letters few may differ, and no two known words may be as near.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from mailbot.recognition.vocabulary import LABELS, WORDS, compact, folded

#: letters of a word that can be told from others when some of them are wrong
_MIN_LETTERS = 5
#: letters per letter that may differ
_LETTERS_PER_ERROR = 6
#: doubts from which letters that look alike are taken for one another, and others, too
_LITTLE_DOUBT, _DOUBT = 0.05, 0.2
#: letters that look alike on a scan, longest first; both sides of a comparison are simplified so
_ALIKE = (
    ("iii", "m"), ("rn", "m"), ("nn", "m"), ("ri", "m"), ("ni", "m"), ("in", "m"), ("mn", "m"),
    ("vv", "w"), ("ii", "u"), ("0", "o"), ("1", "i"), ("l", "i"), ("5", "s"), ("8", "b"),
    ("6", "b"), ("9", "g"), ("2", "z"), ("|", "i"), ("!", "i"), ("q", "g"),
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _known() -> dict[str, str]:
    """Return folded word -> word as it is written, in lower case."""
    return {
        folded(word): word.lower()
        for text in _texts((LABELS, WORDS))
        for word in _WORD.findall(text)
        if len(word) >= _MIN_LETTERS
    }


def _texts(value: Any) -> Iterator[str]:
    """Yield every string in tables of words, the names of their entries left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)


@cache
def _by_edge() -> dict[str, list[tuple[str, str]]]:
    """Return the known words, simplified and as written, by how they begin and how they end."""
    edges: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for plain, written in _known().items():
        simple = _simplified(plain)
        edges["<" + simple[:2]].append((simple, written))
        edges[simple[-2:] + ">"].append((simple, written))
    return dict(edges)


def is_known(word: str) -> bool:
    """Tell whether a word is known as it is, with or without a number or a mark in it."""
    return compact(word).rstrip("0123456789") in _known()


def find_near_word(word: str, doubt: float) -> str | None:
    """Return the known word that `word` was misread from, in lower case; None when unsure.

    `doubt`, 0.0 to 1.0, is how unsure the reading is: a sure word is another word, not a misread
    one.
    """
    if len(word) < _MIN_LETTERS or doubt < _LITTLE_DOUBT or is_known(word):
        return None
    return _nearest(word, may_differ=doubt >= _DOUBT)


@lru_cache(maxsize=4096)
def _nearest(word: str, *, may_differ: bool) -> str | None:
    simple = _simplified(folded(word))
    limit = len(simple) // _LETTERS_PER_ERROR if may_differ else 0
    candidates = {
        written: distance
        for edge in ("<" + simple[:2], simple[-2:] + ">")
        for other, written in _by_edge().get(edge, ())
        if (distance := _distance(simple, other, limit)) <= limit
    }
    if not candidates:
        return None
    least = min(candidates.values())
    nearest = [written for written, distance in candidates.items() if distance == least]
    return nearest[0] if len(nearest) == 1 else None


def _simplified(word: str) -> str:
    for many, one in _ALIKE:
        word = word.replace(many, one)
    return word


def _distance(one: str, other: str, limit: int) -> int:
    """Return how many letters differ (Levenshtein), or more than `limit` as soon as it is more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, wanted in enumerate(other, 1):
            change = above[column - 1] + (letter != wanted)
            here.append(min(change, above[column] + 1, here[-1] + 1))
        if min(here) > limit:
            return limit + 1
        above = here
    return above[-1]
