"""Reads what a :86: says about a movement, in the dialects of the banks.

German banks number subfields ("?20", Deutsche Kreditwirtschaft, DFÜ-Abkommen annex 3); Dutch and
many other banks use code words between slashes ("/REMI/", SWIFT); ABN AMRO and Knab write labels
("IBAN: "). Anything else is free text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.recognition.statements.values import first_of, squeezed

#: SWIFT cuts a line here, in the middle of a word
_LINE_WIDTH = 65
#: German banks cut a subfield here
_SUBFIELD_WIDTH = 27

_GERMAN = re.compile(r"\s*(\d{3})([?>@#~^<])(?=\d{2})", re.ASCII)
_SUBFIELDS = r"(00|10|2\d|3[0-8]|6[0-5]|7\d)"
_SEPA_WORD = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|RREF|IBAN|BIC)\+"
    r"|\b(EREF|KREF|MREF|CRED|MTLG|IBAN|BIC): ?"
)
_CODE_WORD = re.compile(
    r"/(TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|PREF|ORDP|BENM|ISDT|TRCD|RTRN|PURP|ULTC|ULTD|"
    r"ULTB|OCMT|EXCH|CHGS|CREF|IREF|RREF|OREF|INIT|SVCL|CDTRREFTP|CDTRREF|ISSR|ADDR|RCMT|CHRG|"
    r"XCRT|ADDI)/"
)
_LABEL = re.compile(
    r"(IBAN|BIC|NAAM|Naam|NAME|OMSCHRIJVING|Omschrijving|KENMERK|Kenmerk|BETALINGSKENM\.|"
    r"Betalingskenm\.|MACHTIGING|Machtiging|INCASSANT|Incassant|REK) ?: ?"
)
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}|\d[\d.]{5,20}\d", re.ASCII)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_NOT_PROVIDED = ("", "NOTPROVIDED", "NOT PROVIDED", "NONREF")


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a bank says about a movement beside its amount."""

    name: str | None = None
    account: str | None = None
    bic: str | None = None
    communication: str | None = None
    #: a structured reference
    reference: str | None = None
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    creditor_id: str | None = None
    #: words of the bank: "SEPA OVERBOEKING"
    booking_text: str | None = None
    #: three digits of German banks, Geschäftsvorfallcode
    gvc: str = ""


def read_details(lines: Sequence[str]) -> Details:
    """Return what the lines of one :86: say."""
    joined = "".join(lines)
    german = _GERMAN.match(joined)
    if german:
        return _german(joined[german.end() - 1 :], german[1], german[2])
    if _CODE_WORD.match(joined.lstrip()):
        return _code_words(joined)
    text = _flowing(lines, _LINE_WIDTH)
    labels = {match[1].upper() for match in _LABEL.finditer(text)}
    if labels & {"IBAN", "REK"} and len(labels) > 1:
        return _labelled(text)
    return Details(communication=squeezed(text))


def read_old_german(lines: Sequence[str]) -> Details:
    """Return what the lines of one :NS: say: 01 to 14 what for, 15 and 16 who."""
    parts = [(line[:2], line[2:]) for line in lines if line[:2].isdecimal()]
    return Details(
        name=squeezed("".join(text for number, text in parts if number in {"15", "16"})),
        communication=squeezed(*(text for number, text in parts if 1 <= int(number) <= 14)),
        booking_text=next((squeezed(text) for number, text in parts if number == "17"), None),
    )


def _flowing(parts: Sequence[str], width: int) -> str:
    """Return `parts` as one text; one that is not full ended where its writer wanted."""
    return "".join(part if len(part) >= width else f"{part} " for part in parts)


def _pieces(text: str, mark: re.Pattern[str]) -> tuple[str, dict[str, str]]:
    """Return what stands before the first mark, and what follows each; the first of two counts."""
    marks = list(mark.finditer(text))
    if not marks:
        return text, {}
    ends = [match.start() for match in marks[1:]] + [len(text)]
    found: dict[str, str] = {}
    for match, end in zip(marks, ends, strict=True):
        name = next(group for group in match.groups() if group).upper()
        found.setdefault(name, text[match.end() : end].strip(" |"))
    return text[: marks[0].start()], found


