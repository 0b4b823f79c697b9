"""Tells what this process and its children, living and ended, have used of the machine (Linux)."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
#: fields of /proc/PID/stat behind the name in brackets (proc_pid_stat(5)): ppid, utime, stime
_PARENT, _USER, _SYSTEM = 1, 11, 12


def core_seconds() -> float:
    """Return the seconds of a core that were used.

    Not the clock on the wall: what else the machine does at the time does not count.
    """
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ended = sum(one.ru_utime + one.ru_stime for one in used)
    living = sum(int(stat[_USER]) + int(stat[_SYSTEM]) for _, stat in _children())
    return ended + living / _TICKS


def peak_megabytes() -> float:
    """Return the peak memory of this process and of every child that lives, in megabytes."""
    peaks = [_peak(folder) for folder, _ in _children()]
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + sum(peaks)) / 1024


def _children() -> Iterator[tuple[Path, list[str]]]:
    """Yield the folder in /proc and the fields of the children of this process."""
    own = str(os.getpid())
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if stat[_PARENT] == own:
            yield folder, stat


def _peak(folder: Path) -> int:
    """Return the peak of a process in kilobytes."""
    lines = (folder / "status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
