"""Finds what a movement was for: an ordered table of ways, and the first that says something.

What is certain is done; whatever leaves a doubt (two that fit, another amount, another account) is
asked. A forged or mistaken match would hide an open invoice, a missed one costs a question.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.money import ZERO
from mailbot.domain.movement import Movement
from mailbot.domain.payment import HANDED_OUT, CommunicationKind, Payment, PaymentFile
from mailbot.domain.payment import PaymentStatus as Status

#: how much each reason proves; what is below 80 is asked
_SCORES = {
    "end_to_end_id": 100, "file_id": 100, "ogm": 95, "file_sum": 90, "account": 90, "number": 90,
    "reversal": 90, "name": 80, "likely": 70, "other_amount": 60, "other_account": 60,
    "paid_already": 60, "not_handed_out": 60, "several": 50, "unknown": 0,
}  # fmt: skip
#: around its execution date a file is debited
_EARLY, _LATE = timedelta(days=1), timedelta(days=7)
#: letters and digits of an invoice number that are enough to find it in a text
_SHORTEST_NUMBER = 4


class MatchKind(StrEnum):
    """What a movement is."""

    #: it pays these payments: one, or all of a file
    PAYMENT = "payment"
    #: it pays an invoice, or a part of it, without a payment of ours
    INVOICE = "invoice"
    #: what was paid came back
    RETURNED = "returned"
    #: the same payment on another statement
    KNOWN = "known"
    DOUBT = "doubt"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A purchase invoice, and what of it has neither been paid nor handed out."""

    document_id: str
    open: Decimal
    number: str = ""
    #: 12 digits of its structured communication, "" when it has none
    ogm: str = ""
    iban: str = ""
    supplier: str = ""


