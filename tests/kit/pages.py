"""Puts plain text on a page with the boxes of its words, without making a PDF."""

import re

from mailbot.recognition.layout import Page, Word

_WIDTH, _HEIGHT = 595.0, 842.0
_MARGIN, _COLUMN_GAP = 50.0, 40.0
_LETTER = 10.0
#: mark of a larger line -> its height
_SIZES = {"## ": 14.0, "# ": 20.0}


def page_of(text: str, number: int = 1) -> Page:
    """Return a page with the lines of `text` from the top.

    "# " and "## " make a line larger; two spaces or more begin a new column.
    """
    words: list[Word] = []
    top = _MARGIN
    for line in text.strip("\n").splitlines():
        mark = next((mark for mark in _SIZES if line.startswith(mark)), "")
        size = _SIZES.get(mark, _LETTER)
        words += _words(line.removeprefix(mark), top, size)
        top += 1.4 * size
    return Page(number, _WIDTH, max(_HEIGHT, top), tuple(words))


def _words(line: str, top: float, size: float) -> list[Word]:
    words: list[Word] = []
    left = _MARGIN
    for column in re.split(r" {2,}", line):
        for word in column.split():
            right = left + 0.5 * size * len(word)
            words.append(Word(word, left, top, right, top + size))
            left = right + 0.3 * size
        left += _COLUMN_GAP
    return words
