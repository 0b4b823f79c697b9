"""What stands in braces is filled in, or named as unknown; nothing is filled in twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.compose.variables import fill_in, unknown_variables

VALUES = {
    "first_name": "An",
    "name": "An Peeters",
    "dossier": "Bakkerij {naam}",
    "office": "Vermeer",
    "documents": "- een\n- twee",
}


@pytest.mark.feature("CF-COM-12")
@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Dag {voornaam},", "Dag An,"),
        ("Bonjour {Prenom}", "Bonjour An"),
        ("{first_name} {vorname}", "An An"),
        ("{naam} van { dossier }", "An Peeters van Bakkerij {naam}"),
        ("{documenten}", "- een\n- twee"),
        ("{onbekend} { } {", "{onbekend} { } {"),
    ],
)
def test_variables_are_filled_in(text: str, filled: str) -> None:
    assert fill_in(text, VALUES) == filled


def test_what_is_no_variable_is_named_as_it_was_typed() -> None:
    assert unknown_variables("{voornam} {naam} {voornam} {}") == ("{voornam}", "{}")
    assert unknown_variables("geen { haken\n}") == ()


@given(st.text(max_size=80))
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    plain = text.replace("{", "").replace("}", "")
    assert fill_in(plain, VALUES) == plain
    assert unknown_variables(plain) == ()
