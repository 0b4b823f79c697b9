"""The smarthost, the clock or a whole machine is ill."""

import signal
import time
from collections.abc import Callable

from benchmarks.faults.world import World

_SECONDS = 6
#: longer than a claim on outgoing mail (entrypoints/sender.py) and a worker's silence
_LEASE_SECONDS = 240
_SILENCE_SECONDS = 25
_DAY, _HOUR = 86400, 3600


def smarthost_refuses(world: World) -> None:
    """Refuse connections, and take them again."""
    for _ in range(2):
        world.smarthost.stop()
        time.sleep(_SECONDS)
        world.smarthost.start()
        time.sleep(1)


def smarthost(illness: str, seconds: float = _SECONDS) -> Callable[[World], None]:
    """Return the fault of a smarthost that is ill for some seconds."""

    def fault(world: World) -> None:
        _wait_for_mail(world)
        world.smarthost.illness = illness
        time.sleep(seconds)
        world.smarthost.illness = ""

    return fault


def smarthost_dies_with_sender(world: World) -> None:
    """Let mails leave without a word back, and kill the sender while it waits for that word."""
    _wait_for_mail(world)
    for _ in range(5):
        world.smarthost.illness = "mute"
        time.sleep(1.5)
        world.installation.kill("sender")
        world.smarthost.illness = ""
        time.sleep(1.5)


def clock_jumps(world: World) -> None:
    """Move the clock a day forward, an hour back, and back to where it was."""
    for seconds in (_DAY, -_HOUR, _HOUR - _DAY):
        time.sleep(_SECONDS / 2)
        world.ills.jump(seconds)
    time.sleep(_SECONDS / 2)


def machine_vanishes(world: World) -> None:
    """Kill a worker and a sender that never come back: others do what they had begun."""
    time.sleep(_SECONDS / 2)
    for name in ("worker-a", "sender-a"):
        world.installation.nodes[name].is_gone = True
        world.installation.kill(name)


def machine_sleeps(world: World) -> None:
    """Stop a worker and a sender in the middle of their work until others have done it."""
    time.sleep(_SECONDS / 2)
    for name in ("worker-a", "sender-a"):
        world.installation.send_signal(name, signal.SIGSTOP)
    world.ills.jump(_LEASE_SECONDS)
    time.sleep(_SILENCE_SECONDS)
    for name in ("worker-a", "sender-a"):
        world.installation.send_signal(name, signal.SIGCONT)


def _wait_for_mail(world: World) -> None:
    """Wait until mails are leaving."""
    while not world.smarthost.mails:
        time.sleep(0.05)
