"""Takes from this process what a reader of strangers' files never needs, for good.

Limits of the system (setrlimit), no files but those of programs (Landlock), no calls to the system
but a few (seccomp). What a system refuses is named, the rest holds all the same.
"""

import ctypes
import math
import resource
import signal
import sys
import sysconfig
import time
from collections.abc import Iterable
from pathlib import Path

from mailbot.sandbox import landlock, system_calls

#: where programs lie, their letters and their tables; nothing of ours is there but the program
_INSTALLED = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
#: qpdf opens an encrypted PDF with the help of the second
_DEVICES = ("/dev/null", "/dev/urandom")
_OPEN_FILES = 64
_PR_SET_PDEATHSIG = 1


def read_programs_only(more: Iterable[Path] = ()) -> bool:
    """Let this process, and all that it starts, read programs and `more`, and write nothing.

    Returns False where the system has no Landlock (Linux before 5.13, or switched off).
    """
    package = Path(__file__).parents[1]
    installed = (sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib"))
    pythons = (sys.prefix, sys.base_prefix, *installed)
    return landlock.restrict(
        [Path(p) for p in (*_INSTALLED, *_DEVICES, *pythons)] + [package, *more]
    )


def call_little() -> bool:
    """Refuse every call to the system that reading does not need: no network, no new programs.

    Returns False where the system has no seccomp, or libseccomp is not installed.
    """
    return system_calls.restrict()


def confine(*, memory: int, readable: Iterable[Path] = (), memory_is_data: bool = False) -> None:
    """Take everything from this process; what the system refuses is left to the others."""
    limit(memory=memory, memory_is_data=memory_is_data)
    read_programs_only(readable)
    call_little()


def limit(*, memory: int, memory_is_data: bool = False) -> None:
    """Limit this process to `memory` bytes of addresses; no core file, and none that grows.

    `memory_is_data` counts what it may write to instead, for one that reserves many addresses.
    """
    for what, most in (
        (resource.RLIMIT_DATA if memory_is_data else resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))


def limit_cpu(seconds: int) -> None:
    """End this process by SIGXCPU when it has worked `seconds` more of a processor."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))


def die_with_parent() -> None:
    """Let the system kill this process when the one that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
