"""Plays a scenario: load goes in, something breaks, all becomes quiet, all is counted."""

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.faults.ending import Ending
from benchmarks.faults.load import Letter, write_invoices
from benchmarks.faults.world import World

Fault = Callable[[World], None]


#: without any change after a fault, though not all is quiet; a busy machine is slow
_PATIENCE_SECONDS = 240


@dataclass(frozen=True)
class Load:
    """What comes in while something breaks."""

    mails: int
    #: over how long, in seconds
    seconds: float
    #: how many are pictures of paper, which take a reader seconds
    scans: int = 0


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


def play(name: str, world: World, fault: Fault, load: Load) -> Outcome:
    """Let `fault` break the world while mails come in, and look at the end."""
    outcome, began = Outcome(name), time.monotonic()
    letters = list(write_invoices(load.mails, scans=load.scans))
    feeding = threading.Thread(target=_feed, args=(world, letters, load.seconds), daemon=True)
    try:
        world.installation.start()
        feeding.start()
        _wait_for_first(world)
        fault(world)
        feeding.join()
        world.settle(_PATIENCE_SECONDS)
        outcome.figures["longest stop"] = round(max(world.installation.stop().values(), default=0))
    except Exception as error:  # noqa: BLE001 - whatever went wrong is what we want to read
        outcome.problems.append("".join(traceback.format_exception(error)))
    ending = Ending(world, letters)
    outcome.problems += ending.problems()
    outcome.figures |= ending.figures() | world.figures | {"kills": world.installation.kills}
    outcome.figures |= {f"told {word}": n for word, n in world.server.refusals.items()}
    outcome.seconds = time.monotonic() - began
    return outcome


def _feed(world: World, letters: Sequence[Letter], seconds: float) -> None:
    """Send the mails evenly over so many seconds."""
    for letter in letters:
        world.server.send(letter)
        time.sleep(seconds / len(letters))


def _wait_for_first(world: World) -> None:
    """Wait until a mail was accepted: what is not up yet cannot be broken."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not world.server.accepted:
        assert time.monotonic() < deadline, "no mail was accepted at all"
        time.sleep(0.05)


def no_fault(_world: World) -> None:
    """Break nothing."""
