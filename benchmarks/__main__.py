"""What `make bench` runs: how fast mailbot is on this machine, and how right what it reads."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import (
    acceptance,
    latency,
    learning,
    payments,
    recognition,
    reliability,
    workers,
)
from benchmarks.answers import figures as answers
from benchmarks.results import from_rows, keep


def _in_one_table(rows: Callable[[], Sequence[tuple[str, str]]]) -> Iterable[Table]:
    yield from_rows("", rows())


#: name -> what gives its tables
BENCHMARKS: Mapping[str, Callable[[], Iterable[Table]]] = {
    "acceptance": acceptance.tables,
    "latency": partial(_in_one_table, latency.rows),
    "recognition": partial(_in_one_table, recognition.rows),
    "learning": partial(_in_one_table, learning.rows),
    "reliability": reliability.tables,
    "workers": partial(_in_one_table, workers.rows),
    "answers": answers.tables,
    "payments": partial(_in_one_table, payments.rows),
}


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(BENCHMARKS)}; default: all.")
    ] = None,
    is_kept: Annotated[
        bool, typer.Option("--keep", help="Write what was measured to benchmarks/results.md.")
    ] = False,
) -> None:
    """Run the benchmarks that were named, or all of them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name in names or BENCHMARKS:
        tables = list(BENCHMARKS[name]())
        for table in tables:
            table.title = table.title or name
            Console().print(table)
        if is_kept:
            keep(name, tables)


if __name__ == "__main__":
    typer.run(main)
