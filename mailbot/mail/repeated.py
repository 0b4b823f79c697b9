"""Takes out of an answer what merely repeats the document shown: its number, sender and amount.

"Factuur 2026-114 van Zuid, 605 euro: akkoord" says no more than "akkoord" where just that was
asked; another number or amount stays, and with it the doubt whether the same document is meant.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailbot.mail.phrase_book import has
from mailbot.mail.tokens import tokenize
from mailbot.mail.typed_values import read_amount
from mailbot.mail.verbs import mentions_decision
from mailbot.mail.words import fold_line, list_names, words

_MONEY = re.compile(
    r"(?i)(?:(?:\u20ac|\$|\u00a3|\b(?:eur|usd|gbp|chf))\s?)?"
    r"(?<![\d.,'/-])\d[\d.,'\u00a0\u202f ]*(?<=\d)(?:,-)?(?![\d/-])"
    r"(?:\s?(?:\u20ac|\$|\u00a3|(?:eur(?:os?)?|usd|gbp|chf)\b))?"
)
_LEGAL_FORM = re.compile(
    r"(?i)[ ,]+(?:bvba|bv|nv|vof|srl|sprl|sa|gmbh|ag|ltd|llc|cvba|cv|vzw)\.?$"
)
_SHORTEST_NAME = 4
_SHORTEST_NUMBER = 3


@dataclass(frozen=True, kw_only=True)
class ShownFacts:
    """What the answered mail showed of its one document; empty where it showed several."""

    #: as "605.00"
    totals: frozenset[str] = frozenset()
    #: of the document, as printed
    numbers: frozenset[str] = frozenset()
    #: of the supplier or customer
    names: frozenset[str] = frozenset()


NOTHING_SHOWN = ShownFacts()


def without_repeated(text: str, shown: ShownFacts) -> str:
    """Return `text` without the number, the name and the amount that were shown."""
    if shown.totals:
        text = _MONEY.sub(lambda found: "" if _is_shown(found[0], shown) else found[0], text)
    for number in sorted(shown.numbers, key=len, reverse=True):
        text = _without_number(text, number)
    for name in sorted(shown.names, key=len, reverse=True):
        text = _without_name(text, name)
    return text


def _is_shown(text: str, shown: ShownFacts) -> bool:
    amount = re.sub(r"(?i)[^\d.,'\u00a0\u202f ]|,-$", "", text).strip(" ,.")
    return read_amount(amount) in shown.totals


def _without_number(text: str, number: str) -> str:
    """Leave a number out that is too short to be told from an amount or a line."""
    if sum(c.isalnum() for c in number) < _SHORTEST_NUMBER or not any(map(str.isdigit, number)):
        return text
    return re.sub(rf"(?i)(?<![\w/.-])#?{re.escape(number)}(?![\w/-])", "", text)


def _without_name(text: str, name: str) -> str:
    short = _LEGAL_FORM.sub("", name.strip())
    for one in dict.fromkeys((name.strip(), short)):
        if len(one) < _SHORTEST_NAME or _could_decide(one):
            continue
        text = re.sub(rf"(?i)\b{_LINKS}{re.escape(one)}(?!\w)", "", text)
    return text


#: "of" and "from" in four languages, between a document and who sent it
_LINKS = r"(?:(?:van|de|du|of|from|von|der|bij|chez)\s+)?"


@lru_cache(maxsize=256)
def _could_decide(name: str) -> bool:
    """Whether a firm is called like a decision or a limit: such words are never left out."""
    tokens = tokenize(fold_line(name))
    limits = any(has("doubt", one, tokens) for one in list_names("doubt") if words("doubt", one))
    return limits or mentions_decision(tokens)
