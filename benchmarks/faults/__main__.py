"""Breaks mailbot while mails come in, and prints what that did.

python -m benchmarks.faults kills --database sqlite|postgresql [--kills 500] [--seed 1]
python -m benchmarks.faults all | NAME...     the named faults, as a table
"""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from benchmarks.faults.kills import MAILS_PER_KILL, kills
from benchmarks.faults.playing import Fault, Outcome, no_fault, play
from benchmarks.faults.world import world


def main() -> int:
    """Run what was asked; return 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="+")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--topology", default="parts")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--mails", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    outcomes = []
    for name in asked.names:
        with world(asked.topology, asked.database) as made:
            fault: Fault = no_fault
            mails = asked.mails
            if name == "kills":
                fault, mails = kills(asked.kills, asked.seed), int(asked.kills * MAILS_PER_KILL)
            outcomes.append(play(name, made, fault, mails=mails))
            if not outcomes[-1].is_well:
                print("\n".join(outcomes[-1].problems[:40]))
                print(made.installation.log.read_text()[-3000:])
    Console().print(to_table(outcomes))
    return int(not all(outcome.is_well for outcome in outcomes))


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
