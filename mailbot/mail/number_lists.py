"""Reads the numbers of lines as people list them: "1-4", "2 en 3", "1, 2 and 6"."""

import re
from collections.abc import Sequence

from mailbot.mail.phrase_book import index_of, match
from mailbot.mail.tokens import Token

_DASHES = frozenset({"-", "\u2013", "\u2014"})
_MOST = 500


def skip_number_word(tokens: Sequence[Token], at: int) -> int:
    """Step over "number", "line" and the like."""
    return at + match(index_of("grammar", "number"), tokens, at)


def read_numbers(tokens: Sequence[Token], at: int) -> tuple[tuple[int, ...], int]:
    """Read "1-4" or "1, 2 and 6" at `at`; return the numbers and where they end."""
    found: list[int] = []
    end = at
    while end < len(tokens):
        first = number_at(tokens, end)
        if first is None:
            break
        end += 1
        step = _range_word(tokens, end)
        last = number_at(tokens, end + step) if step else None
        if last is not None and first <= last < first + _MOST:
            found += range(first, last + 1)
            end += step + 1
        else:
            found.append(first)
        step = _joining(tokens, end)
        if not step or number_at(tokens, end + step) is None:
            break
        end += step
    return tuple(dict.fromkeys(found)), end


def number_at(tokens: Sequence[Token], at: int) -> int | None:
    """Return the number at `at`, None if another word stands there."""
    if at >= len(tokens):
        return None
    text = tokens[at].text.rstrip(".,")
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def _range_word(tokens: Sequence[Token], at: int) -> int:
    if at < len(tokens) and tokens[at].text in _DASHES:
        return 1
    return match(index_of("grammar", "to"), tokens, at)


def _joining(tokens: Sequence[Token], at: int) -> int:
    step = 1 if at < len(tokens) and tokens[at].text in {",", "+", "/", "&"} else 0
    step += match(index_of("grammar", "and"), tokens, at + step)
    return step + (match(index_of("grammar", "number"), tokens, at + step) if step else 0)
