"""Finds numbers with check digits: VAT, IBAN, structured communications; and BICs.

Check digits: see `mailbot.domain.identifiers`. They also mend what OCR misread.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.domain.identifiers import read_enterprise_number, read_iban, read_ogm, read_vat_number
from mailbot.recognition.grammars import Found

_EU = (
    "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI|CH|NO"
)
_VAT = re.compile(rf"(?<!\w)({_EU})[ .-]?((?:[0-9A-Z][ .]?){{7,12}}[0-9A-Z])(?![0-9A-Z])")
_VAT_BE = re.compile(r"(?<!\w)BE[ .:-]{0,2}([01]?(?:[ .,-]?\d){9})(?![\d])")
_VAT_NL = re.compile(r"(?<!\w)NL[ .-]?((?:\d[ .-]?){9}B[ .-]?\d{2})(?!\d)")
_BARE_BE = re.compile(
    r"(?<![\d./+-])(?<!\b[A-Z]{2} )(?<![A-Z])[01]?\d{3}[ .,]\d{3}[ .,]\d{3}(?![\d/]|[ .,]\d)"
)
# Found at every place (lookahead): what only looks like the start of one must not hide the next.
_IBAN = re.compile(r"(?<![A-Za-z0-9])(?=([A-Z]{2} ?[\dOoIl]{2}(?:[ .-]?[0-9A-Za-z]){11,30}))")
#: digits by which a misprinted IBAN is too long or too short
_MISPRINT = 4
_IBAN_LINE = re.compile(r"(?:^|\bIBAN\b\W*)([A-Z]{2}\d\d(?: ?[A-Z]{4})?(?:[ .]?\d){8,28})\s*$")
_BIC = re.compile(r"(?<![A-Z0-9])([A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![A-Za-z0-9])")
_OGM_MARKED = re.compile(r"([+*]{2,3})\s?(\d[\d\s/.-]{10,18}\d)\s?[+*]{2,3}")
_OGM_SLASHED = re.compile(r"(?<![\d/])(\d{3}\s?/\s?\d{4}\s?/\s?\d{5})(?![\d/])")
_OGM_BARE = re.compile(r"(?<![\d.,/+-])(\d{12})(?![\d.,/-]\d|\d)")

#: length of an IBAN per country (ISO 13616 registry), where invoices of our readers come from
_IBAN_LENGTH = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IT": 27,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "SE": 24, "SI": 19, "SK": 24,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number with check digits as found; `is_valid` when they are right."""

    number: str
    is_valid: bool = True
    #: false when only its digits speak for it
    is_marked: bool = True


def find_vat_numbers(text: str) -> Iterator[Found[Identifier]]:
    """Yield VAT and Belgian enterprise numbers, with a country code wrong ones, too."""
    upper = _in_capitals(text)
    taken: list[tuple[int, int]] = []
    for pattern, country in ((_VAT_BE, "BE"), (_VAT_NL, "NL")):
        for match in pattern.finditer(upper):
            digits = re.sub(r"[^0-9B]", "", match[1])
            number = country + (digits.zfill(10) if country == "BE" else digits)
            taken.append(match.span())
            yield Found(Identifier(number, read_vat_number(number) is not None), *match.span())
    for match in _VAT.finditer(upper):
        if not _overlaps(match.span(), taken) and (found := _foreign_vat(text, match)):
            taken.append((found.start, found.end))
            yield found
    for match in _BARE_BE.finditer(upper):
        enterprise = read_enterprise_number(match[0])
        if enterprise and not _overlaps(match.span(), taken):
            yield Found(Identifier("BE" + enterprise, is_marked=False), *match.span())


