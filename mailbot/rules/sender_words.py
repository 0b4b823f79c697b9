"""Names, providers and letters that tell no sender apart; they stand in templates/words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, kw_only=True)
class SenderWords:
    """What templates/words/senders.toml holds."""

    #: names of desks and robots, folded
    desks: frozenset[str]
    #: what stands before the @ of robots
    robots: frozenset[str]
    #: what is registered by organisations that give addresses to everybody
    providers: frozenset[str]
    #: words that are put beside the name of a company
    added: frozenset[str]
    #: a letter, as `str.translate` wants it, to the plain one that it is drawn like
    drawn_alike: Mapping[int, str]
    #: the same for letters outside of ASCII only
    foreign_alike: Mapping[int, str]


@cache
def sender_words() -> SenderWords:
    """Return the words, read once."""
    file = resources.files("templates") / "words" / "senders.toml"
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    drawn = {ord(letter): plain for plain, all_ in read["drawn_alike"].items() for letter in all_}
    return SenderWords(
        desks=frozenset(read["desks"]),
        robots=frozenset(read["robots"]),
        providers=frozenset(read["providers"]),
        added=frozenset(read["added"]),
        drawn_alike=drawn,
        foreign_alike={
            letter: plain for letter, plain in drawn.items() if not chr(letter).isascii()
        },
    )
