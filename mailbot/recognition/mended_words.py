"""Mends the words of a PDF page: drawn twice, letter by letter, off the page or far too small.

What a program draws is not always what people read: a bold heading drawn twice a hair apart, a
word drawn one letter at a time in any order, a heading set with spaces between its letters, and
text that nobody is meant to see.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from mailbot.recognition.layout import Page, Word, rows_of

#: points by which the two drawings of one word lie apart at most
_SAME_PLACE = 1.5
#: letters lower than this many points are not for people
_SMALLEST = 2.5
#: share of words of one letter from which a page was drawn or set letter by letter
_MANY_LETTERS = 0.4
#: letters of one word are closer than this share of their height
_TOUCHING = 0.12
#: letters of one word are at least so high, as a share of the highest
_SAME_HEIGHT = 0.7
#: a heading set with spaces: so many letters, and a gap between words is so many times wider
_SPACED_LETTERS, _WIDER = 4, 1.7


def mend(page: Page) -> Page:
    """Return `page` with the words that people see on it."""
    words = list(_once(word for word in page.words if _is_seen(word, page)))
    letters = sum(len(word.text) == 1 for word in words)
    if letters >= _SPACED_LETTERS and _has_letters_in_a_row(words, letters):
        rows = rows_of(Page(page.number, page.width, page.height, tuple(words)))
        words = [word for row in rows for word in _spelled(row)]
    return Page(page.number, page.width, page.height, tuple(words), page.slope, page.is_ocr)


def _is_seen(word: Word, page: Page) -> bool:
    """Tell whether a word is on the page and large enough to be read."""
    is_inside = word.x1 > 0 and word.y1 > 0 and word.x0 < page.width and word.y0 < page.height
    return is_inside and word.height >= _SMALLEST


def _once(words: Iterable[Word]) -> Iterable[Word]:
    """Yield each word once, wherever it was drawn a second time on top of itself."""
    seen: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        if not any(_is_same_place(word, other) for other in seen[word.text]):
            seen[word.text].append(word)
            yield word


def _is_same_place(one: Word, other: Word) -> bool:
    return abs(one.x0 - other.x0) < _SAME_PLACE and abs(one.y0 - other.y0) < _SAME_PLACE


def _has_letters_in_a_row(words: Sequence[Word], letters: int) -> bool:
    """Tell whether letters stand alone on most of the page, or one after another somewhere."""
    if letters > _MANY_LETTERS * len(words):
        return True
    run = 0
    for word in words:
        run = run + 1 if len(word.text) == 1 and word.text.isalpha() else 0
        if run >= _SPACED_LETTERS:
            return True
    return False


def _spelled(row: Sequence[Word]) -> Iterable[Word]:
    """Yield the words of a row, from left to right, with letters put together."""
    run: list[Word] = []
    for word in row:
        if run and not _may_touch(run[-1], word):
            yield from _words_of(run)
            run = []
        run.append(word)
    if run:
        yield from _words_of(run)


def _may_touch(left: Word, right: Word) -> bool:
    """Tell whether two neighbours can be parts of one word: one of them is a single letter."""
    height = max(left.height, right.height)
    is_letter = len(left.text) == 1 or len(right.text) == 1
    is_alike = min(left.height, right.height) > _SAME_HEIGHT * height
    return is_letter and is_alike and _gap(left, right) < height


def _gap(left: Word, right: Word) -> float:
    return right.x0 - left.x1


def _words_of(run: Sequence[Word]) -> Iterable[Word]:
    """Yield the words that a run of letters spells: their gaps say where one ends."""
    if len(run) == 1:
        yield run[0]
        return
    widest = _widest_gap(run)
    word = [run[0]]
    for left, right in pairwise(run):
        if _gap(left, right) > widest:
            yield _joined(word)
            word = []
        word.append(right)
    yield _joined(word)


def _widest_gap(run: Sequence[Word]) -> float:
    """Return the widest gap inside a word: nearly none, or that of letters set apart."""
    height = max(word.height for word in run)
    gaps = [_gap(left, right) for left, right in pairwise(run)]
    is_spaced = sum(len(w.text) == 1 for w in run) >= max(_SPACED_LETTERS, 0.8 * len(run))
    usual = median(gaps)
    return max(_TOUCHING * height, _WIDER * usual if is_spaced else 0.0)


def _joined(letters: Sequence[Word]) -> Word:
    if len(letters) == 1:
        return letters[0]
    return Word(
        "".join(word.text for word in letters),
        letters[0].x0,
        min(word.y0 for word in letters),
        letters[-1].x1,
        max(word.y1 for word in letters),
        min(word.confidence for word in letters),
    )
