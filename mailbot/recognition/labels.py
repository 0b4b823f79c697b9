"""Finds labels on the page: the words that say what a value is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mailbot.recognition.label_stems import guess_kinds, stem_kinds
from mailbot.recognition.layout import Box, Cell, Layout, Token
from mailbot.recognition.vocabulary import LABELS, WORDS, compact

#: words of the longest label
_MAX_WORDS = 7
_STRONG, _GUESSED, _WEAK = 1.0, 0.8, 0.6
#: a label of so few letters may be a part of a longer one: "datum van opmaak"
_SHORT = 4
_BETWEEN_LANGUAGES = re.compile(r"\s[/|]\s")


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A label on the page; equal only to itself."""

    kind: str
    #: 1.0 for words that mean one thing, less for weak ones
    weight: float
    cell: Cell
    start: int
    end: int
    #: how many letters the label has, folded
    length: int

    @property
    def box(self) -> Box:
        """Where it stands."""
        return self.cell.box_between(self.start, self.end)


@cache
def _table(kinds: frozenset[str]) -> dict[str, list[tuple[str, float]]]:
    """Return folded label -> (kind, weight)s for some kinds of label."""
    table: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for kind in sorted(kinds):
        for key, weight in (("strong", _STRONG), ("weak", _WEAK)):
            for word in LABELS[kind][key]:
                table[compact(word)].append((kind, weight))
    if "invoice_number" in kinds:
        # The heading itself names the number that stands behind it: "Verkoopfactuur 2026-114".
        for word in (*WORDS["paper"]["invoice"], *WORDS["paper"]["credit_note"]):
            if not table.get(compact(word)):
                table[compact(word)].append(("invoice_number", _WEAK))
    return dict(table)


@cache
def _beginnings(kinds: frozenset[str]) -> frozenset[str]:
    """Return every beginning of a label of `kinds`: what is none of them ends the search."""
    return frozenset(text[:end] for text in _table(kinds) for end in range(1, len(text) + 1))


def find_labels(layout: Layout, kinds: Iterable[str]) -> list[Label]:
    """Return the labels of `kinds`, in reading order; the longest at each place."""
    wanted = frozenset(kinds)
    guessed = wanted & stem_kinds()
    table, beginnings = _table(wanted), _beginnings(wanted)
    found: list[Label] = []
    for cell in layout.cells:
        listed = list(_labels_of(cell, table, beginnings))
        found += listed
        is_listed = any(label.weight == _STRONG and label.length > _SHORT for label in listed)
        if guessed and not is_listed:
            found += _understood(cell, guessed)
    return found


def _understood(cell: Cell, kinds: frozenset[str]) -> Iterator[Label]:
    """Yield what a label that is in no list names: all of a cell, or what ends with a colon."""
    end = cell.text.find(":")
    end = len(cell.text) if end < 0 else end
    words = [token for token in cell.tokens[: _MAX_WORDS * 2 + 1] if token.end <= end]
    if not 0 < len(words) <= _MAX_WORDS * 2 or any(not word.text.isalpha() for word in words):
        return
    for part in _parts(cell.text[:end], words):
        for kind in guess_kinds([word.text for word in part], kinds):
            length = sum(len(word.text) for word in part)
            yield Label(kind, _GUESSED, cell, words[0].start, words[-1].end, length)


def _parts(text: str, words: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield a label in each of its languages: "Vervaldag / Échéance"."""
    begin = 0
    for mark in [*(m.start() for m in _BETWEEN_LANGUAGES.finditer(text)), len(text)]:
        part = [word for word in words if begin <= word.start < mark]
        if part:
            yield part
        begin = mark


def _labels_of(
    cell: Cell, table: dict[str, list[tuple[str, float]]], beginnings: frozenset[str]
) -> Iterator[Label]:
    words = cell.tokens
    at = 0
    while at < len(words):
        text, longest, last = "", "", at
        for place in range(at, min(at + _MAX_WORDS, len(words))):
            text += words[place].text
            if text not in beginnings:
                break
            if text in table:
                longest, last = text, place
        for kind, weight in table.get(longest, ()):
            yield Label(kind, weight, cell, words[at].start, words[last].end, len(longest))
        at = last + 1
