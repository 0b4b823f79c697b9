"""What OCR misread is mended where its shape, its check digits or the known words say how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.recognition.layout import Word
from mailbot.recognition.ocr_repair import mend_line


def mended(text: str, sure: float = 0.5) -> str:
    words = [Word(part, n * 60, 0, n * 60 + 50, 10, sure) for n, part in enumerate(text.split())]
    return " ".join(word.text for word in mend_line(words))


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("BE6I 7333 2973 O817", "BE61 7333 2973 0817"),
        ("Rek. BEO3 3605 3118 9584", "Rek. BE03 3605 3118 9584"),
        ("NLSOINGB0683251309", "NL50INGB0683251309"),
        ("IBAN NL9I ABNA O417 1643 OO", "IBAN NL91 ABNA 0417 1643 00"),
    ],
)
def test_letters_in_an_iban_are_digits_when_the_check_digits_are_right_then(
    read: str, right: str
) -> None:
    assert mended(read, sure=0.99) == right


@pytest.mark.parametrize(
    "text", ["BE61 7333 2973 0818", "NLSOINGB0683251308", "BEDRAG INCLUSIEF BTW"]
)
def test_what_no_check_digits_confirm_stays(text: str) -> None:
    assert mended(text, sure=0.99) == text


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("BTW BE O403.170.701", "BTW BE 0403.170.701"),
        ("NL810433941801", "NL810433941B01"),
        ("DEI36695976", "DE136695976"),
    ],
)
def test_letters_in_a_vat_number_are_digits(read: str, right: str) -> None:
    assert mended(read) == right


def test_letters_in_a_structured_communication_are_digits() -> None:
    assert mended("+++O90/9337/55493+++") == "+++090/9337/55493+++"
    assert mended("+++O90/9337/55494+++") == "+++O90/9337/55494+++"


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("1.234,S6", "1.234,56"),
        ("l2,50", "12,50"),
        ("€1O,5O", "€10,50"),
        ("O3/02/2026", "03/02/2026"),
    ],
)
def test_amounts_and_dates_have_digits_only(read: str, right: str) -> None:
    assert mended(read) == right


@pytest.mark.parametrize("text", ["Solo", "OS.BI", "SO.lB", "B.S", "I/00000"])
def test_words_are_no_amounts(text: str) -> None:
    assert mended(text, sure=1.0) == text


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("[Totaal", "Totaal"),
        ("34,73|", "34,73"),
        ("[12]", "[12]"),
        ("|", "|"),
        ("Totaal]", "Totaal"),
    ],
)
def test_borders_of_boxes_are_no_letters(read: str, right: str) -> None:
    assert mended(read) == right


def test_a_swallowed_space_behind_an_abbreviation_comes_back() -> None:
    first, second = mend_line([Word("Nr.471102", 0, 0, 90, 10)])
    assert (first.text, second.text) == ("Nr.", "471102")
    assert first.x1 < second.x0


def test_labels_become_known_words_and_keep_their_capitals() -> None:
    assert mended("Facturmummer:") == "Factuurnummer:"
    assert mended("FACTURMUMMER") == "FACTUURNUMMER"
    assert mended("Facturmummer:", sure=0.99) == "Facturmummer:"


@given(st.lists(st.text(min_size=1, max_size=30).filter(lambda t: bool(t.strip())), max_size=8))
def test_any_line_is_taken_and_no_word_lost(texts: list[str]) -> None:
    line = [Word(text, 0, 0, 50, 10, 0.5) for text in texts]
    assert len(mend_line(line)) >= len(line)
