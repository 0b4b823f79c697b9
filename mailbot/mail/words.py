"""The words of templates/words/<language>.toml: four languages, merged, in plain letters."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from mailbot.domain.mail import LANGUAGES
from mailbot.mail.folding import fold


def fold_line(line: str) -> str:
    """Return `line` as words are compared: lower case, no accents, single spaces, plain quotes."""
    return fold(line.replace("\u2018", "'").replace("\u00b4", "'").replace("`", "'"))


@cache
def words(table: str, name: str) -> tuple[str, ...]:
    """Return the phrases called `name` in `table` of all languages, folded, longest first.

    People write in the language they like, whatever the mail they answer was written in.
    """
    found = {
        fold_line(phrase)
        for language in LANGUAGES
        for phrase in _file(language).get(table, {}).get(name, [])
    }
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


@cache
def list_names(table: str) -> tuple[str, ...]:
    """Return the names of the lists in `table`, in the order of the first file."""
    names = [name for language in LANGUAGES for name in _file(language).get(table, {})]
    return tuple(dict.fromkeys(names))


@cache
def _file(language: str) -> dict[str, Any]:
    return tomllib.loads((files("templates") / f"words/{language}.toml").read_text("utf-8"))
