"""Tesseract runs in a process of its own: what kills it costs one page and never the worker."""

import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailbot.domain.errors import Temporary
from mailbot.recognition import ocr_engine
from mailbot.recognition.ocr_engine import (
    Mode,
    PageError,
    check_installed,
    find_orientation,
    read_lines,
)
from tests.kit.pdf_builder import page_image, text_pdf

pytestmark = pytest.mark.ocr


def _line(text: str) -> Image.Image:
    image = Image.new("L", (900, 80), 255)
    ImageDraw.Draw(image).text((20, 15), text, font=ImageFont.load_default(40), fill=0)
    return image


def _text(image: Image.Image, letters: str = "") -> str:
    lines = read_lines(image, ("nld",), Mode.LINE, letters=letters)
    return " ".join(word.text for line in lines for word in line)


def test_a_line_is_read_with_its_places_and_its_sureness() -> None:
    ((first, *_),) = read_lines(_line("Factuur 2026"), ("nld",), Mode.LINE)
    assert first.text == "Factuur"
    assert first.confidence > 0.8
    assert (first.x0, first.y0) == pytest.approx((20, 25), abs=8)


def test_only_the_letters_that_can_stand_there_are_read() -> None:
    assert set(_text(_line("SOIB 1234,56"), letters="0123456789., ")) <= set("0123456789., ")


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_says_how_it_must_be_turned(degrees: int) -> None:
    page = page_image(text_pdf()).convert("L").rotate(degrees, expand=True)
    assert find_orientation(page).turn == degrees


def test_a_page_without_letters_is_not_turned() -> None:
    assert find_orientation(Image.new("L", (300, 300), 255)).turn == 0


def test_a_language_that_lacks_is_one_sentence_for_the_operator() -> None:
    with pytest.raises(Temporary, match="Tesseract lacks tlh: apt install tesseract-ocr-tlh"):
        check_installed(("nld", "tlh"))


def test_an_engine_that_does_not_start_is_one_sentence_for_the_operator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_library")
    ocr_engine.stop()
    monkeypatch.setattr(ocr_engine, "_PROGRAM", broken)
    with pytest.raises(Temporary, match="Tesseract cannot be started"):
        check_installed(("nld", "fra", "deu"))


def test_a_process_stays_for_the_next_page() -> None:
    _text(_line("een"))
    with ocr_engine._process() as first:
        pass
    _text(_line("twee"))
    with ocr_engine._process() as second:
        assert second is first


def test_a_process_that_has_died_between_pages_is_replaced() -> None:
    with ocr_engine._process() as process:
        pass
    process._process.kill()
    process._process.wait()
    assert _text(_line("Factuur")) == "Factuur"


def test_a_process_that_dies_while_reading_costs_that_page_only() -> None:
    with pytest.raises(PageError), ocr_engine._process() as process:
        process.ask({"width": "not a number"}, b"")
    assert _text(_line("Factuur")) == "Factuur"


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_engine, "TIMEOUT", 0.01)
    with pytest.raises(PageError):
        read_lines(page_image(text_pdf(), dpi=300).convert("L"), ("nld",), Mode.PAGE)
    monkeypatch.undo()
    assert _text(_line("Factuur")) == "Factuur"


def test_a_forked_process_reads_through_pipes_of_its_own() -> None:
    assert _text(_line("Factuur")) == "Factuur"
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        texts = list(pool.map(_text, [_line("een"), _line("twee"), _line("drie")]))
    assert texts == ["een", "twee", "drie"]
    assert _text(_line("Factuur")) == "Factuur"


def test_the_program_ends_when_nobody_asks_any_more() -> None:
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", str(ocr_engine._PROGRAM)], input=b"", timeout=30, check=False
    )
    assert ended.returncode == 0


def test_processes_can_be_ended() -> None:
    with ocr_engine._process() as process:
        pass
    ocr_engine.stop()
    assert not process.is_alive
