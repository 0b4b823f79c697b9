"""What `make bench` runs: a table of what mailbot costs and how fast it is on this machine."""

import logging
import os
import sys

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks import latency, learning, recognition, reliability, smtp_intake

#: name -> what gives its rows
BENCHMARKS = {
    "latency": latency.rows,
    "recognition": recognition.rows,
    "reliability": reliability.rows,
    "learning": learning.rows,
    "intake": smtp_intake.rows,
}


def main(wanted: list[str]) -> None:
    """Run the benchmarks that were named, or all of them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    table = Table("what", "figure", title=f"mailbot on {os.cpu_count()} cores")
    for name, rows in BENCHMARKS.items():
        if not wanted or name in wanted:
            for row in rows():
                table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
