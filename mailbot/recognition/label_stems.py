"""Understands labels that are in no list by the beginnings and ends of their words.

Companies invent labels ("Factuurkenmerk", "Uiterste dag van betaling"): the words that they are
made of say what they name.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

#: words of the longest label that is understood so
_MAX_WORDS = 7


@dataclass(frozen=True, slots=True)
class _Stems:
    """One pattern for each group of words, and one for the words that forbid the kind."""

    groups: tuple[re.Pattern[str], ...]
    never: re.Pattern[str]


@cache
def _stems() -> dict[str, _Stems]:
    text = (files("mailbot.recognition") / "label_stems.toml").read_text(encoding="utf-8")
    return {
        kind: _Stems(tuple(map(_pattern, stems["all"])), _pattern(stems["never"]))
        for kind, stems in tomllib.loads(text).items()
    }


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of beginnings ("factu-"), ends ("-nr") and whole words."""
    return re.compile("|".join(map(_word, words)))


def _word(stem: str) -> str:
    left = r"[a-z0-9]" if stem.startswith("-") else r"(?<![a-z0-9])"
    right = "" if stem.endswith("-") else r"(?![a-z0-9])"
    return left + re.escape(stem.strip("-")) + right


@cache
def stem_kinds() -> frozenset[str]:
    """Return the kinds of label that can be understood so."""
    return frozenset(_stems())


def guess_kinds(words: Sequence[str], kinds: frozenset[str]) -> Iterator[str]:
    """Yield which of `kinds` the label of these folded `words` can be."""
    if 0 < len(words) <= _MAX_WORDS:
        yield from _kinds_of(" ".join(words), kinds)


@lru_cache(maxsize=4096)
def _kinds_of(label: str, kinds: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        kind
        for kind, stems in _stems().items()
        if kind in kinds
        and all(group.search(label) for group in stems.groups)
        and not stems.never.search(label)
    )
