"""Lays words out as plain text: wrapped paragraphs, aligned fields, numbered lines."""

import textwrap
from collections.abc import Mapping, Sequence

WIDTH = 76
_INDENT = "  "
_LABEL_WIDTH = 22


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """Return `text` as one paragraph; `first` and `rest` stand before its lines.

    Words are never cut: a link or an account number stays whole.
    """
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def aligned(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows with `label` and `value` in two columns."""
    width = min(max((len(row["label"]) for row in rows), default=0), _LABEL_WIDTH)
    return "\n".join(
        wrapped(row["value"], f"{_INDENT}{row['label']:<{width}}  ", " " * (width + 4))
        for row in rows
    )


def numbered(text: str, number: int) -> str:
    """Return one line of a list that can be answered by its number."""
    return wrapped(text, f"{number:>3}  ", "     ")


def indented(lines: Sequence[str]) -> str:
    """Return what somebody wrote, line by line, set in."""
    return "\n".join(wrapped(line, "    ") if line.strip() else "" for line in lines)


def spread(options: Sequence[str]) -> str:
    """Return options on as few lines as they need, with a dot between them, none cut in two."""
    lines: list[str] = []
    for option in options:
        longer = f"{lines[-1]}  ·  {option}" if lines else ""
        if longer and len(longer) <= WIDTH:
            lines[-1] = longer
        else:
            lines.append(f"{_INDENT}{option}")
    return "\n".join(lines)