@dataclass(frozen=True, kw_only=True)
class Books:
    """What a movement may be for."""

    #: handed out, and those that the movement names by their id
    payments: Sequence[Payment] = ()
    #: whose payments are all handed out
    files: Sequence[PaymentFile] = ()
    owed: Sequence[Owed] = ()


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a movement was for, and why (id of table `matches`)."""

    kind: MatchKind
    reason: str = ""
    payment_ids: tuple[str, ...] = ()
    document_id: str = ""
    #: ids of the documents, or else payments, that it may be for
    candidates: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """How sure it is, 0 to 100; from 80 on nobody is asked."""
        return _SCORES[self.reason]


Way = Callable[[Movement, Books], Match | None]
NOTHING = Match(kind=MatchKind.NONE, reason="unknown")


def find_match(movement: Movement, books: Books) -> Match:
    """Return what a movement is: the first of `_WAYS` that says something counts."""
    ways = _WAYS if movement.amount < ZERO else _WAYS_IN
    return next((found for way in ways if (found := way(movement, books))), NOTHING)


# --- ways out ------------------------------------------------------------------------------------


def _by_id(movement: Movement, books: Books) -> Match | None:
    """Match our own end-to-end id: nothing is surer."""
    named = next((p for p in books.payments if p.id == movement.end_to_end_id), None)
    if named is None:
        return None
    if named.amount != -movement.amount:
        return _doubt("other_amount", (named.document_id or named.id,))
    if named.status is Status.PAID:
        return Match(kind=MatchKind.KNOWN, reason="end_to_end_id")
    if named.status not in HANDED_OUT:
        return _doubt("not_handed_out", (named.document_id or named.id,))
    return _pays((named,), "end_to_end_id")


def _by_file(movement: Movement, books: Books) -> Match | None:
    """Match our file, booked as one amount: by its id, or else by its sum around its day."""
    same_sum = [f for f in books.files if f.total == -movement.amount and not movement.account]
    told = f"{movement.end_to_end_id} {movement.text}"
    named = [file for file in same_sum if file.id in told]
    if named:
        return _whole(named[0], "file_id")
    fitting = [
        file
        for file in same_sum
        if file.count > 1
        and file.debit_iban == movement.iban
        and -_EARLY <= movement.entry_date - file.execution_date <= _LATE
    ]
    if len(fitting) == 1:
        return _whole(fitting[0], "file_sum")
    return _doubt("several", tuple(file.id for file in fitting)) if fitting else None


def _by_ogm(movement: Movement, books: Books) -> Match | None:
    """Match the structured communication, with the right amount and no other account."""
    if not movement.ogm:
        return None
    payments = [
        payment
        for payment in _handed_out(books)
        if payment.communication_kind is CommunicationKind.OGM
        and payment.communication == movement.ogm
    ]
    fitting = [p for p in payments if _is_amount_of(movement, p) and _fits(movement, p)]
    if fitting:
        return _one(fitting, "ogm")
    owed = [invoice for invoice in books.owed if invoice.ogm == movement.ogm]
    return _pays_owed(movement, books, owed, "ogm") if owed else None


def _by_account(movement: Movement, books: Books) -> Match | None:
    """Match the account of the creditor, with the right amount."""
    if not movement.account:
        return None
    fitting = [
        payment
        for payment in _handed_out(books)
        if payment.creditor_iban == movement.account
        and _is_amount_of(movement, payment)
        and _is_in_time(movement, payment)
    ]
    if fitting:
        return _one(_that_were_told(movement, fitting) or fitting, "account")
    same = [invoice for invoice in books.owed if invoice.iban == movement.account]
    numbered = [invoice for invoice in same if _names(movement, invoice)]
    if numbered:
        return _pays_owed(movement, books, numbered, "number")
    return _likely(movement, same)


def _by_name(movement: Movement, books: Books) -> Match | None:
    """Match the name: enough for what somebody says that he paid, and for nothing else."""
    name = _folded(movement.name)
    if not name:
        return None
    declared = [
        payment
        for payment in _handed_out(books)
        if payment.status is Status.DECLARED
        and _is_amount_of(movement, payment)
        and _folded(payment.creditor_name) == name
        and _is_in_time(movement, payment)
    ]
    if declared:
        return _one(declared, "name")
    same = [invoice for invoice in books.owed if _folded(invoice.supplier) == name]
    return _likely(movement, same)


# --- ways in -------------------------------------------------------------------------------------


def _by_returned_id(movement: Movement, books: Books) -> Match | None:
    """Match a payment that the bank gives back under its own id (R-transaction)."""
    named = next((p for p in books.payments if p.id == movement.end_to_end_id), None)
    return _comes_back((named,), movement, "end_to_end_id") if named else None


def _by_returned_reference(movement: Movement, books: Books) -> Match | None:
    """Match what the bank calls a reversal, with account and communication of one payment.

    A supplier who pays back is no reversal: the invoice stays paid.
    """
    if not movement.is_reversal:
        return None
    same = [
        payment
        for payment in books.payments
        if payment.creditor_iban == movement.account and movement.account
    ]
    told = _that_were_told(movement, same)
    return _comes_back(told, movement, "reversal") if told else None


def _comes_back(payments: Sequence[Payment], movement: Movement, reason: str) -> Match | None:
    paid = [p for p in payments if p.status in {Status.PAID, *HANDED_OUT}]
    fitting = [payment for payment in paid if payment.amount == movement.amount]
    if len(fitting) == 1:
        ids = (fitting[0].id,)
        return Match(kind=MatchKind.RETURNED, reason=reason, payment_ids=ids)
    about = tuple(payment.document_id or payment.id for payment in paid)
    return _doubt("several" if fitting else "other_amount", about) if paid else None


_WAYS: tuple[Way, ...] = (_by_id, _by_file, _by_ogm, _by_account, _by_name)
_WAYS_IN: tuple[Way, ...] = (_by_returned_id, _by_returned_reference)


# --- what fits -----------------------------------------------------------------------------------


def _handed_out(books: Books) -> Iterable[Payment]:
    return (payment for payment in books.payments if payment.status in HANDED_OUT)


def _is_amount_of(movement: Movement, payment: Payment) -> bool:
    return payment.amount == -movement.amount


def _fits(movement: Movement, payment: Payment) -> bool:
    """Whether nothing says that the money went to another account."""
    known = movement.account and payment.creditor_iban
    return not known or movement.account == payment.creditor_iban


def _is_in_time(movement: Movement, payment: Payment) -> bool:
    """Whether the money left after the payment was prepared; what was declared may be older."""
    is_declared = payment.status is Status.DECLARED
    return is_declared or movement.entry_date >= payment.prepared_at.date()


def _that_were_told(movement: Movement, payments: Sequence[Payment]) -> list[Payment]:
    """Return the payments whose communication is that of the movement."""
    told = _folded(movement.text)
    return [
        payment
        for payment in payments
        if payment.communication
        and (payment.communication == movement.ogm or _folded(payment.communication) in told)
    ]


def _names(movement: Movement, invoice: Owed) -> bool:
    """Whether the number of an invoice stands in the text, as a whole."""
    number = _folded(invoice.number)
    if len(number) < _SHORTEST_NUMBER:
        return False
    letters = r"[\W_]*".join(map(re.escape, number))
    return re.search(rf"(?<!\w){letters}(?!\w)", movement.text.casefold()) is not None


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


# --- what follows --------------------------------------------------------------------------------


def _pays(payments: Sequence[Payment], reason: str) -> Match:
    ids = tuple(payment.id for payment in payments)
    return Match(kind=MatchKind.PAYMENT, reason=reason, payment_ids=ids)


def _whole(file: PaymentFile, reason: str) -> Match:
    return Match(kind=MatchKind.PAYMENT, reason=reason, payment_ids=file.payment_ids)


def _one(payments: Sequence[Payment], reason: str) -> Match:
    """Return the one payment that fits; of several nobody knows which one was paid."""
    if len(payments) == 1:
        return _pays(payments, reason)
    return _doubt("several", tuple(p.document_id or p.id for p in payments))


def _pays_owed(movement: Movement, books: Books, owed: Sequence[Owed], reason: str) -> Match:
    """Return the one invoice that the movement pays, or a part of; else what does not fit.

    What was handed out or declared for that very amount is what was paid.
    """
    about = tuple(invoice.document_id for invoice in owed)
    if len(owed) > 1:
        return _doubt("several", about)
    (invoice,) = owed
    if movement.account and invoice.iban and movement.account != invoice.iban:
        return _doubt("other_account", about)
    meant = [
        payment
        for payment in _handed_out(books)
        if payment.document_id == invoice.document_id
        and _is_amount_of(movement, payment)
        and _fits(movement, payment)
    ]
    if meant:
        return _one(meant, reason)
    if invoice.open == ZERO:
        return _doubt("paid_already", about)
    if -movement.amount > invoice.open:
        return _doubt("other_amount", about)
    return Match(kind=MatchKind.INVOICE, reason=reason, document_id=invoice.document_id)


def _likely(movement: Movement, owed: Iterable[Owed]) -> Match | None:
    same = tuple(each.document_id for each in owed if each.open == -movement.amount)
    return _doubt("likely", same) if same else None


def _doubt(reason: str, candidates: tuple[str, ...]) -> Match:
    return Match(kind=MatchKind.DOUBT, reason=reason, candidates=candidates)
