"""Misread words of labels are taken for the known word that they were; others stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.recognition.near_words import find_near_word, is_known


@pytest.mark.parametrize(
    ("read", "word"),
    [
        ("Factuunurimer", "factuurnummer"),
        ("Facturmummer", "factuurnummer"),
        ("Rechnungenurimer", "rechnungsnummer"),
        ("Tota1", "total"),
        ("Involce", "invoice"),
        ("Vervaidatum", "vervaldatum"),
        ("Zahlbetraq", "zahlbetrag"),
    ],
)
def test_a_misread_label_is_the_known_word(read: str, word: str) -> None:
    assert find_near_word(read, 0.5) == word


@pytest.mark.parametrize(
    "word", ["Kempenland", "Turnhout", "Bouwpunt", "Betonnet", "Seite1", "nee"]
)
def test_other_words_stay(word: str) -> None:
    assert find_near_word(word, 0.5) is None


def test_known_words_stay_however_doubtful() -> None:
    assert is_known("Factuurnummer")
    assert is_known("Factuur-nummer")
    assert find_near_word("Factuurnummer", 0.9) is None


def test_a_surely_read_word_is_another_word() -> None:
    assert find_near_word("Facturmummer", 0.0) is None
    assert find_near_word("Facturmummer", 0.1) is None
    assert find_near_word("Tota1", 0.1) == "total"


@given(st.text(max_size=40), st.floats(0, 1))
def test_any_text_is_taken(text: str, doubt: float) -> None:
    near = find_near_word(text, doubt)
    assert near is None or is_known(near)
