"""Tests that names and communications arrive in letters that every bank takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.sepa_text import sepa_text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Crème & Brûlée NV", "Creme + Brulee NV"),
        ("Łódź // straße €5", "Lodz / strasse EUR5"),
        ("factuur 2026/114", "factuur 2026/114"),
        ("//ref//", "ref"),
        (" a\n b\t", "a b"),
        ("αβ", ".."),
        ("", ""),
    ],
)
def test_what_a_bank_does_not_take_is_spelled_otherwise(typed: str, written: str) -> None:
    assert sepa_text(typed, 140) == written


@given(st.text(), st.integers(1, 140))
def test_every_text_becomes_one_that_is_taken(typed: str, length: int) -> None:
    written = sepa_text(typed, length)
    assert re.fullmatch(r"[A-Za-z0-9/\-?:().,'+ ]*", written)
    assert len(written) <= length
    assert sepa_text(written, length) == written
