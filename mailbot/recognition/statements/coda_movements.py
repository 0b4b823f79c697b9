"""Reads a movement of CODA: records 2.1 to 2.3 and the information of records 3.1 to 3.3."""

import re
from collections.abc import Sequence

from mailbot.domain.bank import BankParty, BankTransaction, Ogm
from mailbot.recognition.statements.coda_records import Record
from mailbot.recognition.statements.families import coda_code
from mailbot.recognition.statements.references import (
    find_creditor_reference,
    find_ogm,
    stated_ogm,
)
from mailbot.recognition.statements.values import first_of, squeezed

#: transaction 49 takes back a debit, 99 a credit, in every family (annex II)
_REVERSALS = ("49", "99")
#: types of structured communication (annex III)
_CREDITOR_REFERENCE = "100"
_OGM_TYPES = ("101", "102")
_FOREIGN_AMOUNT, _DIRECT_DEBIT = "105", "127"
#: where a structured communication has words for people; behind its type
_WORDS = {"107": (18, 48), "113": (40, 66), "114": (33, 59), _DIRECT_DEBIT: (79, 141)}
_OGM_IN_FOREIGN_AMOUNT = (45, 57)
_CREDITOR_ID, _MANDATE_ID = (9, 44), (44, 79)
#: type of structured information: the counterparty; its name fills the rest of record 3.1
_COUNTERPARTY, _NAME = "001", slice(70)

_DOMESTIC_ACCOUNT = re.compile(r"(\d{12}) (?:[A-Z]{3}|\s*$)", re.ASCII)
_NOT_PROVIDED = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")


class _Communication:
    """What the ordering party and the bank say in one movement."""

    def __init__(self, records: Sequence[Record], version: str) -> None:
        movement = records[0]
        text = movement.at(63, 115)
        for record in records[1:]:
            if record.kind == "22":
                text += record.at(11, 63)
            if record.kind == "23" and version != "1":
                text += record.at(83, 125)
        self.is_structured = movement.at(62, 62) == "1"
        self.type = text[:3] if self.is_structured else ""
        self.text = text[3:] if self.is_structured else text

    def part(self, columns: tuple[int, int]) -> str | None:
        return squeezed(self.text[slice(*columns)])

    def of_direct_debit(self, columns: tuple[int, int]) -> str | None:
        return self.part(columns) if self.type == _DIRECT_DEBIT else None

    @property
    def words(self) -> str | None:
        if self.type in (*_OGM_TYPES, _CREDITOR_REFERENCE):
            return self.part((12 if self.type in _OGM_TYPES else 25, len(self.text)))
        if self.type in _WORDS:
            return self.part(_WORDS[self.type])
        return squeezed(self.text)

    @property
    def reference(self) -> str | None:
        """What CODA has a type for: an OGM, or a reference of ISO 11649."""
        if self.type in _OGM_TYPES:
            return self.text[:12].strip() or None
        if self.type == _CREDITOR_REFERENCE:
            return self.text[:25].strip() or None
        return None

    @property
    def ogm(self) -> Ogm | None:
        if self.type in _OGM_TYPES:
            return stated_ogm(self.reference)
        inner = self.part(_OGM_IN_FOREIGN_AMOUNT) if self.type == _FOREIGN_AMOUNT else None
        return find_ogm((inner, self.words))


def read_movement(
    records: Sequence[Record], *, version: str, currency: str | None
) -> BankTransaction:
    """Return the movement of record 2.1 and what belongs to it; `details` stays empty."""
    movement, second, third = records[0], _find(records, "22"), _find(records, "23")
    communication = _Communication(records, version)
    information = _information(records)
    texts = (communication.words, *(text for _type, text in information))
    customer_reference = second.find(64, 98) if second else None
    is_provided = (customer_reference or "NONREF").upper() not in _NOT_PROVIDED
    return BankTransaction(
        amount=movement.signed(32, 33, 47),
        currency=currency,
        entry_date=movement.day(116),
        value_date=movement.day(48),
        counterparty=BankParty(
            name=_name(third, version, information),
            account=_account(third, version) if third else None,
            bic=second.find(99, 109) if second else None,
        ),
        structured_communication=communication.ogm or find_ogm(texts[1:]),
        reference=communication.reference,
        creditor_reference=find_creditor_reference((communication.reference, *texts)),
        free_communication=communication.words,
        end_to_end_id=customer_reference if is_provided and version != "1" else None,
        mandate_id=communication.of_direct_debit(_MANDATE_ID),
        creditor_id=communication.of_direct_debit(_CREDITOR_ID),
        bank_reference=movement.find(11, 31),
        customer_reference=customer_reference,
        code=coda_code(movement.at(54, 61)),
        is_reversal=movement.at(57, 58) in _REVERSALS,
        information=squeezed(*(text for kind, text in information if kind != _COUNTERPARTY)),
    )


def _find(records: Sequence[Record], kind: str) -> Record | None:
    return next((record for record in records if record.kind == kind), None)


def _account(third: Record, version: str) -> str | None:
    """Return the account of record 2.3: 12 digits and a currency, or up to 34 characters."""
    if version == "1":
        return third.find(11, 22)
    domestic = _DOMESTIC_ACCOUNT.match(third.at(11, 47))
    if domestic:
        return domestic[1]
    words = third.at(11, 44).split()
    return words[0] if words else None


def _name(
    third: Record | None, version: str, information: Sequence[tuple[str, str]]
) -> str | None:
    """Return the name of record 2.3, or that of record 3.1 when it is longer or the only one."""
    names = [squeezed(text[_NAME]) for kind, text in information if kind == _COUNTERPARTY]
    short = third.find(48, 73 if version == "1" else 82) if third else None
    longer = (name for name in names if short is None or (name or "").startswith(short))
    return first_of((*longer, short))


def _information(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Return type and text of the information records; "" is free text, that runs on."""
    found: list[tuple[str, str]] = []
    for record in records:
        if record.kind == "31":
            is_structured = record.at(40, 40) == "1"
            kind = record.at(41, 43) if is_structured else ""
            text = record.at(44, 113) if is_structured else record.at(41, 113)
            if found and not kind and not found[-1][0]:
                text = found.pop()[1] + text
            found.append((kind, text))
        elif record.kind in {"32", "33"} and found:
            kind, text = found.pop()
            found.append((kind, text + record.at(11, 115 if record.kind == "32" else 100)))
    return found
