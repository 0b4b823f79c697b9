"""Mends what OCR misread where something says what it must have been.

Letters in numbers are read as the digits that they look like where the shape is that of an amount
or a date, or where check digits then are right; misread words of labels become known words. The
words of a PDF are certain and never mended.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mailbot.domain.identifiers import read_iban, read_ogm, read_vat_number
from mailbot.recognition.layout import Word
from mailbot.recognition.near_words import find_near_word

#: letters that look like digits
_DIGITS = str.maketrans("OoQDIil|!SsBZzGqg", "00001111155822699")
_D = r"[0-9OoQDIil|!SsBZzGqg]"
#: what scans add at the edges of words: the borders of boxes, and brackets without their other
_BORDER = re.compile(r"^[|_\u00a6]+(?=.)|(?<=.)[|_\u00a6]+$|^[\[{](?=[^\]}]+$)")
#: an abbreviation for "number" that has swallowed the space behind it
_GLUED = re.compile(r"((?:Nr|No|N\u00b0|N\u00ba|nr|no)[.:]{0,2})(\d[\w/.-]{2,})")
_AMOUNT = re.compile(rf"[-\u20ac$]{{0,2}}{_D}{{1,3}}(?:[.,']{_D}{{3}})*[.,]{_D}{{2}}[-\u20ac]?")
_DATE = re.compile(rf"{_D}{{1,2}}([./-]){_D}{{1,2}}\1(?:{_D}{{4}}|{_D}{{2}})")
_VAT = re.compile(r"(?<![A-Za-z0-9])(?:BE|NL|DE|LU|FR|GB)[ .]?(?:[0-9A-Za-z|!][ .-]?){8,12}")
_OGM = re.compile(rf"(?<=[+*]{{3}})\s?{_D}{{3}}\s?/\s?{_D}{{4}}\s?/\s?{_D}{{5}}\s?(?=[+*]{{2,3}})")
_PUNCTUATION = ".,:;()*'\"\u2018\u2019\u201a\u201c\u201d"
#: digits that a word must have to be taken for a number that was misread
_LEAST_DIGITS = 0.5
#: length of an IBAN, and which of its places hold letters of the bank (ISO 13616)
_IBAN_SHAPES = {
    "BE": (16, slice(0, 0)), "NL": (18, slice(4, 8)), "DE": (22, slice(0, 0)),
    "FR": (27, slice(14, 25)), "LU": (20, slice(0, 0)), "GB": (22, slice(4, 8)),
    "IE": (22, slice(4, 8)), "ES": (24, slice(0, 0)), "AT": (20, slice(0, 0)),
    "IT": (27, slice(4, 5)), "PT": (25, slice(0, 0)), "CH": (21, slice(0, 0)),
}  # fmt: skip
_S = "[0-9A-Za-z|!]"
_IBAN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_IBAN_SHAPES)}){_S}{{2}}(?:[ .]?{_S}){{11,28}}")


def mend_line(line: Sequence[Word]) -> list[Word]:
    """Return the words of a line with what can be mended mended; places stay as they are."""
    words = [part for word in line for part in _parts(_without_border(word))]
    texts = _mend_numbers([word.text for word in words])
    return [
        replace(word, text=_mend_word(text, word.confidence))
        for word, text in zip(words, texts, strict=True)
    ]


def _without_border(word: Word) -> Word:
    text = _BORDER.sub("", word.text) or word.text
    if text[-1] in "]}" and not {"[", "{"} & set(text):
        text = text[:-1] or text
    return replace(word, text=text) if text != word.text else word


def _parts(word: Word) -> list[Word]:
    """Return a word, or the two that it is: "Nr.471102" is "Nr." and "471102"."""
    glued = _GLUED.fullmatch(word.text)
    if not glued:
        return [word]
    middle = word.x0 + (word.x1 - word.x0) * len(glued[1]) / len(word.text)
    gap = 0.1 * word.height
    return [
        replace(word, text=glued[1], x1=middle - gap),
        replace(word, text=glued[2], x0=middle + gap),
    ]


def _mend_word(text: str, confidence: float) -> str:
    """Return a word as an amount or a date if it has that shape, else as the word it was."""
    if (_AMOUNT.fullmatch(text) or _DATE.fullmatch(text)) and _is_mostly_digits(text):
        return text.translate(_DIGITS)
    core = text.strip(_PUNCTUATION)
    near = find_near_word(core, 1.0 - confidence)
    return text.replace(core, _cased(near, core)) if near else text


def _is_mostly_digits(text: str) -> bool:
    signs = [c for c in text if c.isalnum() or c in "|!"]
    return sum(c.isdigit() for c in signs) >= _LEAST_DIGITS * len(signs)


def _cased(word: str, like: str) -> str:
    """Return `word` with capitals where `like` has them."""
    letters = [c for c in like if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def _mend_numbers(texts: list[str]) -> list[str]:
    """Return the words of a line with numbers whose check digits are right once mended."""
    line = " ".join(texts)
    for pattern, mended in _NUMBERS:
        for match in pattern.finditer(line):
            number = mended(match[0])
            if number and number != match[0]:
                end = match.start() + len(number)
                line = line[: match.start()] + number + line[end:]
    places = [0]
    for text in texts:
        places.append(places[-1] + len(text) + 1)
    return [line[at : at + len(text)] for at, text in zip(places, texts, strict=False)]


def _mended_iban(text: str) -> str | None:
    """Return the beginning of `text` that is an IBAN once mended, sign for sign; None without."""
    shape = _IBAN_SHAPES.get(text[:2])
    places = [place for place, sign in enumerate(text) if sign not in " ."]
    if shape is None or len(places) < shape[0]:
        return None
    length, letters = shape
    compact = "".join(text[place] for place in places[:length])
    if read_iban(compact):
        return None
    digits = compact.translate(_DIGITS)
    bank = range(*letters.indices(length))
    mended = compact[:2] + "".join(
        compact[n].upper() if n in bank else digits[n] for n in range(2, length)
    )
    return _put_back(text, places[:length], mended) if read_iban(mended) else None


def _mended_vat(text: str) -> str | None:
    """Return the beginning of `text` that is a VAT number once mended; None without."""
    country = text[:2]
    places = [place for place, sign in enumerate(text) if sign not in " .-"]
    for length in _VAT_LENGTHS[country]:
        compact = "".join(text[place] for place in places[:length])
        if len(compact) < length or read_vat_number(compact):
            continue
        mended = country + compact[2:].translate(_DIGITS)
        if country == "NL":
            mended = mended[:11] + "B" + mended[12:]
        if read_vat_number(mended):
            return _put_back(text, places[:length], mended)
    return None


#: signs of a VAT number with its country
_VAT_LENGTHS = {"BE": (12,), "NL": (14,), "DE": (11,), "LU": (10,), "FR": (13,), "GB": (11,)}


def _mended_ogm(text: str) -> str | None:
    mended = text.translate(_DIGITS)
    return mended if read_ogm(mended) else None


def _put_back(text: str, places: Sequence[int], number: str) -> str:
    """Return `text` up to the last of `places`, with the signs of `number` in them."""
    signs = list(text[: places[-1] + 1])
    for place, sign in zip(places, number, strict=True):
        signs[place] = sign
    return "".join(signs)


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], str | None]], ...] = (
    (_OGM, _mended_ogm),
    (_IBAN, _mended_iban),
    (_VAT, _mended_vat),
)
