"""`mailbot read-statement`: what bank statements say, without keeping anything."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mailbot.domain.bank import (
    BankStatement,
    ProblemKind,
    StatementFile,
    StatementFormat,
    StatementProblem,
)
from mailbot.entrypoints.cli.records import OutOption, RootOption, places_of, write_record
from mailbot.entrypoints.cli.statement_json import problem_sentence, to_record
from mailbot.recognition.statements.any_format import MAX_STATEMENT, read_statements


def read_statement(
    files: Annotated[
        list[Path], typer.Argument(help="CODA, CAMT.052/053/054 or MT940 files", exists=True)
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
    out: OutOption = None,
    root: RootOption = None,
) -> None:
    """Show accounts, balances and movements of bank statements, and what does not fit together."""
    places = places_of(files, root) if out else {}
    for path in files:
        read = _read(path)
        line = json.dumps({"path": str(path), **to_record(read)}, ensure_ascii=False)
        if out:
            write_record(out / places[path], line)
        if as_json or not out:
            typer.echo(line if as_json else _in_words(path, read))


def _read(path: Path) -> StatementFile:
    """Return what is in one file; of one that is too large no more is read than tells so."""
    try:
        with path.open("rb") as file:
            return read_statements(file.read(MAX_STATEMENT + 1))
    except OSError as error:
        problem = StatementProblem(kind=ProblemKind.UNREADABLE, found=error.strerror or "")
        return StatementFile(format=StatementFormat.UNKNOWN, problems=(problem,))


def _in_words(path: Path, read: StatementFile) -> str:
    lines = [f"{path}: {read.format.value}, statements: {len(read.statements)}"]
    lines += [f"  {problem_sentence(problem)}" for problem in read.problems]
    for statement in read.statements:
        lines.append(f"  {_summary(statement)}")
        lines += [f"    {problem_sentence(problem)}" for problem in statement.problems]
    return "\n".join(lines)


def _summary(statement: BankStatement) -> str:
    opening, closing = (
        str(balance.amount) if balance else "?"
        for balance in (statement.opening, statement.closing)
    )
    return (
        f"{statement.account or '?'} {statement.currency or ''}: {opening} to {closing}, "
        f"movements: {len(statement.transactions)}"
    )
