"""The shape in which `mailbot read-statement` prints the statements of a file.

Amounts are strings with a point, negative for what goes out; dates ISO 8601; null is not known.
`account` is as the bank writes it, `iban` what was recognised in it. `ogm` is what CODA states in
its own field (types 101 and 102), whatever its check digits; `structured_communication` is the
OGM of any format, stated or found in a text, with right check digits.
"""

from typing import Any

from mailbot.domain.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    ProblemKind,
    StatementFile,
    StatementFormat,
    StatementProblem,
)
from mailbot.domain.identifiers import write_ogm
from mailbot.domain.values import to_data

_SENTENCES = {
    ProblemKind.EMPTY: "The file is empty.",
    ProblemKind.TOO_LARGE: "The file has more than {expected} and was not read.",
    ProblemKind.UNREADABLE: "The file cannot be read: {found}.",
    ProblemKind.UNKNOWN_FORMAT: "This is no CODA, CAMT or MT940 file.",
    ProblemKind.INCOMPLETE: "The file ends too early: ask the bank for all of it.",
    ProblemKind.MORE_FOLLOWS: "The bank sent another statement behind this one.",
    ProblemKind.OPENING_MISSING: "There is no opening balance.",
    ProblemKind.CLOSING_MISSING: "There is no closing balance.",
    ProblemKind.BALANCE_DIFFERS: (
        "The balances do not agree: opening balance and movements make {expected}, "
        "the closing balance is {found}."
    ),
    ProblemKind.COUNT_DIFFERS: "The bank counts {expected}, the file has {found}.",
    ProblemKind.TOTALS_DIFFER: "The bank's total is {expected}, the movements make {found}.",
    ProblemKind.ACCOUNT_DIFFERS: "It opens account {expected} and closes account {found}.",
    ProblemKind.SEQUENCE_BROKEN: "A movement has number {found} instead of {expected}.",
    ProblemKind.RECORD_MISPLACED: "There is a record {found} where {expected} should be.",
    ProblemKind.VALUE_UNREADABLE: "This is no amount or date: {found}.",
}


def to_record(read: StatementFile) -> dict[str, object]:
    """Return what was read as JSON types."""
    return {
        "format": read.format.value,
        "version": read.version or None,
        "statements": [_statement(statement, read.format) for statement in read.statements],
        "problems": [_problem(problem) for problem in read.problems],
    }


def problem_sentence(problem: StatementProblem) -> str:
    """Return one problem as a sentence, with its line."""
    facts = {"expected": problem.expected or "nothing", "found": problem.found or "nothing"}
    where = f"line {problem.line}: " if problem.line else ""
    return where + _SENTENCES[problem.kind].format(**facts)


def _problem(problem: StatementProblem) -> dict[str, object]:
    return {"id": problem.kind.value, "line": problem.line, "sentence": problem_sentence(problem)}


def _statement(statement: BankStatement, kind: StatementFormat) -> dict[str, object]:
    return {
        "account": statement.account,
        "iban": statement.iban,
        "bic": statement.bic,
        "currency": statement.currency,
        "holder": statement.holder,
        "sequence": statement.sequence,
        "reference": statement.reference,
        "is_duplicate": statement.is_duplicate,
        **_balance("opening", statement.opening),
        **_balance("closing", statement.closing),
        "is_balanced": statement.is_balanced,
        "n_transactions": len(statement.transactions),
        "transactions": [_transaction(t, kind) for t in statement.transactions],
        "messages": list(statement.messages),
        "problems": [_problem(problem) for problem in statement.problems],
    }


def _balance(name: str, balance: Balance | None) -> dict[str, object]:
    data = to_data(balance) if balance else {"amount": None, "on": None}
    return {name: data["amount"], f"{name}_date": data["on"]}


def _transaction(transaction: BankTransaction, kind: StatementFormat) -> dict[str, object]:
    data: dict[str, Any] = to_data(transaction)
    party: dict[str, object] = data.pop("counterparty")
    ogm = transaction.structured_communication
    written = write_ogm(ogm.digits) if ogm else None
    is_stated = ogm is not None and ogm.is_stated and kind is StatementFormat.CODA
    return {
        **data,
        **{f"counterparty_{name}": value for name, value in party.items()},
        "ogm": written if is_stated else None,
        "structured_communication": written if ogm and ogm.is_valid else None,
        "details": [_transaction(detail, kind) for detail in transaction.details],
    }
