"""Rows, cells and blocks out of words in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.recognition.layout import Cell, Page, Word, build_layout


def words_at(x: float, y: float, text: str, *, size: float = 10, slope: float = 0.0) -> list[Word]:
    """Return the words of a line of text at a place; a letter is half as wide as high."""
    words = []
    for word in text.split():
        width = len(word) * size / 2
        sink = slope * (x + width / 2)
        words.append(Word(word, x, y + sink, x + width, y + size + sink))
        x += width + size / 4
    return words


def page(*lines: list[Word], slope: float = 0.0) -> Page:
    words = [word for line in lines for word in line]
    mixed = [*words[1::2], *reversed(words[::2])]
    return Page(1, 595, 842, tuple(mixed), slope)


def texts(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.text for cell in cells]


def test_words_in_any_order_become_rows_of_cells() -> None:
    layout = build_layout(
        [
            page(
                words_at(50, 100, "Totaal excl. btw"),
                words_at(400, 101, "€ 1.250,00"),
                words_at(50, 116, "Totaal incl. btw"),
                words_at(400, 116, "€ 1.512,50"),
            )
        ]
    )
    assert [texts(row) for row in layout.rows] == [
        ["Totaal excl. btw", "€ 1.250,00"],
        ["Totaal incl. btw", "€ 1.512,50"],
    ]
    assert layout.text == "Totaal excl. btw  € 1.250,00\nTotaal incl. btw  € 1.512,50"


def test_a_tall_logo_does_not_swallow_the_two_rows_beside_it() -> None:
    layout = build_layout(
        [
            page(
                words_at(50, 100, "LOGO", size=30),
                words_at(300, 100, "Zandweg 12"),
                words_at(300, 116, "2440 Geel"),
            )
        ]
    )
    assert ["Zandweg 12"] in [texts(row) for row in layout.rows]
    assert ["2440 Geel"] in [texts(row) for row in layout.rows]


def test_a_page_that_lies_askew_keeps_its_rows() -> None:
    slope = 0.04  # 2.3 degrees: 20 points over the page, more than a line
    left = words_at(50, 100, "Vervaldatum", slope=slope)
    right = words_at(500, 100, "03/12/2026", slope=slope)
    below = words_at(50, 114, "Klantnummer", slope=slope)
    layout = build_layout([page(left, right, below, slope=slope)])
    assert [texts(row) for row in layout.rows] == [["Vervaldatum", "03/12/2026"], ["Klantnummer"]]


def test_lines_below_one_another_are_a_block() -> None:
    layout = build_layout(
        [
            page(
                words_at(340, 100, "Atelier Kiezelsteen NV"),
                words_at(340, 114, "Kiezelstraat 5"),
                words_at(340, 128, "2300 Turnhout"),
                words_at(50, 114, "Factuur"),
                words_at(340, 300, "Bedrag"),
            )
        ]
    )
    first = layout.rows[0][0]
    assert texts(layout.block_of(first)) == [
        "Atelier Kiezelsteen NV",
        "Kiezelstraat 5",
        "2300 Turnhout",
    ]


def test_a_cell_knows_where_each_part_of_its_text_stands() -> None:
    (row,) = build_layout([page(words_at(50, 100, "Datum: 03/11/2026"))]).rows
    cell = row[0]
    x0, y0, x1, y1 = cell.box_between(cell.text.index("03"), len(cell.text))
    assert (x0, y0, x1, y1) == pytest.approx((82.5, 100, 132.5, 110))


def test_pages_are_kept_apart() -> None:
    one, two = page(words_at(50, 100, "een")), page(words_at(50, 100, "twee"))
    layout = build_layout([one, Page(2, 595, 842, two.words)])
    assert layout.text == "een\n\ntwee"
    assert [cell.page.number for cell in layout.cells] == [1, 2]


def test_a_document_without_words_has_no_rows() -> None:
    layout = build_layout([Page(1, 595, 842, ())])
    assert layout.rows == ()
    assert layout.text == ""


numbers = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=4), numbers, numbers, numbers, numbers)))
def test_no_boxes_make_the_layout_raise_or_lose_a_word(
    boxes: list[tuple[str, float, float, float, float]],
) -> None:
    words = tuple(Word(*box) for box in boxes)
    layout = build_layout([Page(1, 595, 842, words)])
    assert sorted(w.text for c in layout.cells for w in c.words) == sorted(w.text for w in words)


@pytest.mark.parametrize(
    ("turn", "box"),
    [
        (0.0, (10, 20, 30, 24)),
        (180.0, (170, 276, 190, 280)),
        (90.0, (276, 10, 280, 30)),
        (-90.0, (20, 170, 24, 190)),
    ],
)
def test_a_box_is_told_as_it_stands_on_the_paper(
    turn: float, box: tuple[float, float, float, float]
) -> None:
    page = Page(1, 200, 300, (), turn=turn)
    assert page.on_paper((10, 20, 30, 24)) == pytest.approx(box)
