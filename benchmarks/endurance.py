"""A steady stream of mails: how long until each is read, and whether memory or queue grow.

    python -m benchmarks.endurance [--minutes 10] [--rate 100] [--database sqlite|postgresql]
        [--topology one|parts|many] [--answers]

The service runs as its own processes; with `--answers` the approver and the office answer each
question as well, so that each mail becomes a booking.
"""

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from benchmarks.faults.installation import children_of
from benchmarks.faults.load import Letter, write_invoices
from benchmarks.faults.world import World, world

#: seconds from 250 to read, at the 95th percentile, for text
BAR_SECONDS = 5
#: a process may be so much larger in the last fifth of the time than in the second
_GROWTH = 1.1
_SAMPLE_SECONDS = 5
_PATIENCE_SECONDS = 120
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Sample:
    """How the service stood at one moment."""

    #: megabytes of each process with its children
    memory: Mapping[str, float]
    #: mails, jobs and letters under way
    waiting: int


@dataclass
class Endurance:
    """One run."""

    world: World
    samples: list[Sample] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)

    def run(self, letters: Sequence[Letter], rate: float) -> None:
        """Send so many mails a minute until there are no more, and wait until all is quiet."""
        self.world.installation.start()
        self._wait_for_listener(letters[0])
        watching = threading.Thread(target=self._watch)
        watching.start()
        began = time.monotonic()
        for place, letter in enumerate(letters[1:], 1):
            time.sleep(max(0.0, began + place * 60 / rate - time.monotonic()))
            self.world.server.send(letter)
        self._ending.set()
        watching.join()
        self.world.settle(_PATIENCE_SECONDS)
        self.world.installation.stop()

    def seconds(self) -> list[float]:
        """Return the seconds from each 250 to its documents being read, as the audit log tells."""
        accepted = {one.spool_id: one.at for one in self.world.server.accepted}
        query = sa.text(
            "SELECT mail.delivery_key, audit.at FROM audit JOIN document ON document.id = "
            "audit.subject JOIN mail ON mail.id = document.mail_id "
            "WHERE audit.event = 'document_recognised'"
        )
        with self.world.context.database.reading() as session:
            rows = session.execute(query).all()
        return sorted(
            _moment(row.at) - accepted[row.delivery_key.partition(":")[0]] for row in rows
        )[1:]

    def grown(self) -> Iterator[str]:
        """Yield a sentence for each process whose memory grew, and for a queue that did."""
        fifth = max(1, len(self.samples) // 5)
        early, late = self.samples[fifth : 2 * fifth], self.samples[-fifth:]
        for name in self.samples[-1].memory:
            before, after = (
                statistics.mean(s.memory.get(name, 0) for s in part) for part in (early, late)
            )
            if after > _GROWTH * before:
                yield f"{name} grew from {before:.0f} to {after:.0f} MB"
        before, after = (statistics.mean(s.waiting for s in part) for part in (early, late))
        if after > 2 * before + 2:
            yield f"the queue grew from {before:.1f} to {after:.1f}"

    def _wait_for_listener(self, letter: Letter) -> None:
        """Send one mail ahead: the first one loads fonts, words and templates."""
        self.world.server.send(letter)
        self.world.settle(_PATIENCE_SECONDS)

    def _watch(self) -> None:
        while not self._ending.wait(_SAMPLE_SECONDS):
            nodes = self.world.installation.nodes.values()
            memory = {node.name: _megabytes(node.pid) for node in nodes if node.pid}
            self.samples.append(Sample(memory, sum(self.world.waiting().values())))


def main() -> int:
    """Run, print the table, and return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--topology", default="one")
    parser.add_argument("--answers", action="store_true")
    asked = parser.parse_args()
    letters = list(write_invoices(round(asked.rate * asked.minutes)))
    with world(asked.topology, asked.database) as made:
        if not asked.answers:
            made.people.end()
            made.people.is_away = True
        endurance = Endurance(made)
        endurance.run(letters, asked.rate)
        seconds, grown = endurance.seconds(), list(endurance.grown())
    table = Table(
        "what", "figure", title=f"{asked.rate:.0f} mails a minute, {asked.minutes} minutes"
    )
    for row in rows(endurance.samples, seconds, grown):
        table.add_row(*row)
    Console().print(table)
    return int(bool(grown) or _percentile(seconds, 95) > BAR_SECONDS)


def rows(
    samples: Sequence[Sample], seconds: Sequence[float], grown: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield what the table shows."""
    at = ", ".join(f"p{part} {_percentile(seconds, part):.2f} s" for part in (50, 95, 99))
    yield f"250 to read, {len(seconds)} documents", f"{at}, worst {seconds[-1]:.2f} s"
    for name in samples[-1].memory:
        sizes = [sample.memory.get(name, 0) for sample in samples]
        few = sizes[:: max(1, len(sizes) // 6)]
        yield f"memory of {name}, MB", ", ".join(f"{size:.0f}" for size in few)
    waiting = [sample.waiting for sample in samples]
    yield "under way", f"mean {statistics.mean(waiting):.1f}, most {max(waiting)}"
    yield "growth", "; ".join(grown) or "none"


def _percentile(ordered: Sequence[float], part: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]


def _moment(at: object) -> float:
    """Return what either database says of a moment as seconds."""
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _megabytes(pid: int) -> float:
    """Return the memory of a process and its children; what they share is shared out."""
    return sum(_resident(each) for each in (pid, *children_of(pid))) / _MEGABYTE


def _resident(pid: int) -> int:
    """Return the proportional share of memory, bytes (proc(5), smaps_rollup)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sys.exit(main())
