"""Kills the processes of mailbot at random moments, hundreds of times, while mails come in."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.faults.world import World
from tests.kit.killed_service import POINTS

#: seconds between two kills: shorter than a start, and long enough to get somewhere
_SHORTEST, _LONGEST = 0.1, 1.2
#: calls until a process kills itself at a chosen point
_CALLS = 25
#: so many mails come in for each kill, evenly over about as long as the kills take
MAILS_PER_KILL = 0.5
SECONDS_PER_KILL = 0.8
#: of a hundred kills: a child, everything at once, PostgreSQL
_CHILDREN, _EVERYTHING, _DATABASE = 20, 4, 3


@dataclass
class Killer:
    """Kills until it has killed enough."""

    world: World
    random: random.Random
    kills: int

    def run(self) -> None:
        """Kill at random moments; half of the processes start with an appointed end as well."""
        installation = self.world.installation
        while installation.kills < self.kills:
            for node in installation.nodes.values():
                if not node.kill_at and self.random.random() < 0.5:
                    node.kill_at = self._appointment()
            time.sleep(self.random.uniform(_SHORTEST, _LONGEST))
            self._kill_one()

    def _appointment(self) -> str:
        when = self.random.choice(("before", "after"))
        return f"{when}:{self.random.randint(1, _CALLS)}:{self.random.choice(list(POINTS))}"

    def _kill_one(self) -> None:
        installation, dice = self.world.installation, self.random.randrange(100)
        name = self.random.choice(list(installation.nodes))
        if dice < _EVERYTHING:
            installation.kill_all()
            if dice % 2 and self.world.postgres:
                self._kill_database()
        elif dice < _EVERYTHING + _DATABASE and self.world.postgres:
            self._kill_database()
        elif dice < _EVERYTHING + _DATABASE + _CHILDREN:
            installation.kill_child(name, dice) or installation.kill(name)
        else:
            installation.kill(name)

    def _kill_database(self) -> None:
        assert self.world.postgres
        self.world.postgres.kill()
        time.sleep(self.random.uniform(0, 1))
        self.world.postgres.start()


def kills(count: int, seed: int) -> Callable[[World], None]:
    """Return the fault that kills so often."""
    return lambda world: Killer(world, random.Random(seed), count).run()
