"""Reads a movement of MT940: the statement line :61: and what :86: says about it."""

import re
from collections.abc import Sequence

from mailbot.domain.bank import BankParty, BankTransaction, EntryStatus
from mailbot.recognition.statements.families import mt940_code
from mailbot.recognition.statements.mt940_details import Details, read_details, read_old_german
from mailbot.recognition.statements.mt940_fields import Field
from mailbot.recognition.statements.references import (
    find_creditor_reference,
    find_ogm,
    stated_ogm,
)
from mailbot.recognition.statements.values import (
    near,
    read_comma_amount,
    read_yymmdd,
    squeezed,
)

#: value date, entry date, debit or credit (R takes one back, E expects one), funds code, amount,
#: type, references
_LINE = re.compile(
    r"(\d{6})(\d{4})?(E?R?)([CD])([A-Z])?([\d,]{1,21}) ?(.{0,4})(.*)", re.ASCII | re.DOTALL
)
#: subfield 7, reference for the account owner
_REFERENCE_WIDTH = 16
_NO_REFERENCES = ("", "N", "NONREF", "EREF", "KREF", "KREF+", "MARF", "PREF", "EREF+")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_OLD_ACCOUNT = re.compile(r"[P]?\d{7,10}", re.ASCII)


def read_entry(fields: Sequence[Field], *, currency: str | None) -> BankTransaction | None:
    """Return the movement of a :61: and the fields behind it, None when it cannot be read."""
    line = _LINE.match(fields[0].first)
    amount = read_comma_amount(line[6]) if line else None
    if line is None or amount is None:
        return None
    details = _details(fields[1:])
    reference, bank_reference, name = _references(line[8])
    supplement = squeezed(*fields[0].rest)
    value_date = read_yymmdd(line[1])
    is_reversal = "R" in line[3]
    texts = (details.reference, details.communication)
    stated = stated_ogm(details.reference)
    return BankTransaction(
        # a credit that is taken back goes out
        amount=amount if (line[4] == "C") != is_reversal else -amount,
        currency=currency,
        entry_date=near(value_date, line[2] or ""),
        value_date=value_date,
        counterparty=BankParty(
            name=details.name or name,
            account=details.account or _account(supplement, reference, name),
            bic=details.bic,
        ),
        structured_communication=stated if stated and stated.is_valid else find_ogm(texts),
        reference=details.reference,
        creditor_reference=find_creditor_reference(texts),
        free_communication=details.communication,
        end_to_end_id=details.end_to_end_id,
        mandate_id=details.mandate_id,
        creditor_id=details.creditor_id,
        bank_reference=bank_reference,
        customer_reference=reference,
        code=mt940_code(line[7].strip(), details.gvc),
        status=EntryStatus.PENDING if "E" in line[3] else EntryStatus.BOOKED,
        is_reversal=is_reversal,
        information=squeezed(details.booking_text, supplement),
    )


def _details(fields: Sequence[Field]) -> Details:
    """Return what all :86: of a movement say; Rabobank gives each line one of its own."""
    texts = [line for field in fields if field.tag == "86" for line in field.lines]
    old = [line for field in fields if field.tag == "NS" for line in field.lines]
    return read_details(texts) if texts or not old else read_old_german(old)


def _references(text: str) -> tuple[str | None, str | None, str | None]:
    """Return the owner's reference, the bank's, and a name that some put behind 16 columns."""
    own, has_bank, bank = text.partition("//")
    name = None if has_bank else squeezed(own[_REFERENCE_WIDTH:])
    reference = own if has_bank else own[:_REFERENCE_WIDTH]
    return _said(reference), _said(bank), name


def _said(reference: str) -> str | None:
    """Return a reference, None for the words that stand where there is none."""
    return None if reference.strip().upper() in _NO_REFERENCES else squeezed(reference)


def _account(supplement: str | None, reference: str | None, name: str | None) -> str | None:
    """Return the counterparty's account of Rabobank: in the supplement, or before the name."""
    if _IBAN.fullmatch(supplement or ""):
        return supplement
    number = _OLD_ACCOUNT.fullmatch(reference or "")
    return number[0] if number and name else None
