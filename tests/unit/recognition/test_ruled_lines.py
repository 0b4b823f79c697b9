"""Ruled lines of tables are taken off a scan; letters and dark boxes stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from mailbot.recognition.ruled_lines import remove_ruled_lines
from tests.kit.pdf_builder import page_image, text_pdf


def _ink(image: Image.Image) -> int:
    return int((np.asarray(image) < 128).sum())


@pytest.mark.parametrize("box", [(50, 200, 1150, 202), (600, 100, 602, 900)])
def test_a_line_across_or_down_is_taken_off(box: tuple[int, int, int, int]) -> None:
    page = Image.new("L", (1240, 1000), 255)
    ImageDraw.Draw(page).rectangle(box, fill=0)
    assert _ink(remove_ruled_lines(page)) == 0


def test_a_line_with_gaps_is_taken_off() -> None:
    page = Image.new("L", (1240, 1000), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((50, 200, 1150, 202), fill=0)
    for x in range(90, 1100, 250):
        draw.rectangle((x, 200, x + 4, 202), fill=255)
    assert _ink(remove_ruled_lines(page)) < 40


def test_letters_stay() -> None:
    page = page_image(text_pdf(), dpi=150)
    boxed = page.copy()
    ImageDraw.Draw(boxed).rectangle(
        (30, 30, page.width - 30, page.height - 30), outline=0, width=3
    )
    assert _ink(remove_ruled_lines(boxed)) == pytest.approx(
        _ink(remove_ruled_lines(page)), rel=0.01
    )
    assert _ink(remove_ruled_lines(page)) > 0.9 * _ink(page) - 10 * page.width


def test_white_letters_in_a_dark_box_stay() -> None:
    page = Image.new("L", (1240, 400), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 100, 1200, 180), fill=60)
    draw.text((60, 110), "Invoice Number", font=ImageFont.load_default(40), fill=255)
    assert _ink(remove_ruled_lines(page)) > 0.9 * _ink(page)


@given(st.integers(1, 80), st.integers(1, 80), st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_any_size_is_taken(width: int, height: int, grey: int) -> None:
    assert remove_ruled_lines(Image.new("L", (width, height), grey)).size == (width, height)
