"""The words of the pages, one file per language: templates/<language>/pages.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from mailbot.domain.mail import Language


@cache
def words(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Return the words of the pages in one language, by table and id."""
    text = (files("templates") / language / "pages.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))
