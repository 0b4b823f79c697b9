"""Text as it is compared with lists of words: case, accents and spaces do not count."""

import unicodedata


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, with single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("\u2019", "'"))
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(letters.lower().split())
