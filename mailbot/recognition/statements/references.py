"""Finds what a payment refers to: structured communications (OGM) and creditor references."""

import re
from collections.abc import Iterable

from stdnum import iso11649

from mailbot.domain.bank import Ogm
from mailbot.domain.identifiers import read_ogm
from mailbot.recognition.identifiers import find_ogms

_TWELVE_DIGITS = re.compile(r"\d{12}", re.ASCII)
_NOT_DIGITS = re.compile(r"[\s+*/.-]")
#: unbroken, or in groups of four as people write it (ISO 11649)
_CREDITOR_REFERENCE = re.compile(
    r"(?<![A-Z0-9])RF\d{2}(?:[A-Z0-9]{4,21}|(?: [A-Z0-9]{4})+(?: [A-Z0-9]{1,3})?)(?![A-Z0-9])"
)


def stated_ogm(text: str | None) -> Ogm | None:
    """Return the structured communication in a field that is meant for one, right or wrong."""
    digits = _NOT_DIGITS.sub("", text or "")
    if not _TWELVE_DIGITS.fullmatch(digits):
        return None
    return Ogm(digits=digits, is_valid=read_ogm(digits) is not None, is_stated=True)


def find_ogm(texts: Iterable[str | None]) -> Ogm | None:
    """Return the first structured communication with right check digits in free text.

    Twelve bare digits count only when the text has nothing else: a card, a terminal or a mandate
    has twelve, too, and one in 97 passes.
    """
    for text in filter(None, texts):
        for found in find_ogms(text):
            if found.value.is_marked or not _NOT_DIGITS.sub("", text).strip("0123456789"):
                return Ogm(digits=found.value.number, is_valid=True, is_stated=False)
    return None


def find_creditor_reference(texts: Iterable[str | None]) -> str | None:
    """Return the first reference of ISO 11649 with right check digits, without spaces."""
    for text in filter(None, texts):
        for match in _CREDITOR_REFERENCE.finditer(text):
            if iso11649.is_valid(match[0]):
                return match[0].replace(" ", "")
    return None
