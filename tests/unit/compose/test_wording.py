"""Amounts, dates and hostile text."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.compose.wording import (
    day,
    listed,
    money,
    near_day,
    one_line,
    percent,
    plain_amount,
    shortened,
    with_plain_spaces,
)
from mailbot.domain.mail import Language


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "€ 12.605,00"),
        ("fr", "12 605,00 €"),
        ("en", "€12,605.00"),
        ("de", "12.605,00 €"),
    ],
)
def test_amounts_are_written_as_the_reader_does(language: Language, said: str) -> None:
    assert with_plain_spaces(money(Decimal(12605), "EUR", language)) == said


@pytest.mark.parametrize(
    ("currency", "said"), [(None, "605,00"), ("USD", "US$ 605,00"), ("<b>", "<b> 605,00")]
)
def test_any_currency_can_be_written(currency: str | None, said: str) -> None:
    assert with_plain_spaces(money(Decimal(605), currency, "nl")) == said


def test_typed_amounts_have_no_grouping() -> None:
    assert [plain_amount(Decimal("12605.5"), x) for x in ("nl", "en")] == ["12605,50", "12605.50"]


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2026, 12, 13), "13/12"),
        (date(2027, 1, 5), "05/01"),
        (date(2027, 12, 13), "13/12/2027"),
        (date(2025, 12, 13), "13/12/2025"),
    ],
)
def test_the_year_is_left_out_only_when_it_is_clear(due: date, said: str) -> None:
    assert near_day(due, date(2026, 11, 20), "nl") == said


def test_german_dates_have_points() -> None:
    assert day(date(2026, 12, 3), "de") == "03.12.2026"
    assert near_day(date(2026, 12, 3), date(2026, 11, 20), "de") == "03.12."


def test_rates_and_lists() -> None:
    assert with_plain_spaces(percent(Decimal("5.50"), "nl")) == "5,5 %"
    assert listed(("An", "Karim", "Sofie"), "nl") == "An, Karim en Sofie"
    assert listed((), "nl") == ""


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("Drukkerij\r\nBcc: all@evil.example", "Drukkerij Bcc: all@evil.example"),
        ("a\u2028b\u2029c\x0bd\x00e", "a b c d e"),
        ("\u202e00,506 €\u202c", "00,506 €"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("\ud800", "\ufffd"),
        ("  Café  «Ünïcode»  ", "Café «Ünïcode»"),
    ],
)
def test_text_from_outside_becomes_one_harmless_line(hostile: str, harmless: str) -> None:
    assert one_line(hostile) == harmless


@given(st.text(alphabet=st.characters()))
def test_one_line_is_always_one_line_that_can_be_sent(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    line.encode()


@given(st.text(), st.integers(min_value=1, max_value=20))
def test_shortened_text_is_never_longer(text: str, length: int) -> None:
    assert len(shortened(text, length)) <= length
