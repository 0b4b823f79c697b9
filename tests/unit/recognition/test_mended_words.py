"""What programs draw and people do not see that way: doubles, single letters, hidden text."""

import io
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from mailbot.recognition.layout import Page, Word, build_layout
from mailbot.recognition.mended_words import mend
from mailbot.recognition.pdf import PdfText, read_text

LINES = (
    (60, 800, "Schrijnwerkerij De Beitel BV", 18),
    (60, 780, "Kerkstraat 5, 9000 Gent", 9),
    (350, 740, "Factuurnummer: 2026/0457", 10),
    (350, 725, "Factuurdatum: 12 maart 2026", 10),
    (60, 600, "Totaal te betalen", 10),
    (480, 600, "1.234,56", 10),
)
READ = """Schrijnwerkerij De Beitel BV
Kerkstraat 5, 9000 Gent
Factuurnummer: 2026/0457
Factuurdatum: 12 maart 2026
Totaal te betalen  1.234,56"""


def text_of(draw: Callable[[Canvas], None]) -> str:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    draw(canvas)
    canvas.save()
    read = read_text(out.getvalue())
    assert isinstance(read, PdfText)
    return build_layout(read.pages).text


def as_lines(canvas: Canvas, dx: float = 0.0, **options: float) -> None:
    for x, y, text, size in LINES:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x + dx, y, text, **options)


def as_letters_in_any_order(canvas: Canvas) -> None:
    letters = []
    for x, y, text, size in LINES:
        at = float(x)
        for letter in text:
            letters.append((at, y, letter, size))
            at += canvas.stringWidth(letter, "Helvetica", size)
    random.Random(7).shuffle(letters)
    for at, y, letter, size in letters:
        if letter != " ":
            canvas.setFont("Helvetica", size)
            canvas.drawString(at, y, letter)


def as_words_in_any_order(canvas: Canvas) -> None:
    words = []
    for x, y, text, size in LINES:
        at = float(x)
        for word in text.split():
            words.append((at, y, word, size))
            at += canvas.stringWidth(word + " ", "Helvetica", size)
    random.Random(3).shuffle(words)
    for at, y, word, size in words:
        canvas.setFont("Helvetica", size)
        canvas.drawString(at, y, word)


def twice(canvas: Canvas) -> None:
    as_lines(canvas)
    as_lines(canvas, dx=0.4)


def set_apart(canvas: Canvas) -> None:
    as_lines(canvas, charSpace=2.5)


def with_spaces_between_letters(canvas: Canvas) -> None:
    for x, y, text, size in LINES:
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, " ".join(text))


def with_hidden_text(canvas: Canvas) -> None:
    as_lines(canvas)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(60, 300, "Totaal te betalen 8.888,88")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(-500, 300, "Factuurnummer 999")
    canvas.setFont("Helvetica", 1)
    canvas.drawString(60, 320, "Factuurnummer 777")
    invisible = canvas.beginText(60, 200)
    invisible.setTextRenderMode(3)
    invisible.textOut("IBAN BE68 5390 0754 7034")
    canvas.drawText(invisible)


@pytest.mark.parametrize(
    "draw",
    [
        as_lines,
        as_letters_in_any_order,
        as_words_in_any_order,
        twice,
        set_apart,
        with_spaces_between_letters,
        with_hidden_text,
    ],
)
def test_a_page_is_read_as_people_see_it(draw: Callable[[Canvas], None]) -> None:
    assert text_of(draw) == READ


def test_white_letters_on_a_dark_bar_are_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.4)
        canvas.rect(40, 700, 400, 40, fill=1, stroke=0)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(60, 715, "Factuur 2026-17")

    assert text_of(draw) == "Factuur 2026-17"


def test_what_was_filled_in_a_form_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        as_lines(canvas)
        canvas.acroForm.textfield(name="a", x=350, y=500, width=150, height=20, value="Bon 4567")

    assert text_of(draw) == f"{READ}\nBon 4567"


#: farther apart than the two drawings of one word
PLACES = st.integers(0, 160).map(lambda place: 3 * place)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=3), PLACES), max_size=30))
def test_mending_loses_no_letter_that_stands_alone(drawn: list[tuple[str, int]]) -> None:
    places = {x: text for text, x in drawn}
    words = tuple(Word(text, x, 100, x + 4.0, 110) for x, text in places.items())
    mended = mend(Page(1, 595, 842, words))
    assert sorted("".join(w.text for w in mended.words)) == sorted("".join(places.values()))
