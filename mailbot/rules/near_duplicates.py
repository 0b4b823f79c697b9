"""Finds documents that may ask for the same money again, though they look like another invoice.

What `rules/duplicates.py` finds waits until a person sends it; what is found here goes its way,
and is only not paid until a person says `geen dubbel`.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from mailbot.domain.document import Document
from mailbot.domain.identifiers import read_ogm
from mailbot.rules.duplicates import EarlierDocument, is_same_supplier

#: the same amount under another number, sent again so soon
_SOON = timedelta(days=5)
#: between an invoice, its credit note and the invoice that takes its place
_BILLED_AGAIN = timedelta(days=180)
#: a communication that stood on so many invoices, so far apart, is the customer's number
_TIMES_BEFORE = 2
_APART = timedelta(days=14)
#: letters that are read or typed for digits
_READ_AS_DIGITS = str.maketrans("oil", "011")


def find_near_duplicates(
    document: Document, earlier: Sequence[EarlierDocument], *, message_id: str = ""
) -> list[tuple[str, str]]:
    """Return (id of the earlier document, id of a warning) for each one, strongest first.

    Warnings: duplicate_spelling, duplicate_communication, billed_again, duplicate_amount. Invoices
    that came in one mail are not compared by their amount: their sender meant each of them.
    """
    mine = EarlierDocument.of(document, message_id=message_id)
    ranked = sorted(
        (rank, other.id) for other in earlier if (rank := _rank(mine, other)) is not None
    )
    found = [(other, _WARNINGS[rank]) for rank, other in ranked]
    if _is_customer_number(mine, earlier):
        return [each for each in found if each[1] != "duplicate_communication"]
    return found


def credited_by(document: Document, earlier: Sequence[EarlierDocument]) -> str:
    """Return the id of the newest invoice that a credit note takes back whole, "" if none.

    A credit note seldom names its invoice in a way that can be read; its supplier and amount do.
    """
    mine = EarlierDocument.of(document)
    if not mine.is_credit_note:
        return ""
    found = [one for one in earlier if not one.is_credit_note and _takes_back(mine, one)]
    return max((one.id for one in found), default="")


_WARNINGS = (
    "duplicate_spelling",
    "duplicate_communication",
    "billed_again",
    "duplicate_amount",
)


def _rank(mine: EarlierDocument, other: EarlierDocument) -> int | None:
    if not is_same_supplier(mine, other):
        return None
    if mine.is_credit_note != other.is_credit_note:
        is_again = other.is_credit_note and _takes_back(other, mine)
        return _WARNINGS.index("billed_again") if is_again else None
    tests = (_is_spelled_otherwise, _has_same_communication, None, _is_soon_again)
    return next((n for n, holds in enumerate(tests) if holds and holds(mine, other)), None)


def _takes_back(credit: EarlierDocument, invoice: EarlierDocument) -> bool:
    is_equal = credit.total_incl is not None and credit.total_incl == invoice.total_incl
    return is_equal and is_same_supplier(credit, invoice) and _within(credit, invoice)


def _within(first: EarlierDocument, other: EarlierDocument) -> bool:
    if first.invoice_date is None or other.invoice_date is None:
        return True
    return abs(first.invoice_date - other.invoice_date) <= _BILLED_AGAIN


def _is_spelled_otherwise(mine: EarlierDocument, other: EarlierDocument) -> bool:
    """Compare numbers as a reader does, of invoices that are alike in amount or date."""
    number = _spelled(mine.invoice_number)
    is_alike = mine.total_incl == other.total_incl or mine.invoice_date == other.invoice_date
    return bool(number) and number == _spelled(other.invoice_number) and is_alike


def _spelled(number: str) -> str:
    """Return a number without prefix, separators, zeros in front, and letters read for digits."""
    bare = re.sub(r"\A\D+", "", number.casefold()).translate(_READ_AS_DIGITS)
    groups = re.findall(r"\d+", bare)
    return "".join(group.lstrip("0") for group in groups)


def _has_same_communication(mine: EarlierDocument, other: EarlierDocument) -> bool:
    ogm = read_ogm(mine.communication)
    return ogm is not None and ogm == read_ogm(other.communication)


def _is_customer_number(mine: EarlierDocument, earlier: Sequence[EarlierDocument]) -> bool:
    """Whether the supplier gives this customer one structured communication for ever.

    It stood on two invoices before, each of another number and weeks apart: about those a person
    was asked.
    """
    alike = [o for o in earlier if is_same_supplier(mine, o) and _has_same_communication(mine, o)]
    numbers = {_spelled(each.invoice_number) for each in (mine, *alike)} - {""}
    days = sorted(each.invoice_date for each in (mine, *alike) if each.invoice_date)
    gaps = [later - day for day, later in pairwise(days)]
    is_known = len(alike) >= _TIMES_BEFORE
    return is_known and len(numbers) == len(gaps) + 1 == len(alike) + 1 and min(gaps) >= _APART


def _is_soon_again(mine: EarlierDocument, other: EarlierDocument) -> bool:
    is_one_mail = bool(mine.message_id) and mine.message_id == other.message_id
    if is_one_mail or mine.total_incl is None or mine.total_incl != other.total_incl:
        return False
    if mine.invoice_date is None or other.invoice_date is None:
        return False
    return abs(mine.invoice_date - other.invoice_date) <= _SOON
