"""Text as it is compared with lists of words: case, accents and spaces do not count."""

import unicodedata
from functools import lru_cache

#: letters; what is longer is hardly ever met again
_WORD = 32


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with single spaces."""
    return _fold_word(text) if len(text) <= _WORD else _fold(text)


@lru_cache(maxsize=16_384)
def _fold_word(text: str) -> str:
    """Fold a word: the same few thousand make up every mail."""
    return _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("\u2019", "'"))
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(letters.lower().split())
