"""Fills names into a text that goes to many: {voornaam}, {dossier}, {kantoor}, {documenten}."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_VARIABLE = re.compile(r"\{([^{}\n]{0,40})\}")


def unknown_variables(text: str) -> tuple[str, ...]:
    """Return what stands in braces and is no variable, as it was typed."""
    typed = (found[0] for found in _VARIABLE.finditer(text) if _meaning(found[1]) is None)
    return tuple(dict.fromkeys(typed))


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its variables filled in; what is unknown stays.

    `values` has first_name, name, dossier, office and documents. What is filled in is not looked
    at again.
    """
    return _VARIABLE.sub(lambda found: values.get(_meaning(found[1]) or "", found[0]), text)


def _meaning(name: str) -> str | None:
    return _names().get(name.strip().casefold())


@cache
def _names() -> dict[str, str]:
    table = tomllib.loads((files("templates") / "words/variables.toml").read_text("utf-8"))
    return {word: meaning for meaning, words in table.items() for word in words}