def _german(text: str, gvc: str, separator: str) -> Details:
    """Return the subfields: 00 booking text, 20 to 29 and 60 to 63 what for, 30 to 33 who."""
    pieces = re.split(re.escape(separator) + _SUBFIELDS, text)
    fields: dict[str, str] = {}
    for number, value in zip(pieces[1::2], pieces[2::2], strict=True):
        fields.setdefault(number, value)
    purpose = [value for number, value in sorted(fields.items()) if number[0] in "26"]
    head, words = _pieces(_flowing(purpose, _SUBFIELD_WIDTH), _SEPA_WORD)
    bic = fields.get("30", "").strip()
    return Details(
        name=squeezed(_flowing([fields.get("32", ""), fields.get("33", "")], _SUBFIELD_WIDTH)),
        account=first_of(
            squeezed(value) for value in (fields.get("38"), fields.get("31"), words.get("IBAN"))
        ),
        bic=bic if _BIC.fullmatch(bic) else squeezed(words.get("BIC")),
        communication=first_of(
            squeezed(value) for value in (words.get("SVWZ"), head, words.get("MTLG"))
        ),
        end_to_end_id=_provided(words.get("EREF")),
        mandate_id=_provided(words.get("MREF")),
        creditor_id=_provided(words.get("CRED")),
        booking_text=squeezed(fields.get("00")),
        gvc=gvc,
    )


def _code_words(text: str) -> Details:
    """Return what follows the code words; ING has the counterparty in one, with slashes."""
    _head, words = _pieces(text, _CODE_WORD)
    account, bic, name = [*words.get("CNTP", "").split("/"), "", "", ""][:3]
    communication, reference = _remittance(words.get("REMI", ""))
    return Details(
        name=squeezed(words.get("NAME", name).strip("/")),
        account=squeezed(words.get("IBAN", account).strip("/")),
        bic=squeezed(words.get("BIC", bic).strip("/")),
        communication=communication,
        reference=squeezed(words.get("CDTRREF", reference).strip("/")),
        end_to_end_id=_provided(words.get("EREF")),
        mandate_id=_provided(words.get("MARF")),
        creditor_id=_provided(words.get("CSID")),
        booking_text=squeezed(words.get("TRTP", "").strip("/")),
    )


def _remittance(text: str) -> tuple[str | None, str]:
    """Return free text and structured reference: "USTD//text", "STRD/CUR/reference", or text."""
    kind, _, rest = text.partition("/")
    if kind == "STRD":
        return None, rest.partition("/")[2]
    return squeezed((rest.lstrip("/") if kind == "USTD" else text).removesuffix("/")), ""


def _labelled(text: str) -> Details:
    """Return what follows the labels; Knab has what for before them, ABN AMRO its own words."""
    head, labels = _pieces(text, _LABEL)
    account = _ACCOUNT.match(labels.get("IBAN") or labels.get("REK", ""))
    is_knab = "REK" in labels
    reference = labels.get("BETALINGSKENM.")
    return Details(
        name=squeezed(labels.get("NAAM") or labels.get("NAME")),
        account=account[0] if account else None,
        bic=squeezed(labels.get("BIC")),
        communication=squeezed(labels.get("OMSCHRIJVING"), head if is_knab else None),
        reference=squeezed(reference),
        end_to_end_id=_provided(labels.get("KENMERK")),
        mandate_id=_provided(labels.get("MACHTIGING")),
        creditor_id=_provided(labels.get("INCASSANT")),
        booking_text=None if is_knab else squeezed(head),
    )


def _provided(text: str | None) -> str | None:
    value = squeezed((text or "").strip("/")) or ""
    return None if value.upper() in _NOT_PROVIDED else value
