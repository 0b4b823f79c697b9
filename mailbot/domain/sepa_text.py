"""Writes names and communications in the few letters that every bank of SEPA takes.

Source: EPC217-08 "SEPA requirements for an extended character set": a-z A-Z 0-9 and
/ - ? : ( ) . , ' + and the space; no slash begins or ends a text, and no two stand together.
"""

import re
import unicodedata

_NOT_TAKEN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
#: letters that do not fall apart into a plain one and its accent, and signs with a usual spelling
_SPELLED = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
        "\u0131": "i", "&": "+", "€": "EUR", "_": "-", "@": "(at)", "`": "'", "\u00b4": "'",
        "\u2019": "'", "\u2018": "'", "\u2013": "-", "\u2014": "-", ";": ",",
        "[": "(", "]": ")", "{": "(", "}": ")",
    }
)  # fmt: skip


def sepa_text(text: str, length: int) -> str:
    """Return `text` in letters that every bank takes, at most `length` of them; "" stays "".

    Accents go, signs get their usual spelling, what has none becomes a point.
    """
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    taken = _NOT_TAKEN.sub(".", " ".join(plain.split()))
    return re.sub("/{2,}", "/", taken)[:length].strip(" /")
