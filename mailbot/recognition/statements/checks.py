"""Tells what does not fit together in a statement that was read."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from mailbot.domain.bank import BankStatement, BankTransaction, ProblemKind, StatementProblem
from mailbot.domain.money import ZERO

#: of one statement; more tell nothing new
_MAX_PROBLEMS = 50


def with_problems(
    statement: BankStatement, problems: Sequence[StatementProblem], *, needs_balances: bool = True
) -> BankStatement:
    """Return `statement` with `problems` and those of its balances."""
    found = (*problems, *balance_problems(statement, needs_balances=needs_balances))
    return replace(statement, problems=found[:_MAX_PROBLEMS])


def balance_problems(
    statement: BankStatement, *, needs_balances: bool
) -> tuple[StatementProblem, ...]:
    """Tell which balance is missing, and whether they differ by more than the movements."""
    opening, closing, movement = statement.opening, statement.closing, statement.movement
    missing = [
        StatementProblem(kind=kind)
        for kind, balance in (
            (ProblemKind.OPENING_MISSING, opening),
            (ProblemKind.CLOSING_MISSING, closing),
        )
        if needs_balances and balance is None
    ]
    if opening is None or closing is None or movement is None or statement.is_balanced:
        return tuple(missing)
    expected, found = opening.amount + movement, closing.amount
    return (
        StatementProblem(
            kind=ProblemKind.BALANCE_DIFFERS, expected=str(expected), found=str(found)
        ),
    )


def turnover(transactions: Sequence[BankTransaction]) -> tuple[Decimal, Decimal]:
    """Return the sums of what went out and of what came in, both positive."""
    amounts = [t.amount for t in transactions if t.amount is not None]
    return -sum((a for a in amounts if a < 0), ZERO), sum((a for a in amounts if a > 0), ZERO)


def differing(
    kind: ProblemKind, expected: Decimal | int | str | None, found: Decimal | int | str
) -> tuple[StatementProblem, ...]:
    """Return a problem when something was expected and something else found."""
    if expected is None or expected == found:
        return ()
    return (StatementProblem(kind=kind, expected=str(expected), found=str(found)),)
