"""Reads what companies of a trade are called and what they sell."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("trades.toml")
_DEPOSITS = {"nl": "Leeggoed", "fr": "Consignes", "de": "Leergut", "en": "Deposits"}
#: only layouts that are drawn by hand have these
_DRAWN_BY_HAND = ("hotel",)
#: a language without words of the trade takes those of its neighbour
_NEIGHBOURS = {"nl": ("nl", "fr"), "fr": ("fr", "nl"), "de": ("de", "nl"), "en": ("en", "nl")}


@dataclass(frozen=True)
class Trade:
    """Words of a trade in one language."""

    names: tuple[str, ...]
    #: description, lowest and highest price
    lines: tuple[tuple[str, float, float], ...]
    #: what returnable packaging is called
    deposit: str


@cache
def _trades() -> dict[str, dict[str, dict[str, list[object]]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def trade_names() -> list[str]:
    """Return the trades that any layout may have."""
    return sorted(name for name in _trades() if name not in _DRAWN_BY_HAND)


def get_trade(name: str, language: str) -> Trade:
    """Return the words of a trade. Raises KeyError for a trade that is not there."""
    spoken = _trades()[name]
    words = next(spoken[tongue] for tongue in _NEIGHBOURS[language] if tongue in spoken)
    lines = tuple((str(d), float(low), float(high)) for d, low, high in words["lines"])  # type: ignore[misc, has-type]
    return Trade(tuple(map(str, words["names"])), lines, _DEPOSITS[language])


def speaks(name: str, language: str) -> bool:
    """Tell whether a trade has words in a language."""
    return language in _trades()[name]
