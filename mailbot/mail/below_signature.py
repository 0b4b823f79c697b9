"""Tells words that a person typed below a signature from contact details and slogans."""

import re

from mailbot.mail.phrase_book import has, index_of, match
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verbs import find_verb
from mailbot.mail.words import list_names

#: an address, a site, a telephone number: a line of a card
_CONTACT = re.compile(r"@|www\.|https?:|\+?\d[\d ()/.-]{7,}\d")

_LIMITING = ("conditions", "negations", "partial", "discrepancy", "postponed", "hedges")


def limits_below(text: str) -> bool:
    """Whether a line of `text`, which stood below a signature, limits what stands above it."""
    return any(_limits(line) for line in text.split("\n"))


def begins_with_decision(line: str) -> bool:
    """Whether `line` begins with a verb that approves or refuses, or limits one."""
    return begins_with_verb(line) or _limits(line)


def begins_with_agreement(line: str) -> bool:
    """Whether `line` begins like a short answer: an order, or a word such as "ok" or "no"."""
    tokens = tokenize(line)
    name = find_verb(tokens, 0, frozenset())[0] if tokens else ""
    return name in {"approve", "reject", "approve_weak"} or bool(
        match(index_of("numbered_verbs"), tokens, 0)
    )


def begins_with_verb(line: str) -> bool:
    """Whether `line` begins with a verb that approves or refuses."""
    return _decides(tokenize(line), 0)


def names_decision(line: str) -> bool:
    """Whether a word that approves or refuses stands anywhere in `line`."""
    tokens = tokenize(line)
    return any(_decides(tokens, at) for at in range(len(tokens)))


def _decides(tokens: list[Token], at: int) -> bool:
    return bool(tokens) and find_verb(tokens, at, frozenset())[0] in {"approve", "reject"}


def _limits(line: str) -> bool:
    tokens = tokenize(line)
    if not tokens or _CONTACT.search(line) or has("mail", "card_lines", tokens):
        return False
    if match(index_of("doubt", "contrast"), tokens, 0):
        return True
    begins = any(match(index_of("doubt", name), tokens, 0) for name in _LIMITING)
    if begins and line.lstrip()[:1].islower():
        return True
    is_about = has("doubt", "matters", tokens) or any(
        has("fields", name, tokens) for name in list_names("fields")
    )
    return is_about and any(has("doubt", name, tokens) for name in ("contrast", *_LIMITING))
