"""The disk is full, does not sync or takes nothing; files and memory run out."""

import random
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.faults.installation import children_of
from benchmarks.faults.world import World

_SECONDS = 6
_CHUNK = 1 << 16


def fill(world: World) -> None:
    """Fill the disk to the last byte, twice, and make room again."""
    balloon = world.data / "balloon"
    for _ in range(2):
        with suppress(OSError), balloon.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(_CHUNK))
        time.sleep(_SECONDS)
        balloon.unlink()
        time.sleep(1)


def take_nothing(world: World) -> None:
    """Let the kernel make the disk read-only, as it does after an error."""
    _run("mount", "-o", "remount,ro", str(world.data))
    time.sleep(_SECONDS)
    _run("mount", "-o", "remount,rw", str(world.data))


def fail_syncs(world: World) -> None:
    """Let all fsyncs fail with EIO for some seconds, then some again and again."""
    world.ills.fail_syncs(-1)
    time.sleep(_SECONDS / 2)
    dice = random.Random(1)
    for _ in range(60):
        world.ills.fail_syncs(dice.randint(1, 6))
        time.sleep(dice.uniform(0.05, 0.3))
    world.ills.fail_syncs(0)


def no_more_files(world: World) -> None:
    """Let every process have too few open files, each in its turn."""
    for name, node in world.installation.nodes.items():
        if not node.pid:
            continue
        few = len(list(Path(f"/proc/{node.pid}/fd").iterdir())) - 3
        with _limited(node.pid, resource.RLIMIT_NOFILE, few):
            time.sleep(_SECONDS / 2)
        assert world.installation.nodes[name].name == name


def no_more_memory(world: World) -> None:
    """Let the children that read documents get no more memory than they have, again and again."""
    until = time.monotonic() + 2 * _SECONDS
    while time.monotonic() < until:
        for node in world.installation.nodes.values():
            for child in list(children_of(node.pid)):
                with suppress(ProcessLookupError, PermissionError):
                    resource.prlimit(child, resource.RLIMIT_AS, (_CHUNK, resource.RLIM_INFINITY))
        time.sleep(0.3)


@contextmanager
def _limited(pid: int, what: int, most: int) -> Iterator[None]:
    with suppress(ProcessLookupError):
        before = resource.prlimit(pid, what)
        resource.prlimit(pid, what, (most, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, what, before)


def _run(*words: str) -> None:
    subprocess.run(words, check=True)
