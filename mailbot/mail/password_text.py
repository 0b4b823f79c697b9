"""Finds what may be a password in an answer: the file itself says which one it is."""

import re

#: of a long answer, enough to hold the password
_MOST_TRIED = 30
_MOST_CHARACTERS = 127
_AFTER_LABEL = re.compile(r"[:=]\s*(\S.*)$")
_QUOTES = "\"'`“”„«»\u2018\u2019<>()[]"


def find_passwords(written: str) -> tuple[str, ...]:
    """Return what may be meant as a password, the likeliest first.

    What stands behind a colon, whole lines and single words, each as typed and without quotes
    and the mark that ends a sentence.
    """
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    labelled = [m[1].strip() for line in lines if (m := _AFTER_LABEL.search(line))]
    words = [word for line in lines for word in reversed(line.split())]
    found = [form for text in (*labelled, *lines, *words) for form in _forms(text)]
    short = (text for text in dict.fromkeys(found) if 0 < len(text) <= _MOST_CHARACTERS)
    return tuple(short)[:_MOST_TRIED]


def _forms(text: str) -> tuple[str, ...]:
    bare = text.strip(_QUOTES)
    return text, bare, bare.rstrip(".,;!?").strip(_QUOTES)
