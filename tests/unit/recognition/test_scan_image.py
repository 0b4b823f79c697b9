"""Images are made ready for reading: upright, evenly lit, straight, of a useful size."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mailbot.recognition import scan_image
from mailbot.recognition.scan_image import (
    ImageError,
    darken_ink,
    find_skew,
    fit,
    flatten_light,
    open_image,
    prepare,
)
from tests.kit.pdf_builder import page_image, photo, text_pdf


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", photo(dpi=30)[:200], b"niets"])
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(ImageError):
        open_image(content)


def test_an_image_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_image, "_MAX_OPEN_PIXELS", 10_000)
    with pytest.raises(ImageError):
        open_image(photo(dpi=30))


def test_transparent_parts_are_paper_not_ink() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert open_image(out.getvalue()).getpixel((5, 5)) == 255


@pytest.mark.parametrize(("size", "width"), [((200, 300), 600), ((600, 300), 900)])
def test_small_images_are_made_larger(size: tuple[int, int], width: int) -> None:
    assert fit(Image.new("L", size)).width == width


def test_scans_of_a_usual_resolution_are_left_alone() -> None:
    image = Image.new("L", (1240, 1754))
    assert fit(image) is image


def test_large_images_are_made_smaller() -> None:
    fitted = fit(Image.new("L", (6000, 6000)))
    assert fitted.width * fitted.height <= 9_010_000


def test_a_shadow_over_the_page_is_taken_away() -> None:
    page = np.asarray(page_image(text_pdf(), dpi=100).convert("L"), dtype=float)
    shadow = np.linspace(0.35, 1.0, page.shape[1])
    flat = np.asarray(flatten_light(Image.fromarray((page * shadow).astype(np.uint8))))
    assert np.median(flat[:, :100]) > 235
    assert flat.min() < 120


def test_pale_print_becomes_darker_and_the_grain_of_paper_white() -> None:
    image = Image.new("L", (3, 1))
    for x, grey in enumerate((0, 150, 246)):
        image.putpixel((x, 0), grey)
    darkened = darken_ink(image)
    assert [darkened.getpixel((x, 0)) for x in range(3)] == [0, 115, 255]


@pytest.mark.parametrize("degrees", [-4.0, -1.3, 0.0, 0.7, 3.2])
def test_a_sheet_that_was_laid_in_askew_is_made_straight(degrees: float) -> None:
    page = page_image(text_pdf(), dpi=100).convert("L")
    askew = page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    assert find_skew(askew) == pytest.approx(-degrees, abs=0.21)
    assert abs(find_skew(prepare(askew).image)) <= 0.2


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 255))
@settings(max_examples=40, deadline=None)
def test_an_image_of_any_size_is_prepared(width: int, height: int, grey: int) -> None:
    scan = prepare(Image.new("L", (width, height), grey))
    assert scan.turn == 0.0
    assert scan.image.mode == "L"
