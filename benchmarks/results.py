"""Keeps what the last run of each benchmark measured, with machine and date, in `results.md`."""

import os
import platform
import re
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.table import Table

from mailbot.domain.clock import SystemClock

RESULTS = Path(__file__).with_name("results.md")
_HEAD = """# What was measured last

Written by `python -m benchmarks NAME… --keep`: one section a benchmark, each with the machine and
the day of its last run. A figure without a bar is no promise.
"""
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_SYNCS = 50


def keep(name: str, tables: Iterable[Table], file: Path = RESULTS) -> None:
    """Put the tables of one benchmark into the file, in the place of those of its last run."""
    sections = _sections(file.read_text() if file.exists() else "")
    sections[name] = "\n\n".join([machine(), *map(to_markdown, tables)])
    told = (f"## {each}\n\n{sections[each]}" for each in sorted(sections))
    file.write_text("\n\n".join([_HEAD.rstrip(), *told]) + "\n")


def to_markdown(table: Table) -> str:
    """Return a table as Markdown, below its title."""
    head = [str(column.header) for column in table.columns]
    rows = zip(*(column.cells for column in table.columns), strict=True)
    lines = [_line(head), _line(["---"] * len(head)), *(_line(map(str, row)) for row in rows)]
    return "\n".join([*([f"{table.title}:", ""] if table.title else []), *lines])


def machine() -> str:
    """Return the day, and what it was measured on."""
    cores, memory = os.cpu_count() or 1, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (
        f"{SystemClock().now().date().isoformat()}, {cores} x {_processor()}, {memory >> 30} GB, "
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}, "
        f"a file of 2 kB made durable in {_sync_milliseconds():.2f} ms"
    )


def _sections(text: str) -> dict[str, str]:
    parts = _SECTION.split(text)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _sync_milliseconds() -> float:
    """Return how long it takes to write a small file and fsync it where data lies (median)."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(_SYNCS):
            started = time.perf_counter()
            _write_synced(Path(folder) / str(number), b"x" * 2000)
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds) * 1000


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def from_rows(title: str, rows: Sequence[tuple[str, str]]) -> Table:
    """Return rows of "what" and "figure" as a table."""
    table = Table("what", "figure", title=title)
    for row in rows:
        table.add_row(*row)
    return table
