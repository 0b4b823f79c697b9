"""Pages are cut out of a PDF unchanged, and into the same bytes each time."""

import pytest

from mailbot.recognition.page_cut import CutError, count_pages, cut_pages
from mailbot.recognition.page_text import read_page_text
from tests.kit.pdf_builder import encrypted_pdf, lines_pdf

THREE = lines_pdf([["een"], ["twee"], ["drie"]])


def test_each_range_is_a_file_of_its_own() -> None:
    first, rest = cut_pages(THREE, [(1, 1), (2, 3)])
    assert read_page_text(first).text.split() == ["een"]
    assert read_page_text(rest).text.split() == ["twee", "drie"]
    assert (count_pages(first), count_pages(rest)) == (1, 2)


def test_a_second_cut_is_the_same_file() -> None:
    assert cut_pages(THREE, [(2, 3)]) == cut_pages(THREE, [(2, 3)])


@pytest.mark.parametrize("pages", [(0, 1), (2, 4), (3, 2)])
def test_pages_that_are_not_there(pages: tuple[int, int]) -> None:
    with pytest.raises(CutError):
        cut_pages(THREE, [pages])


@pytest.mark.parametrize("content", [b"", b"no pdf", encrypted_pdf("sleutel", THREE)])
def test_what_cannot_be_opened(content: bytes) -> None:
    with pytest.raises(CutError):
        count_pages(content)
    with pytest.raises(CutError):
        cut_pages(content, [(1, 1)])
