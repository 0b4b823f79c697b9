"""The orders and pieces in which programs write the marks of a page."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from benchmarks.papers.sheet import Mark, Shape, Text

Order = Callable[[list[Mark]], list[Mark]]
_LONG_WORD = re.compile(r"\b([^\W\d_]{6,8})([^\W\d_]{7,})\b")


def _as_written(marks: list[Mark]) -> list[Mark]:
    return marks


def _scrambled(marks: list[Mark]) -> list[Mark]:
    shapes = [mark for mark in marks if isinstance(mark, Shape)]
    others = [mark for mark in marks if not isinstance(mark, Shape)]
    Random(len(others)).shuffle(others)
    return shapes + others


def _by_column(marks: list[Mark]) -> list[Mark]:
    texts = [mark for mark in marks if isinstance(mark, Text)]
    others = [mark for mark in marks if not isinstance(mark, Text)]
    return others + sorted(texts, key=lambda mark: (round(mark.x / 40), mark.y))


def _backwards(marks: list[Mark]) -> list[Mark]:
    shapes = [mark for mark in marks if isinstance(mark, Shape)]
    return shapes + [mark for mark in reversed(marks) if not isinstance(mark, Shape)]


def _labels_last(marks: list[Mark]) -> list[Mark]:
    """Write the template's words after the values, as programs that fill forms do."""
    is_value = [isinstance(mark, Text) and any(c.isdigit() for c in mark.text) for mark in marks]
    paired = list(zip(marks, is_value, strict=True))
    shapes = [mark for mark in marks if isinstance(mark, Shape)]
    values = [mark for mark, valued in paired if valued]
    words = [mark for mark, valued in paired if not valued and not isinstance(mark, Shape)]
    return shapes + values + words


def _in_words(marks: list[Mark]) -> list[Mark]:
    return [piece for mark in marks for piece in _pieces(mark, lambda text: text.split(" "))]


def _in_glyphs(marks: list[Mark]) -> list[Mark]:
    return [piece for mark in marks for piece in _pieces(mark, list)]


def _pieces(mark: Mark, cut: Callable[[str], list[str]]) -> Iterator[Mark]:
    """Yield the pieces of a text where each of them stood; pieces of spaces are not printed."""
    if not isinstance(mark, Text):
        yield mark
        return
    x = mark.x
    blank = replace(mark, text=" ").width
    for place, piece in enumerate(cut(mark.text)):
        if place and cut is not list:
            x += blank
        one = replace(mark, x=x, text=piece)
        if piece.strip():
            yield one
        x += one.width if piece else 0.0


def _twice(marks: list[Mark]) -> list[Mark]:
    """Make bold by printing twice, a third of a point apart."""
    doubled: list[Mark] = []
    for mark in marks:
        doubled.append(mark)
        if isinstance(mark, Text) and "Bold" in mark.font:
            doubled.append(replace(mark, x=mark.x + 0.33))
    return doubled


def _ligatured(marks: list[Mark]) -> list[Mark]:
    """Print fi and fl as one glyph each, where the font has these."""
    return [
        replace(mark, text=mark.text.replace("fi", "\ufb01").replace("fl", "\ufb02"))
        if isinstance(mark, Text) and mark.font.startswith("Vera")
        else mark
        for mark in marks
    ]


def _hyphenated(marks: list[Mark]) -> list[Mark]:
    """Leave soft hyphens in long words, as word processors do."""
    return [
        replace(mark, text=_LONG_WORD.sub("\\1\u00ad\\2", mark.text))
        if isinstance(mark, Text)
        else mark
        for mark in marks
    ]


def _coded(marks: list[Mark]) -> list[Mark]:
    """Take the fonts whose glyphs have numbers of their own."""
    return [
        replace(mark, font=mark.font.replace("Vera", "CodedVera"))
        if isinstance(mark, Text)
        else mark
        for mark in marks
    ]


def _exactly_twice(marks: list[Mark]) -> list[Mark]:
    """Print everything twice in the same place."""
    return [again for mark in marks for again in (mark, mark)]


#: habit -> the order and pieces in which marks are written
ORDERS: dict[str, Order] = {
    "plain": _as_written, "words": _in_words, "glyphs": _in_glyphs, "scramble": _scrambled,
    "columns": _by_column, "backwards": _backwards, "double": _twice, "labels-last": _labels_last,
    "ligatures": _ligatured, "soft-hyphens": _hyphenated, "coded": _coded, "twice": _exactly_twice,
}  # fmt: skip
