"""Reads camt.052, camt.053 and camt.054, every version: reports, statements and notifications.

Source: ISO 20022, "Bank-to-Customer Cash Management", message versions 001 to 013; elements are
found by their local names, and where a version moved one, under each of its names.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from mailbot.domain.bank import (
    Balance,
    BankStatement,
    ProblemKind,
    StatementFile,
    StatementFormat,
    StatementProblem,
)
from mailbot.domain.identifiers import read_iban
from mailbot.recognition.statements.camt_entries import (
    account_number,
    institution_bic,
    party_name,
    read_entry,
    signed,
)
from mailbot.recognition.statements.checks import differing, turnover, with_problems
from mailbot.recognition.xml_tree import (
    Element,
    children,
    find,
    find_all,
    find_amount,
    find_date,
    find_text,
    find_texts,
    local_name,
)

#: BkToCstmrStmt, BkToCstmrAcctRpt, BkToCstmrDbtCdtNtfctn; version 1 adds "V01"
_MESSAGE = "BkToCstmr"
_STATEMENT, _REPORT, _NOTIFICATION = "Stmt", "Rpt", "Ntfctn"
_NAMESPACE = re.compile(r"camt\.05[234]\.001\.\d{2}")
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_COPIES = ("DUPL", "CODU")


def is_camt(root: Element) -> bool:
    """Tell whether a document is, or wraps, a message from bank to customer."""
    return next(_messages(root), None) is not None


def read_camt(root: Element) -> StatementFile:
    """Return every statement, report and notification of a document."""
    statements = tuple(
        _statement(node)
        for message in _messages(root)
        for node in message
        if local_name(node) in {_STATEMENT, _REPORT, _NOTIFICATION}
    )
    missing = () if statements else (StatementProblem(kind=ProblemKind.INCOMPLETE),)
    return StatementFile(
        format=StatementFormat.CAMT,
        version=_version(root),
        statements=statements,
        problems=missing,
    )


def _messages(root: Element) -> Iterator[Element]:
    return (n for n in root.iter("*") if local_name(n).startswith(_MESSAGE))


def _version(root: Element) -> str:
    """Return "camt.053.001.08" from the namespace of the message."""
    message = next(_messages(root))
    found = _NAMESPACE.search(str(message.tag))
    return found[0] if found else ""


def _statement(node: Element) -> BankStatement:
    account = find(node, "Acct")
    number = account_number(account)
    entries = tuple(children(node, "Ntry"))
    balances = tuple(children(node, "Bal"))
    currency = find_text(account, "Ccy") or _currency(node)
    statement = BankStatement(
        account=number,
        iban=read_iban(number or ""),
        bic=institution_bic(find(account, "Svcr")),
        currency=currency,
        holder=party_name(find(account, "Ownr")) or find_text(account, "Nm"),
        sequence=find_text(node, "ElctrncSeqNb", "LglSeqNb"),
        reference=find_text(node, "Id"),
        opening=_first(balances, _OPENING),
        closing=_last(balances, _CLOSING),
        transactions=tuple(read_entry(entry, own_account=number) for entry in entries),
        messages=tuple(find_texts(node, "AddtlStmtInf", "AddtlRptInf", "AddtlNtfctnInf")),
        is_duplicate=find_text(node, "CpyDplctInd") in _COPIES,
    )
    problems = [*_unreadable(node), *_summary(find(node, "TxsSummry"), statement)]
    return with_problems(statement, problems, needs_balances=local_name(node) == _STATEMENT)


def _currency(node: Element) -> str | None:
    """Return the currency of the first amount: of the balances, else of the entries."""
    amounts = (*find_all(node, "Bal/Amt"), *find_all(node, "Ntry/Amt"))
    return next((str(c) for a in amounts if (c := a.get("Ccy"))), None)


def _balances(nodes: Iterable[Element], codes: tuple[str, ...]) -> list[Balance]:
    """Return the balances of the first of `codes` that there is, in document order."""
    for code in codes:
        found = [
            Balance(amount=amount, on=_balance_date(node))
            for node in nodes
            if find_text(node, "Tp/CdOrPrtry/Cd", "Tp/Cd") == code
            and (amount := signed(node)) is not None
        ]
        if found:
            return found
    return []


def _first(nodes: Iterable[Element], codes: tuple[str, ...]) -> Balance | None:
    """Return the earliest balance: a statement of several days has one for each."""
    return min(_balances(nodes, codes), key=_day, default=None)


def _last(nodes: Iterable[Element], codes: tuple[str, ...]) -> Balance | None:
    """Return the latest balance, of one day the first."""
    return max(_balances(nodes, codes), key=_day, default=None)


def _day(balance: Balance) -> date:
    return balance.on or date.min


def _balance_date(node: Element) -> date | None:
    return find_date(node, "Dt/Dt", "Dt/DtTm", "Dt")


def _unreadable(node: Element) -> Iterator[StatementProblem]:
    """Tell which amounts are none."""
    for amount in (*find_all(node, "Bal/Amt"), *find_all(node, "Ntry/Amt")):
        parent = amount.getparent()
        if parent is not None and signed(parent) is None:
            yield StatementProblem(
                kind=ProblemKind.VALUE_UNREADABLE,
                found=(amount.text or "").strip()[:40],
                line=amount.sourceline,
            )


def _summary(node: Element | None, statement: BankStatement) -> list[StatementProblem]:
    """Compare what the bank counted and summed, if it did, with the entries.

    Banks sum what is booked, or everything that they list: only what fits neither is told.
    """
    everything, booked = statement.transactions, statement.booked
    told = find_text(node, "TtlNtries/NbOfNtries")
    counts = {len(everything), len(booked)}
    gone_out, come_in = zip(turnover(everything), turnover(booked), strict=True)
    count = int(told) if told and told.isdecimal() else None
    return [
        *_unlike(ProblemKind.COUNT_DIFFERS, count, counts),
        *_unlike(ProblemKind.TOTALS_DIFFER, find_amount(node, "TtlDbtNtries/Sum"), gone_out),
        *_unlike(ProblemKind.TOTALS_DIFFER, find_amount(node, "TtlCdtNtries/Sum"), come_in),
    ]


def _unlike(
    kind: ProblemKind, told: Decimal | int | None, found: Iterable[Decimal | int]
) -> tuple[StatementProblem, ...]:
    values = tuple(found)
    return () if told in values else differing(kind, told, values[0])
