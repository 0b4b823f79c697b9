"""What Tesseract read is tidied: amounts in one piece, noise left out, one height a line."""

from mailbot.recognition.layout import Word
from mailbot.recognition.ocr_words import find_slope, tidy_lines


def _line(*words: Word) -> list[str]:
    return [word.text for line in tidy_lines([words]) for word in line]


def test_an_amount_that_was_split_at_its_decimal_sign_is_one_word() -> None:
    assert _line(Word("65.", 0, 0, 30, 10), Word("20", 34, 0, 50, 10)) == ["65.20"]
    assert _line(Word("65.", 0, 0, 30, 10), Word("20", 80, 0, 95, 10)) == ["65.", "20"]


def test_what_tesseract_holds_for_noise_is_left_out() -> None:
    assert _line(Word("Totaal", 0, 0, 50, 10, 0.9), Word("~", 60, 0, 65, 10, 0.1)) == ["Totaal"]
    assert tidy_lines([[Word("~", 0, 0, 5, 10, 0.05)]]) == []


def test_the_border_of_a_table_is_no_word() -> None:
    assert _line(Word("|", 0, 0, 3, 12), Word("Totaal", 8, 0, 50, 10)) == ["Totaal"]


def test_words_of_small_letters_are_as_high_as_their_line() -> None:
    words = [
        Word("Datum", 0, 0, 50, 10),
        Word("van", 55, 3, 75, 10),
        Word("Factuur", 80, 0, 140, 10),
    ]
    heights = {round(word.height) for word in tidy_lines([words])[0]}
    assert heights == {16}  # with the air of a font above and below the ink


def test_grain_above_and_below_a_word_is_not_its_height() -> None:
    line = [Word("Vervaldatum", 0, 0, 60, 20), Word("08/11/2026", 70, 5, 125, 16)]
    rest = [Word("Klantnummer", 0, 40 * n, 60, 40 * n + 11) for n in range(1, 6)]
    first, second = tidy_lines([line, *([word] for word in rest)])[0]
    assert first.height < 1.2 * second.height
    assert (first.y0 + first.y1) / 2 == (second.y0 + second.y1) / 2


def test_large_letters_stay_large() -> None:
    rest = [Word("Klantnummer", 0, 40 * n, 60, 40 * n + 11) for n in range(1, 6)]
    (title,), *_ = tidy_lines([[Word("FACTUUR", 0, 0, 120, 30)], *([word] for word in rest)])
    assert title.height == 48


def test_the_slope_is_that_of_long_lines() -> None:
    sinking = [Word(str(n), n * 100, n * 2, n * 100 + 50, n * 2 + 10) for n in range(5)]
    assert find_slope([sinking, [Word("kort", 0, 0, 20, 10)]]) == 0.02
    assert find_slope([]) == 0.0
