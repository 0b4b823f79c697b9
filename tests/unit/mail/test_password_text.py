"""What in an answer may be a password: tried in order, the file says which one it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.password_text import find_passwords


@pytest.mark.parametrize(
    ("written", "password"),
    [
        ("Zomer2026!", "Zomer2026!"),
        ("wachtwoord: Zomer2026!", "Zomer2026!"),
        ("Het wachtwoord is Zomer2026.", "Zomer2026"),
        ('Le mot de passe est "sésame ouvre-toi"\nBien à vous', "sésame"),
        ("Passwort = drei kleine Worte", "drei kleine Worte"),
        ("Dag,\n\nhet is «abc:def».\n\nGroeten, Jan", "abc:def"),
        ("drie losse woorden", "drie losse woorden"),
    ],
)
def test_the_password_is_among_what_is_tried(written: str, password: str) -> None:
    assert password in find_passwords(written)


def test_what_stands_behind_a_colon_is_tried_first() -> None:
    assert find_passwords("Beste\nwachtwoord: geheim")[0] == "geheim"


@given(st.text(max_size=2000))
def test_little_is_tried(written: str) -> None:
    found = find_passwords(written)
    assert len(found) <= 30
    assert all(0 < len(text) <= 127 for text in found)
