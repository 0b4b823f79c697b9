"""Makes layouts of words at chosen places, without a PDF."""

from mailbot.recognition.layout import Layout, Page, Word, build_layout


def layout_of(*rows: tuple[tuple[float, str], ...]) -> Layout:
    """Return rows of cells, each given as its left edge and text; letters are 5 by 10 points."""
    words = []
    for number, row in enumerate(rows):
        y = 50 + 14 * number
        for left, text in row:
            x = left
            for word in text.split():
                words.append(Word(word, x, y, x + 5 * len(word), y + 10))
                x += 5 * len(word) + 2.5
    return build_layout([Page(1, 595, 842, tuple(words))])
