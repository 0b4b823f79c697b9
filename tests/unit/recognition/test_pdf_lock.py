"""Encrypted PDFs are opened with the right password only."""

import io

import pikepdf
import pytest

from mailbot.recognition.page_text import read_page_text
from mailbot.recognition.pdf_lock import find_password, unlock
from tests.kit.pdf_builder import encrypted_pdf, lines_pdf

PLAIN = lines_pdf([["geheim blad"]])
LOCKED = encrypted_pdf("sleutel", PLAIN)


def test_the_right_password_is_found_among_others() -> None:
    assert find_password(LOCKED, ["slot", "sleutel"]) == "sleutel"
    assert find_password(LOCKED, ["slot"]) is None


def test_what_is_opened_has_no_lock() -> None:
    opened = unlock(LOCKED, ["slot", "sleutel"])
    assert opened is not None
    assert read_page_text(opened).text.split() == ["geheim", "blad"]
    assert unlock(LOCKED, ["sleutel"]) == opened


def test_a_file_that_only_forbids_printing_is_left_as_it_is() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PLAIN)) as document:
        document.save(out, encryption=pikepdf.Encryption(user="", owner="baas"))
    assert unlock(out.getvalue(), ["sleutel"]) is None


@pytest.mark.parametrize("content", [b"", b"/Encrypt", PLAIN, LOCKED])
def test_what_no_password_opens(content: bytes) -> None:
    assert unlock(content, ["slot"]) is None
    assert find_password(content, ["slot"]) is None
