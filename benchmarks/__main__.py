"""What `make bench` runs: how fast mailbot is on this machine, and how right what it reads."""

import logging
import os
import sys

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks import latency, learning, recognition, reliability, smtp_intake
from benchmarks.answers import figures as answers

#: name -> what gives its rows
BENCHMARKS = {
    "latency": latency.rows,
    "recognition": recognition.rows,
    "learning": learning.rows,
    "intake": smtp_intake.rows,
}
#: name -> what gives tables of its own
TABLES = {"reliability": reliability.tables, "answers": answers.tables}


def main(wanted: list[str]) -> None:
    """Run the benchmarks that were named, or all of them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    table = Table("what", "figure", title=f"mailbot on {os.cpu_count()} cores")
    for name, rows in BENCHMARKS.items():
        if not wanted or name in wanted:
            for row in rows():
                table.add_row(*row)
    if table.rows:
        Console().print(table)
    for name, tables in TABLES.items():
        if not wanted or name in wanted:
            for one in tables():
                Console().print(one)


if __name__ == "__main__":
    main(sys.argv[1:])
