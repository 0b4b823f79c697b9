"""Reads changed inputs one after the other, with a limit on time and memory for each.

    python -m benchmarks.fuzz.blind TARGET SECONDS FINDS

It needs no other package; `benchmarks.fuzz.guided` looks at what the code does, and goes deeper.
"""

import hashlib
import random
import resource
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from benchmarks.fuzz.changes import apply_changes, draw_changes
from benchmarks.fuzz.seeds import PIECES, seeds_of
from benchmarks.fuzz.targets import TARGETS

#: what one input may take: seconds of processor time, and bytes beyond what the process has anyway
HANG = 2.0
MEMORY = 256 * 1024 * 1024


class _HangError(Exception):
    """An input took too long."""


def main(target: str, seconds: float, finds: Path) -> int:
    """Fuzz `target`; returns 1 with the input in `finds` if one raised, hung or grew."""
    warm_up(target)
    source, grown = random.Random(), _memory() + MEMORY
    begin, count, slowest = time.monotonic(), 0, 0.0
    while time.monotonic() - begin < seconds:
        content = apply_changes(source.choice(seeds_of(target)), draw_changes(source, PIECES))
        started = time.process_time()
        read_in_time(target, content, finds)
        slowest = max(slowest, time.process_time() - started)
        count += 1
        if _memory() > grown:
            print(f"{target}: more than {MEMORY} bytes: {_keep(content, finds)}")
            return 1
    print(f"{target}: {count} inputs, slowest {slowest:.2f} s, {_memory() >> 20} MB at most")
    return 0


def warm_up(target: str) -> None:
    """Read what is well formed: tables of words are loaded once, not for each input."""
    for content in seeds_of(target):
        TARGETS[target](content)


def read_in_time(target: str, content: bytes, finds: Path) -> None:
    """Read `content`; what raises or takes too long is kept in `finds`, and raises."""
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        TARGETS[target](content)
    except BaseException:
        print(f"{target}: {_keep(content, finds)}")
        raise
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _memory() -> int:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return 1024 * max(own, children)


def _keep(content: bytes, finds: Path) -> Path:
    finds.mkdir(parents=True, exist_ok=True)
    file = finds / hashlib.sha256(content).hexdigest()[:16]
    file.write_bytes(content)
    return file


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _HangError(f"not read within {HANG} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])))
