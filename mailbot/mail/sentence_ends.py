"""Cuts a line into its sentences."""

import re

from mailbot.mail.typed_values import begins_with_month

SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+(?=\S)|\s*;\s+|\n+")
#: "nr.", "15.12."
_MAY_ABBREVIATE = re.compile(r"(?:^|\s)(?:\S{1,3}|\d{1,2}\.\d{1,2})\.$")


def cut_sentences(line: str) -> list[str]:
    """Return the sentences of a line; what was cut behind "nr." or "3." stays together."""
    pieces = [one for one in SENTENCE_END.split(line) if one and one.strip()]
    found: list[str] = []
    for piece in pieces:
        if found and _goes_on(found[-1], piece):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [one.strip() for one in found]


def _goes_on(before: str, piece: str) -> bool:
    if not _MAY_ABBREVIATE.search(before):
        return False
    return not piece[:1].isupper() or (before[-2:-1].isdigit() and begins_with_month(piece))
