"""Reads SWIFT MT940 and MT942: statements and interim reports.

Source: SWIFT Standards MT, category 9, and the format descriptions of the banks.
"""

import re
from collections.abc import Iterator, Sequence

from mailbot.domain.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    ProblemKind,
    StatementFile,
    StatementFormat,
    StatementProblem,
)
from mailbot.recognition.identifiers import find_ibans
from mailbot.recognition.statements.checks import differing, turnover, with_problems
from mailbot.recognition.statements.mt940_entries import read_entry
from mailbot.recognition.statements.mt940_fields import (
    Field,
    read_fields,
    split_entries,
    split_statements,
)
from mailbot.recognition.statements.values import (
    first_of,
    read_comma_amount,
    read_yymmdd,
    squeezed,
)

_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})?([\d,]{1,21})", re.ASCII)
_FLOOR_LIMIT = re.compile(r"([A-Z]{3})[CD]?\d")
#: MT942, :90D: and :90C:
_SUMS = re.compile(r"(\d{1,5})(?:[A-Z]{3})?([\d,]{1,21})", re.ASCII)
#: ING, last :86:: numbers of debits and credits, sum of debits, sum of credits
_ING_SUMS = re.compile(
    r"(?:/SUM/|D)(\d{1,6})[/C](\d{1,6})[/D]([\d,]{1,21})[/C]([\d,]{1,21})/?", re.ASCII
)
_HOLDER = "22"


def read_mt940(text: str) -> StatementFile:
    """Return every statement of a file; what is wrong with each is among its problems."""
    fields = read_fields(text)
    statements = tuple(_statement(section) for section in split_statements(fields))
    missing = () if statements else (StatementProblem(kind=ProblemKind.INCOMPLETE),)
    return StatementFile(
        format=StatementFormat.MT940,
        version="mt942" if any(map(_is_interim, fields)) else "mt940",
        statements=statements,
        problems=missing,
    )


def _is_interim(field: Field) -> bool:
    """Tell whether only MT942 has this field: floor limit, number and sum of entries."""
    return field.tag in {"34", "90"}


def _statement(fields: Sequence[Field]) -> BankStatement:
    account = _value(fields, "25")
    currency = _currency(fields)
    entries = [(e[0], read_entry(e, currency=currency)) for e in split_entries(fields)]
    statement = BankStatement(
        account=account,
        iban=next((found.value.number for found in find_ibans(account or "")), None),
        currency=currency,
        holder=_holder(fields),
        sequence=_value(fields, "28"),
        reference=_value(fields, "20"),
        opening=_balance(next((f for f in fields if f.tag == "60"), None)),
        closing=_balance(next((f for f in reversed(fields) if f.tag == "62"), None)),
        transactions=tuple(entry for _, entry in entries if entry),
        messages=_messages(fields),
    )
    problems = [*_unreadable(fields, entries), *_sums(fields, statement)]
    is_interim = any(map(_is_interim, fields))
    return with_problems(statement, problems, needs_balances=not is_interim)


def _value(fields: Sequence[Field], tag: str) -> str | None:
    return first_of(squeezed("".join(field.lines)) for field in fields if field.tag == tag)


def _balance(field: Field | None) -> Balance | None:
    found = _BALANCE.match(field.first) if field else None
    amount = read_comma_amount(found[4]) if found else None
    if found is None or amount is None:
        return None
    return Balance(
        amount=-amount if found[1] == "D" else amount,
        on=read_yymmdd(found[2]),
    )


def _currency(fields: Sequence[Field]) -> str | None:
    """Return the currency of the first balance, else that of the floor limit."""
    for field in fields:
        found = _BALANCE.match(field.first) if field.tag in {"60", "62"} else None
        if found and found[3]:
            return found[3]
    limits = (_FLOOR_LIMIT.match(field.first) for field in fields if field.tag == "34")
    return next((limit[1] for limit in limits if limit), None)


def _holder(fields: Sequence[Field]) -> str | None:
    """Return the owner that the old German field :NS: names before the first movement."""
    for field in fields:
        if field.tag == "61":
            return None
        if field.tag == "NS":
            lines = (line for line in field.lines if line.startswith(_HOLDER))
            return first_of(squeezed(line[len(_HOLDER) :]) for line in lines)
    return None


def _messages(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return what the :86: say that belong to no movement."""
    of_entries = {id(field) for entry in split_entries(fields) for field in entry}
    own = (f for f in fields if f.tag == "86" and id(f) not in of_entries)
    return tuple(text for field in own if (text := squeezed(*field.lines)))


def _unreadable(
    fields: Sequence[Field], entries: Sequence[tuple[Field, BankTransaction | None]]
) -> Iterator[StatementProblem]:
    """Tell which movements and balances cannot be read."""
    wrong = [field for field, entry in entries if entry is None]
    wrong += [field for field in fields if field.tag in {"60", "62"} and not _balance(field)]
    for field in wrong:
        yield StatementProblem(
            kind=ProblemKind.VALUE_UNREADABLE, found=field.first[:40], line=field.line
        )


def _sums(fields: Sequence[Field], statement: BankStatement) -> Iterator[StatementProblem]:
    """Compare what the bank counted and summed with the movements."""
    debit, credit = turnover(statement.transactions)
    amounts = [t.amount for t in statement.transactions if t.amount is not None]
    found = {
        "D": (sum(a < 0 for a in amounts), debit),
        "C": (sum(a > 0 for a in amounts), credit),
    }
    for side, count, total in _told_sums(fields, statement.messages):
        yield from differing(ProblemKind.COUNT_DIFFERS, int(count), found[side][0])
        yield from differing(ProblemKind.TOTALS_DIFFER, read_comma_amount(total), found[side][1])


def _told_sums(fields: Sequence[Field], messages: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield "D" or "C", number and sum of MT942 and of ING."""
    for field in fields:
        sums = _SUMS.match(field.first) if field.tag == "90" else None
        if sums and field.option in {"D", "C"}:
            yield field.option, sums[1], sums[2]
    for message in messages:
        if both := _ING_SUMS.fullmatch(message):
            yield "D", both[1], both[3]
            yield "C", both[2], both[4]
