"""Finds the tallest words of a paper: its titles, by which papers of one sender are told apart."""

from mailbot.recognition.layout import Layout
from mailbot.recognition.vocabulary import tokens

_N_HEADINGS = 3
#: a heading is this much taller than the usual letters
_TALL = 1.25


def find_headings(layout: Layout) -> tuple[str, ...]:
    """Return the tallest words of page 1 without digits, folded, in reading order; at most three.

    Sizes of OCR differ a little from scan to scan: of what is read so there are no headings.
    """
    first = layout.pages[0]
    if first.is_ocr:
        return ()
    cells = [cell for cell in layout.cells if cell.page is first]
    texts = [(cell, _words(cell.text)) for cell in cells]
    worded = [(c, text) for c, text in texts if text and c.height > _TALL * layout.letter]
    tallest = sorted(worded, key=lambda one: -one[0].height)[:_N_HEADINGS]
    return tuple(text for cell, text in worded if any(cell is other for other, _ in tallest))


def _words(text: str) -> str:
    return "".join(token for token in tokens(text) if token.isalpha())
