"""Finds the phrases of the word tables in a list of words."""

from collections.abc import Sequence
from functools import cache

from mailbot.mail.tokens import Token, phrase_tokens
from mailbot.mail.words import list_names, words

#: first word -> (words, name), the longest first
Index = dict[str, list[tuple[tuple[str, ...], str]]]


@cache
def index_of(table: str, name: str = "") -> Index:
    """Return the phrases of `table` (all of it, or the list `name`) by their first word."""
    pairs = phrases_with_names(table) if not name else [(one, name) for one in words(table, name)]
    found: Index = {}
    for phrase, key in pairs:
        cut = phrase_tokens(phrase)
        if cut:
            found.setdefault(cut[0], []).append((cut, key))
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return found


@cache
def phrases_with_names(table: str) -> tuple[tuple[str, str], ...]:
    """Return every phrase of `table` with each name it stands under."""
    return tuple((phrase, name) for name in list_names(table) for phrase in words(table, name))


def match_all(index: Index, tokens: Sequence[Token], at: int) -> list[tuple[str, int]]:
    """Return (name, length) of every phrase that stands at `at`, the longest first."""
    if at >= len(tokens):
        return []
    return [
        (name, len(cut))
        for cut, name in index.get(tokens[at].text, ())
        if len(cut) <= len(tokens) - at
        and all(tokens[at + i].text == word for i, word in enumerate(cut))
    ]


def match(index: Index, tokens: Sequence[Token], at: int) -> int:
    """Return the length of the longest phrase at `at`, 0 if none stands there."""
    found = match_all(index, tokens, at)
    return found[0][1] if found else 0


def contains(index: Index, tokens: Sequence[Token]) -> bool:
    """Whether a phrase stands anywhere in `tokens`."""
    return any(match(index, tokens, at) for at in range(len(tokens)))


def has(table: str, name: str, tokens: Sequence[Token]) -> bool:
    """Whether a phrase of the list `name` in `table` stands anywhere in `tokens`."""
    return contains(index_of(table, name), tokens)
