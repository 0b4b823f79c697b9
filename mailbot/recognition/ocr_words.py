"""Tidies what Tesseract read: amounts in one piece, no noise, words of a line equally high."""

import re
from collections.abc import Iterable, Sequence
from statistics import median

from mailbot.recognition.layout import Word

#: words that Tesseract itself holds for noise
_NOISE = 0.15
#: the two parts of an amount that Tesseract has split at its decimal sign
_AMOUNT_HEAD, _AMOUNT_TAIL = re.compile(r"\d[.,]$"), re.compile(r"\d{2}(?!\d)")
#: a gap inside an amount, in heights of its digits
_NARROW = 0.9
#: share of the usual height below which a word has small letters only
_LOW = 0.8
#: pixels that a line must be long to say how the page lies
_LONG = 200
#: lines of a table that Tesseract reads as letters
_RULE = re.compile(r"[|_\u2014\u2013=~\[\]{}\\\u2018\u2019'\".,:;-]+")


def tidy_lines(lines: Iterable[Sequence[Word]]) -> list[list[Word]]:
    """Return the lines with the words that are none left out; empty lines fall away."""
    tidied = []
    for line in lines:
        words = [word for word in line if word.confidence >= _NOISE and not _is_rule(word)]
        if words:
            tidied.append(_levelled(_joined(words)))
    return tidied


def _is_rule(word: Word) -> bool:
    """Tell whether a word is the border of a table: strokes, standing higher than wide."""
    return "|" in word.text and _RULE.fullmatch(word.text) is not None


def _joined(line: list[Word]) -> list[Word]:
    """Return the words of a line with amounts in one piece: "65." and "20" are "65.20"."""
    joined: list[Word] = []
    for word in line:
        left = joined[-1] if joined else None
        if left and _AMOUNT_HEAD.search(left.text) and _AMOUNT_TAIL.match(word.text):
            near = word.x0 - left.x1 < _NARROW * max(left.height, word.height)
            if near:
                joined[-1] = _merged(left, word)
                continue
        joined.append(word)
    return joined


def _merged(left: Word, right: Word) -> Word:
    return Word(
        left.text + right.text,
        left.x0,
        min(left.y0, right.y0),
        right.x1,
        max(left.y1, right.y1),
        min(left.confidence, right.confidence),
    )


def _levelled(line: list[Word]) -> list[Word]:
    """Return the words of a line with about one height: "van" becomes as high as "Datum"."""
    height = median(word.height for word in line)
    floor = max(word.y1 for word in line)
    return [_raised(word, height, floor) if word.height < _LOW * height else word for word in line]


def _raised(word: Word, height: float, floor: float) -> Word:
    """Return a word of small letters, which stand on the baseline, as high as its line."""
    bottom = min(word.y1 + 0.1 * height, floor)
    return Word(word.text, word.x0, bottom - height, word.x1, bottom, word.confidence)


def find_slope(lines: Iterable[Sequence[Word]]) -> float:
    """Return by how much the long lines usually sink per pixel to the right."""
    slopes = []
    for line in lines:
        first, last = line[0], line[-1]
        run = last.x0 - first.x0
        if len(line) > 2 and run > _LONG:
            slopes.append(((last.y0 + last.y1) - (first.y0 + first.y1)) / 2 / run)
    return float(median(slopes)) if slopes else 0.0
