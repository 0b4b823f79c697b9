"""Makes letters plain that look plain, and tells those that look like others or hide.

Words must mean to the reader of the screen what they mean to us (Unicode TR 36 and TR 39): a
struck-through word, a Cyrillic "a" in a Latin word, or text that runs backwards decides nothing.
"""

import re
import unicodedata
from functools import lru_cache

#: nothing is seen of these, and nothing else changes: they are left out
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
#: they turn the direction of what follows: what is seen stands in another order
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
#: letters that only look wide, bold or joined (Unicode Character Database, decomposition)
_LOOKS = ("<wide>", "<narrow>", "<font>")
_LIGATURES = range(0xFB00, 0xFB07)
_SAME_TO_THE_EYE = str.maketrans({"\u0131": "i", "\u017f": "s", "\u2044": "/", "\u20e3": None})
#: "n\u00ba", "\u00b5": no letters of another script, although Unicode counts them as letters
_SIGNS = frozenset("\u00aa\u00ba\u00b5\u02b9\u02bb\u02bc\u02c6\u02dc")
#: phonetic and historic letters, small capitals: nobody's language, and look-alikes
_ODD_LATIN = ((0x0180, 0x0217), (0x021C, 0x02AF), (0x1D00, 0x1DBF), (0x2C60, 0x2C7F))
_LAST_LATIN = 0x1EFF


def plain_letters(text: str) -> str:
    """Return `text` in letters that the tables know, with nothing unseen in it."""
    text = _LINE_ENDS.sub("\n", _TURNING.sub("", _UNSEEN.sub("", text)))
    text = unicodedata.normalize("NFC", text).translate(_SAME_TO_THE_EYE)
    if text.isascii():
        return text
    return "".join(one if one.isascii() else _plain(one) for one in text)


@lru_cache(maxsize=4096)
def _plain(letter: str) -> str:
    is_look = unicodedata.decomposition(letter).startswith(_LOOKS) or ord(letter) in _LIGATURES
    return unicodedata.normalize("NFKC", letter) if is_look else letter


def has_strange_letters(text: str) -> bool:
    """Whether something in `text` may look otherwise than it reads."""
    if text.isascii():
        return False
    if _TURNING.search(text):
        return True
    return any(not one.isascii() and _is_strange(one) for one in plain_letters(text))


@lru_cache(maxsize=4096)
def _is_strange(letter: str) -> bool:
    """Tell letters of other scripts, and marks that did not join a letter: strokes, enclosures."""
    kind = unicodedata.category(letter)
    if kind in {"Mn", "Me", "Mc"}:
        return True
    if not kind.startswith("L") or letter in _SIGNS:
        return False
    number = ord(letter)
    is_latin = unicodedata.name(letter, "").startswith("LATIN")
    return not is_latin or number > _LAST_LATIN or any(a <= number <= b for a, b in _ODD_LATIN)
