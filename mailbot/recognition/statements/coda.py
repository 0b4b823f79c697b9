"""Reads CODA, versions 1 and 2: the statements that Belgian banks send.

Source: Febelfin, "Coded statement of account (CODA)" 2.6. A movement whose detail number is not
0000 is part of the one before it with the same sequence number and is not counted (chapter 6).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailbot.domain.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    ProblemKind,
    StatementFile,
    StatementFormat,
    StatementProblem,
)
from mailbot.domain.identifiers import read_iban
from mailbot.recognition.statements.checks import differing, turnover, with_problems
from mailbot.recognition.statements.coda_movements import read_movement
from mailbot.recognition.statements.coda_records import (
    CLOSING,
    HEADER,
    MESSAGE,
    OPENING,
    TRAILER,
    Record,
    misplaced,
    read_records,
    split_movements,
    split_statements,
    unreadable_values,
)
from mailbot.recognition.statements.values import first_of, read_thousandths

_WHOLE = "0000"
_LAST_SEQUENCE = "9999"
#: code "multiple file"
_LAST_OF_FILE, _ANOTHER_FOLLOWS = "1", "2"

#: structure of the account number (column 2 of record 1): its width, where its currency begins
_ACCOUNTS = {"0": (12, 13), " ": (12, 13), "2": (31, 34)}
_FOREIGN_ACCOUNT = (34, 34)


def read_coda(text: str) -> StatementFile:
    """Return every statement of a CODA file; what is wrong with it is among its problems."""
    records = read_records(text)
    sections = split_statements(records)
    statements = tuple(_statement(section) for section in sections)
    problems = [*_ending(records), *list(misplaced(records))[:1]]
    header = _find(records, HEADER)
    return StatementFile(
        format=StatementFormat.CODA,
        version=header.at(128, 128).strip() if header else "",
        statements=statements,
        problems=tuple(problems),
    )


def _find(records: Sequence[Record], kind: str) -> Record | None:
    return next((record for record in records if record.kind == kind), None)


def _ending(records: Sequence[Record]) -> list[StatementProblem]:
    """Tell when the file ends before its last trailer, or the trailer says that more follows."""
    trailer = _find(records[::-1], TRAILER)
    code = trailer.at(128, 128) if trailer else ""
    if code == _LAST_OF_FILE:
        return []
    kind = ProblemKind.MORE_FOLLOWS if code == _ANOTHER_FOLLOWS else ProblemKind.INCOMPLETE
    return [StatementProblem(kind=kind, line=records[-1].line)]


def _statement(records: Sequence[Record]) -> BankStatement:
    header, opening = _find(records, HEADER), _find(records, OPENING)
    closing, trailer = _find(records, CLOSING), _find(records, TRAILER)
    account, currency = _account(opening, 6) if opening else (None, None)
    version = header.at(128, 128) if header else ""
    movements = [
        (group[0], read_movement(group, version=version, currency=currency))
        for group in split_movements(records)
    ]
    statement = BankStatement(
        account=account,
        iban=read_iban(account or ""),
        bic=header.find(61, 71) if header else None,
        currency=currency,
        holder=first_of(
            (opening.find(65, 90) if opening else None, header.find(35, 60) if header else None)
        ),
        sequence=opening.find(3, 5) if opening else None,
        reference=header.find(25, 34) if header else None,
        opening=_balance(opening, 43) if opening else None,
        closing=_balance(closing, 42) if closing else None,
        transactions=_with_details(movements),
        messages=_messages(records),
        is_duplicate=header is not None and header.at(17, 17) == "D",
    )
    problems = [
        *unreadable_values(records),
        *_sequence([record for record, _ in movements]),
        *_trailer(trailer, statement, records),
        *_closing_account(account, closing),
    ]
    return with_problems(statement, problems)


def _account(record: Record, first: int) -> tuple[str | None, str | None]:
    """Return account and currency of the 37 columns from `first` on (annex I, record 1)."""
    width, currency = _ACCOUNTS.get(record.at(2, 2), _FOREIGN_ACCOUNT)
    return record.find(first, first + width - 1), record.find(
        first + currency, first + currency + 2
    )


def _closing_account(account: str | None, closing: Record | None) -> tuple[StatementProblem, ...]:
    """Tell when record 8 closes another account than record 1 opened."""
    if account is None or closing is None:
        return ()
    closed = closing.at(5, 38).split() or [""]
    return differing(ProblemKind.ACCOUNT_DIFFERS, account.split()[0], closed[0])


def _balance(record: Record, sign: int) -> Balance | None:
    amount = record.signed(sign, sign + 1, sign + 15)
    return None if amount is None else Balance(amount=amount, on=record.day(sign + 16))


def _with_details(
    movements: Sequence[tuple[Record, BankTransaction]],
) -> tuple[BankTransaction, ...]:
    """Return the movements that count, each with the details that follow it."""
    whole: list[BankTransaction] = []
    details: list[list[BankTransaction]] = []
    for record, transaction in movements:
        if record.at(7, 10) == _WHOLE:
            whole.append(transaction)
            details.append([])
        elif details:
            details[-1].append(transaction)
    return tuple(
        replace(transaction, details=tuple(parts)) if parts else transaction
        for transaction, parts in zip(whole, details, strict=True)
    )


def _messages(records: Sequence[Record]) -> tuple[str, ...]:
    found = (record.find(33, 112) for record in records if record.kind == MESSAGE)
    return tuple(message for message in found if message)


def _sequence(movements: Sequence[Record]) -> Iterator[StatementProblem]:
    """Tell where sequence numbers do not rise by one, and where a detail has no movement."""
    before: str | None = None
    for record in movements:
        number = record.at(3, 6)
        expected = _expected_number(before, is_detail=record.at(7, 10) != _WHOLE)
        if expected is not None and number not in expected:
            yield StatementProblem(
                kind=ProblemKind.SEQUENCE_BROKEN,
                expected=" or ".join(expected),
                found=number.strip(),
                line=record.line,
            )
        before = number


def _expected_number(before: str | None, *, is_detail: bool) -> tuple[str, ...] | None:
    """Return the numbers that may follow `before`; None when any may, () when none."""
    if is_detail:
        return () if before is None else (before,)
    if before is None or not before.isdecimal():
        return None
    return ("0000", "0001") if before == _LAST_SEQUENCE else (f"{int(before) + 1:04}",)


def _trailer(
    trailer: Record | None, statement: BankStatement, records: Sequence[Record]
) -> list[StatementProblem]:
    """Compare what record 9 counts: records 1, 2, 3 and 8, debits and credits without details."""
    if trailer is None:
        return [StatementProblem(kind=ProblemKind.INCOMPLETE)]
    told = trailer.at(17, 22)
    found = sum(record.kind[0] in "1238" for record in records)
    debit, credit = turnover(statement.transactions)
    return [
        *differing(ProblemKind.COUNT_DIFFERS, int(told) if told.isdecimal() else None, found),
        *differing(ProblemKind.TOTALS_DIFFER, read_thousandths(trailer.at(23, 37)), debit),
        *differing(ProblemKind.TOTALS_DIFFER, read_thousandths(trailer.at(38, 52)), credit),
    ]
