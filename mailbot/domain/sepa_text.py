"""Text in the letters that every bank of the SEPA takes.

Source: EPC217-08 (best practices on character sets): a-z A-Z 0-9 / - ? : ( ) . , ' + and
the blank; no slash at either end, no two of them together.
"""

import re
import unicodedata

_NOT_TAKEN = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
#: what a decomposition does not make a letter of the set
_TRANSLITERATED = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ł": "l", "Ł": "L",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i", "€": "EUR", "&": "+", "@": "(at)", "_": "-",
        "\N{EN DASH}": "-", "—": "-", "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'", "“": "'", "”": "'", '"': "'", "`": "'",
        ";": ",", "=": "-", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/",
    }
)  # fmt: skip


def sepa_text(text: str, length: int) -> str:
    """Return `text` in letters of the set, at most `length` of them; what has no like is a dot."""
    latin = unicodedata.normalize("NFKD", text.translate(_TRANSLITERATED))
    latin = "".join(letter for letter in latin if not unicodedata.combining(letter))
    taken = _NOT_TAKEN.sub(".", " ".join(latin.split()))
    single = re.sub(r"/{2,}", "/", taken)
    return single[:length].strip(" /")
