"""What programs write by themselves in each language: dates and the heads of quoted mails."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

_LABELS = ("from", "sent", "date", "to", "subject")


@cache
def get_wording(language: str) -> dict[str, Any]:
    """Return the words of one language (wording.toml)."""
    path = Path(__file__).with_name("wording.toml")
    found: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))[language]
    return found


def date_marks(when: datetime, language: str) -> dict[str, str]:
    """Return the marks of templates that stand for a time, such as $d, $month and $h24."""
    words = get_wording(language)
    noon = when.strftime("%I:%M %p").lstrip("0")
    marks = {
        "wday": words["weekdays"][when.weekday()], "wd": words["short_weekdays"][when.weekday()],
        "month": words["months"][when.month - 1], "mon": words["short_months"][when.month - 1],
        "d": str(when.day), "dd": f"{when.day:02}", "mm": f"{when.month:02}",
        "y": str(when.year), "yy": f"{when.year % 100:02}", "h24": f"{when:%H:%M}", "h12": noon,
    }  # fmt: skip
    return marks | {"long": Template(words["long_date"]).substitute(marks)}


def label_marks(language: str) -> dict[str, str]:
    """Return the marks for the heads of a quoted mail: $l_from, $l_sent, …, $original."""
    words = get_wording(language)
    labels = {f"l_{name}": words[name] + words["colon"] for name in _LABELS}
    return labels | {"original": words["original"]}


def fill(template: str, marks: Mapping[str, str]) -> str:
    """Return a template of a client with its marks filled in."""
    return Template(template).substitute(marks)
