"""Parts of a page are read by themselves where the first reading left them out or doubts them."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailbot.recognition import second_look
from mailbot.recognition.layout import Word
from mailbot.recognition.ocr_engine import Line
from mailbot.recognition.second_look import read_doubtful, read_left_out

LANGUAGES = ("nld", "eng")


def _page(text: str, *, ink: int = 0, paper: int = 255) -> Image.Image:
    page = Image.new("L", (1240, 300), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 80, 1200, 140), fill=paper)
    draw.text((100, 95), text, font=ImageFont.load_default(28), fill=ink)
    return page


def _texts(lines: list[Line]) -> list[str]:
    return [" ".join(word.text for word in line) for line in lines]


@pytest.mark.ocr
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (150, 255), (255, 70)])
def test_print_that_was_left_out_is_read(ink: int, paper: int) -> None:
    lines = read_left_out(_page("Factuurnummer", ink=ink, paper=paper), [], LANGUAGES)
    assert _texts(lines) == ["Factuurnummer"]
    assert 95 < lines[0][0].x0 < 110
    assert 85 < lines[0][0].y0 < 115


@pytest.mark.ocr
def test_doubtful_words_of_the_same_place_give_way() -> None:
    doubtful = [Word("Fattmrmrner", 100, 95, 300, 125, 0.2)]
    other = [Word("Totaal", 100, 250, 200, 270, 0.95)]
    lines = read_left_out(_page("Factuurnummer"), [doubtful, other], LANGUAGES)
    assert _texts(lines) == ["Totaal", "Factuurnummer"]


@pytest.mark.ocr
def test_a_doubtful_number_is_read_again() -> None:
    page = _page("235,62")
    (line,) = read_doubtful(page, [[Word("235,82", 100, 100, 190, 125, 0.5)]], LANGUAGES)
    assert line[0].text == "235,62"
    assert line[0].confidence > 0.5


def test_sure_words_and_worse_readings_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def read(image: Image.Image, *_: object, **__: object) -> list[Line]:
        asked.append(image)
        return [[Word("62", 0, 0, 10, 10, 0.99)]]

    monkeypatch.setattr(second_look, "read_lines", read)
    sure, doubtful = Word("12,50", 0, 0, 50, 10, 0.95), Word("235,82", 60, 0, 120, 10, 0.5)
    assert read_doubtful(_page(""), [[sure, doubtful]], LANGUAGES) == [[sure, doubtful]]
    assert len(asked) == 1


def test_a_page_full_of_doubt_is_not_read_word_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(second_look, "read_lines", lambda *a, **_: asked.append(a) or [])
    words = [Word(str(n), 0, n, 20, n + 10, 0.3) for n in range(500)]
    read_doubtful(_page(""), [words], LANGUAGES)
    assert len(asked) <= 40
