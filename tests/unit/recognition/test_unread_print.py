"""Print that no word covers is found by its ink, and read again."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from mailbot.recognition.layout import Word
from mailbot.recognition.unread_print import MAX_LINES, Print, find_print, find_unread, on_white

FONT = ImageFont.load_default(24)


def _page(*lines: tuple[int, int, str], size: tuple[int, int] = (1240, 800)) -> Image.Image:
    page = Image.new("L", size, 255)
    for x, y, text in lines:
        ImageDraw.Draw(page).text((x, y), text, font=FONT, fill=0)
    return page


def _words(*boxes: tuple[float, float, float, float], sure: float = 1.0) -> list[Word]:
    return [Word("woord", *box, sure) for box in boxes]


def test_lines_of_print_are_found_with_their_boxes() -> None:
    found = find_print(_page((100, 100, "Factuurnummer"), (700, 400, "2026-114")))
    boxes = sorted(
        line for line in ((o.x0, o.y0, o.x1, o.y1) for o in found) if line[2] - line[0] > 60
    )
    assert [box[0] // 100 for box in boxes] == [1, 7]
    assert all(90 < y0 < 110 or 390 < y0 < 420 for _, y0, _, _ in boxes)


def test_print_that_words_cover_is_not_read_again() -> None:
    page = _page((100, 100, "Factuurnummer"))
    (line,) = (o for o in find_print(page) if o.width > 100)
    box = (float(line.x0), float(line.y0), float(line.x1), float(line.y1))
    assert find_unread(page, _words(box)) == []
    assert len(find_unread(page, _words(box, sure=0.3))) == 1


def test_print_without_words_is_read_again() -> None:
    unread = find_unread(_page((100, 100, "Factuurnummer")), [])
    assert [line.x0 // 100 for line in unread] == [1]


def test_pictures_are_no_print() -> None:
    page = Image.new("L", (1240, 800), 255)
    ImageDraw.Draw(page).ellipse((100, 100, 500, 500), fill=0)
    assert find_unread(page, _words((0, 0, 100, 20))) == []


def test_white_letters_in_a_dark_box_are_print() -> None:
    page = Image.new("L", (1240, 400), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 100, 1200, 180), fill=60)
    draw.text((60, 125), "Invoice Number", font=FONT, fill=255)
    (line,) = find_unread(page, _words((0, 0, 100, 22)))
    assert 50 < line.x0 < 70
    assert 110 < line.y0 < line.y1 < 160


def test_a_page_full_of_specks_costs_no_more_than_a_full_page() -> None:
    rng = np.random.default_rng(7)
    page = Image.fromarray(rng.choice([0, 255], (900, 1240), p=[0.2, 0.8]).astype(np.uint8))
    assert len(find_unread(page, [])) <= MAX_LINES


def test_pale_and_white_letters_become_black_on_white() -> None:
    pale = Image.new("L", (200, 40), 240)
    ImageDraw.Draw(pale).text((10, 5), "Factuur", font=FONT, fill=180)
    white = Image.new("L", (200, 40), 60)
    ImageDraw.Draw(white).text((10, 5), "Factuur", font=FONT, fill=255)
    for image in (pale, white):
        pixels = np.asarray(on_white(image))
        assert np.median(pixels) == 255
        assert pixels.min() < 60


def test_the_cover_is_the_share_of_the_area_times_the_sureness() -> None:
    line = Print(0, 0, 100, 10)
    assert line.cover(_words((0, 0, 50, 10), sure=0.5)) == 0.25
    assert line.cover(_words((200, 0, 250, 10))) == 0.0


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_any_size_is_taken(width: int, height: int, grey: int) -> None:
    assert len(find_unread(Image.new("L", (width, height), grey), [])) <= MAX_LINES
