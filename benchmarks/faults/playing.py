"""Plays a scenario: load goes in, something breaks, all becomes quiet, all is counted."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.faults.ending import Ending
from benchmarks.faults.load import write_invoices
from benchmarks.faults.world import World

Fault = Callable[[World], None]


@dataclass
class Outcome:
    """What became of one scenario."""

    name: str
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether nothing was lost, doubled or left over."""
        return not self.problems


def play(name: str, world: World, fault: Fault, *, mails: int, patience: float = 120) -> Outcome:
    """Let `fault` break the world while `mails` invoices come in, and look at the end."""
    outcome, began = Outcome(name), time.monotonic()
    letters = list(write_invoices(mails))
    try:
        world.installation.start()
        for letter in letters:
            world.server.send(letter)
        fault(world)
        world.settle(patience)
        outcome.figures["longest stop"] = round(max(world.installation.stop().values(), default=0))
    except Exception as error:  # noqa: BLE001 - whatever went wrong is what we want to read
        outcome.problems.append("".join(traceback.format_exception(error)))
    ending = Ending(world, letters)
    outcome.problems += ending.problems()
    outcome.figures |= ending.figures() | {"kills": world.installation.kills}
    outcome.figures |= {f"told {word}": n for word, n in world.server.refusals.items()}
    outcome.seconds = time.monotonic() - began
    return outcome


def no_fault(_world: World) -> None:
    """Break nothing."""
