"""Tidies what Tesseract read: amounts in one piece, no noise, words of a line equally high."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from mailbot.recognition.layout import Word

#: words that Tesseract itself holds for noise
_NOISE = 0.15
#: the two parts of an amount that Tesseract has split at its decimal sign
_AMOUNT_HEAD, _AMOUNT_TAIL = re.compile(r"\d[.,]$"), re.compile(r"\d{2}(?!\d)")
#: a gap inside an amount, in heights of its digits
_NARROW = 0.9
#: shares of the usual height: below, a word has small letters only; above, it is another size
_LOW, _LARGE = 0.8, 1.4
#: heights by which the bottom of a word is off that of its line: "g" hangs down, "-" floats
_OFF = 0.4
#: letters of a word from which its width tells its size, and how much higher it can be than that
_LETTERS, _TOO_HIGH = 5, 1.45
#: heights of ink that a font has free above and below
_AIR = 0.3
#: pixels that a line must be long to say how the page lies
_LONG = 200
#: lines of a table that Tesseract reads as letters
_RULE = re.compile(r"[|_\u2014\u2013=~\[\]{}\\\u2018\u2019'\".,:;-]+")


def tidy_lines(lines: Iterable[Sequence[Word]]) -> list[list[Word]]:
    """Return the lines with the words that are none left out; empty lines fall away."""
    kept = [[w for w in line if w.confidence >= _NOISE and not _is_rule(w)] for line in lines]
    slimness = _slimness([word for line in kept for word in line])
    tidied = []
    for line in kept:
        if line:
            words = _levelled(_joined(_lowered(line, slimness)))
            tidied.append([_with_air(word) for word in words])
    return tidied


def _slimness(words: Iterable[Word]) -> float:
    """Return the usual height of a word for the width of one of its letters."""
    found = [word.height / _letter_width(word) for word in words if len(word.text) >= _LETTERS]
    return median(found) if found else 0.0


def _letter_width(word: Word) -> float:
    return max((word.x1 - word.x0) / len(word.text), 1.0)


def _lowered(line: Sequence[Word], slimness: float) -> list[Word]:
    """Return a line without the grain above and below words that Tesseract has put into them."""
    middles = [(word.y0 + word.y1) / 2 for word in line if not _is_too_high(word, slimness)]
    lowered = []
    for word in line:
        if _is_too_high(word, slimness):
            middle = median(middles or [(word.y0 + word.y1) / 2])
            half = slimness * _letter_width(word) / 2
            lowered.append(replace(word, y0=middle - half, y1=middle + half))
        else:
            lowered.append(word)
    return lowered


def _is_too_high(word: Word, slimness: float) -> bool:
    return len(word.text) >= _LETTERS and word.height > _TOO_HIGH * slimness * _letter_width(word)


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
    """Return the words of a line between one top and one bottom: "van" is as high as "Datum".

    Words that stand higher or lower than their line, and larger ones, stay as they are.
    """
    height = median(word.height for word in line)
    full = [word for word in line if word.height >= _LOW * height]
    top, bottom = median(word.y0 for word in full), median(word.y1 for word in full)
    return [
        replace(word, y0=top, y1=bottom)
        if word.height < _LARGE * height and abs(word.y1 - bottom) < _OFF * height
        else word
        for word in line
    ]


def _with_air(word: Word) -> Word:
    """Return a word in a box as high as that of its font, as words of a PDF have it."""
    air = _AIR * word.height
    return replace(word, y0=word.y0 - air, y1=word.y1 + air)


def find_slope(lines: Iterable[Sequence[Word]]) -> float:
    """Return by how much the long lines usually sink per pixel to the right."""
    slopes = []
    for line in lines:
        first, last = line[0], line[-1]
        run = last.x0 - first.x0
        if len(line) > 2 and run > _LONG:
            slopes.append(((last.y0 + last.y1) - (first.y0 + first.y1)) / 2 / run)
    return float(median(slopes)) if slopes else 0.0