def _in_capitals(text: str) -> str:
    """Return `text` in capitals, letter for letter: "ß" would become two."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def _foreign_vat(text: str, match: re.Match[str]) -> Found[Identifier] | None:
    """Return the longest valid number, else the whole when it is unbroken and nearly digits."""
    country, rest = match[1], match[2]
    for length in range(len(rest), 6, -1):
        if rest[length : length + 1].isalnum():
            continue  # the number would end inside another one
        compact = re.sub(r"[ .]", "", rest[:length])
        if len(compact) >= 8 and read_vat_number(country + compact):
            end = match.start(2) + length
            return Found(Identifier(country + compact), match.start(), end)
    run = re.match(
        r"[A-Z]{2}[ ]?(?=[A-Z]{0,2}\d{6})[0-9A-Z]{8,12}(?![0-9A-Z])", text[match.start() :]
    )
    if run and country not in ("BE", "NL"):
        number = run[0].replace(" ", "")
        return Found(Identifier(number, is_valid=False), match.start(), match.start() + run.end())
    return None


def find_ibans(text: str) -> Iterator[Found[Identifier]]:
    """Yield IBANs, grouped or not; wrong check digits are said, letters read for digits mended."""
    if misprint := _misprinted_iban(text):
        yield misprint
    for match in _IBAN.finditer(text):
        country = match[1][:2].upper()
        length = _IBAN_LENGTH.get(country)
        end, compact = _take(text, match.start(), length or 34)
        if length and len(compact) == length:
            mended = read_iban(compact) or read_iban(_as_digits(compact))
            if mended or compact[2:4].isdigit():
                number = Identifier(mended or compact, is_valid=mended is not None)
                yield Found(number, match.start(), end)
        elif not length and (foreign := read_iban(match[1].replace(" ", ""))):
            yield Found(Identifier(foreign), match.start(), match.end(1))


def _misprinted_iban(text: str) -> Found[Identifier] | None:
    """Return the IBAN of a wrong length that is all of a line, or all behind the word IBAN."""
    match = _IBAN_LINE.search(text)
    if match is None:
        return None
    compact = re.sub(r"\W", "", match[1])
    length = _IBAN_LENGTH.get(compact[:2], len(compact))
    is_near = 0 < abs(len(compact) - length) <= _MISPRINT
    return Found(Identifier(compact, is_valid=False), *match.span(1)) if is_near else None


#: letters that OCR reads for digits; the check digits say whether that is so
_LOOK_ALIKES = str.maketrans("OQILSBZG", "00115826")
#: where letters stand in an IBAN of countries that have some (ISO 13616)
_IBAN_LETTERS = {"NL": slice(4, 8), "GB": slice(4, 8), "IE": slice(4, 8)}


def _as_digits(iban: str) -> str:
    """Return an IBAN with digits for the letters that look like them."""
    letters = _IBAN_LETTERS.get(iban[:2], slice(2, 2))
    head, tail = iban[2 : letters.start], iban[letters.stop :]
    bank = iban[letters]
    return iban[:2] + head.translate(_LOOK_ALIKES) + bank + tail.translate(_LOOK_ALIKES)


def _take(text: str, start: int, length: int) -> tuple[int, str]:
    """Return the end and the value of `length` letters and digits; single gaps are allowed."""
    taken: list[str] = []
    at, gap = start, 0
    while at < len(text) and len(taken) < length:
        if text[at].isascii() and text[at].isalnum():
            taken.append(text[at].upper())
            gap = 0
        elif text[at] in " .-\u00a0" and not gap:
            gap = 1
        else:
            break
        at += 1
    return at, "".join(taken)


def find_bics(text: str) -> Iterator[Found[str]]:
    """Yield what is shaped like a BIC (ISO 9362); words in capitals are, too."""
    for match in _BIC.finditer(text):
        if match[1][4:6] in _IBAN_LENGTH:
            yield Found(match[1], *match.span())


def find_ogms(text: str) -> Iterator[Found[Identifier]]:
    """Yield Belgian structured communications (OGM) as 12 digits, in all spellings."""
    taken: list[tuple[int, int]] = []
    for pattern, group in ((_OGM_MARKED, 2), (_OGM_SLASHED, 1), (_OGM_BARE, 1)):
        for match in pattern.finditer(text):
            digits = read_ogm(match[group])
            if digits and not _overlaps(match.span(), taken):
                taken.append(match.span())
                yield Found(Identifier(digits, is_marked=pattern is not _OGM_BARE), *match.span())


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)
