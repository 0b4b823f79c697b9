"""Makes movements of a bank statement, each with a key by which it is the same one again."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbot.domain.bank import BankStatement, BankTransaction, ProblemKind, StatementFile
from mailbot.domain.identifiers import read_iban
from mailbot.domain.money import cents, total
from mailbot.domain.movement import Movement
from mailbot.domain.people import Dossier

#: of what the bank tells about a movement
_LONGEST = 1000
#: with one of these nobody knows what a statement really says
_BROKEN = frozenset(
    {
        ProblemKind.EMPTY,
        ProblemKind.TOO_LARGE,
        ProblemKind.UNREADABLE,
        ProblemKind.UNKNOWN_FORMAT,
        ProblemKind.INCOMPLETE,
        ProblemKind.BALANCE_DIFFERS,
        ProblemKind.COUNT_DIFFERS,
        ProblemKind.TOTALS_DIFFER,
        ProblemKind.ACCOUNT_DIFFERS,
        ProblemKind.VALUE_UNREADABLE,
    }
)


@dataclass(frozen=True)
class _Place:
    """Where a movement stands in its statement: movement, and detail of it, from 1."""

    line: int
    detail: int = 0

    def __str__(self) -> str:
        return f"{self.line}.{self.detail}"


def is_broken(file: StatementFile) -> bool:
    """Whether a file does not fit together, so that no movement of it may be believed."""
    kinds = {problem.kind for problem in file.all_problems}
    return not file.statements or bool(kinds & _BROKEN)


def is_of(statement: BankStatement, dossier: Dossier) -> bool:
    """Whether a statement is of an account in euro from which the dossier pays."""
    own = {read_iban(account.iban) for account in dossier.debit_accounts}
    return statement.iban in own and statement.iban is not None and statement.currency == "EUR"


def movements_of(
    statement: BankStatement, *, dossier: str, statement_id: str
) -> tuple[Movement, ...]:
    """Return the booked movements of a statement, in the order of the bank.

    Where the details of a globalised amount say all of it, they stand in its place.
    """
    found = []
    for place, transaction in _booked(statement):
        day = transaction.entry_date or transaction.value_date or _closing_day(statement)
        if transaction.amount is None or day is None:
            continue
        found.append(
            Movement(
                key=_key(statement, transaction, dossier, str(place), str(day)),
                dossier=dossier,
                statement_id=statement_id,
                iban=statement.iban or "",
                amount=cents(transaction.amount),
                entry_date=day,
                name=transaction.counterparty.name or "",
                account=read_iban(transaction.counterparty.account or "") or "",
                ogm=_ogm(transaction),
                text=_told(transaction),
                end_to_end_id=transaction.end_to_end_id or "",
                is_reversal=transaction.is_reversal,
                family=transaction.code.family,
            )
        )
    return tuple(found)


def _booked(statement: BankStatement) -> Iterator[tuple[_Place, BankTransaction]]:
    for line, transaction in enumerate(statement.booked, start=1):
        amounts = [detail.amount for detail in transaction.details]
        known = [amount for amount in amounts if amount is not None]
        is_whole = len(known) == len(amounts) > 0 and total(known) == transaction.amount
        if is_whole:
            parts = enumerate(transaction.details, start=1)
            yield from ((_Place(line, number), detail) for number, detail in parts)
        else:
            yield _Place(line), transaction


def _closing_day(statement: BankStatement) -> date | None:
    return statement.closing.on if statement.closing else None


def _ogm(transaction: BankTransaction) -> str:
    ogm = transaction.structured_communication
    return ogm.digits if ogm and ogm.is_valid else ""


def _told(transaction: BankTransaction) -> str:
    said = (
        transaction.free_communication,
        transaction.creditor_reference or transaction.reference,
        transaction.information,
        transaction.customer_reference,
        transaction.bank_reference,
    )
    return " ".join(dict.fromkeys(text for text in said if text))[:_LONGEST]


def _key(statement: BankStatement, transaction: BankTransaction, *where: str) -> str:
    """Return what makes a movement this one: account, statement, line, amount, what was told.

    Two equal movements of one day stand in different lines, or in different statements.
    """
    opening = statement.opening.on if statement.opening else None
    told = (_ogm(transaction), transaction.free_communication, transaction.end_to_end_id)
    account = (statement.iban, statement.sequence, opening, _closing_day(statement))
    parts = (*account, *where, transaction.amount, *told)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
