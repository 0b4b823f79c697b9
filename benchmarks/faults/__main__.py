"""Breaks mailbot while mails come in, and prints what that did.

python -m benchmarks.faults kills --database sqlite|postgresql [--kills 500] [--seed 1]
python -m benchmarks.faults all | NAME...     the named faults, as a table
"""

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.faults.kills import MAILS_PER_KILL, SECONDS_PER_KILL, kills
from benchmarks.faults.playing import Load, Outcome, no_fault, play
from benchmarks.faults.scenarios import SCENARIOS, Scenario
from benchmarks.faults.world import world

#: over which mails come in while a named fault is there
_SECONDS = 12.0
_SHOWN, _LOG_SHOWN = 40, 3000


def main() -> int:
    """Run what was asked; return 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--topology", default="parts")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--mails", type=int, default=16)
    parser.add_argument("--scans", type=int, default=0)
    parser.add_argument("--log", type=Path, help="keep what the service of the last fault said")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    # who is told to end leaves nothing running, mounted or lying about
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    names = list(SCENARIOS) if asked.names == ["all"] else asked.names
    outcomes = [_play(name, asked) for name in names]
    Console().print(to_table(outcomes))
    return int(not all(outcome.is_well for outcome in outcomes))


def _play(name: str, asked: argparse.Namespace) -> Outcome:
    chosen = SCENARIOS.get(name) or Scenario(no_fault, asked.database, asked.topology)
    load = Load(asked.mails, _SECONDS, chosen.scans)
    if name == "kills":
        chosen = replace(chosen, fault=kills(asked.kills, asked.seed))
        load = Load(int(asked.kills * MAILS_PER_KILL), asked.kills * SECONDS_PER_KILL, asked.scans)
    made = world(chosen.topology, chosen.database, blobs=chosen.blobs, is_small=chosen.is_small)
    with made as here:
        outcome = play(name, here, chosen.fault, load)
        log = here.installation.log.read_text()
    if asked.log:
        asked.log.write_text(log)
    if not outcome.is_well:
        print(name, *outcome.problems[:_SHOWN], log[-_LOG_SHOWN:], sep="\n")
    print(name, "is well" if outcome.is_well else "IS NOT WELL", outcome.figures, flush=True)
    return outcome


def to_table(outcomes: list[Outcome]) -> Table:
    """Return the outcomes as a table."""
    table = Table("fault", "seconds", "figures", "outcome", title="mailbot, broken")
    for one in outcomes:
        figures = ", ".join(f"{count} {name}" for name, count in one.figures.items())
        word = "nothing lost or doubled" if one.is_well else f"{len(one.problems)} PROBLEMS"
        table.add_row(one.name, f"{one.seconds:.0f}", figures, word)
    return table


if __name__ == "__main__":
    sys.exit(main())
