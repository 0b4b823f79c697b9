"""What ails the machine that the service runs on: its disk does not sync, its clock jumps.

A small library that is loaded before all others (ills.c) does it, below Python and SQLite alike.
"""

import atexit
import os
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from mmap import mmap
from pathlib import Path

_SOURCE = Path(__file__).with_name("ills.c")
_FORMAT = "qq"


@cache
def the_ills() -> "Ills":
    """Return the ills of this process of benchmarks: what it forks from is started only once."""
    folder = Path(tempfile.mkdtemp(prefix="mailbot-ills-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Ills(folder)


class Ills:
    """Ills of every process that is started after `spread`; they can be changed at any time."""

    def __init__(self, folder: Path) -> None:
        """Compile the library into `folder`. Raises FileNotFoundError without a C compiler."""
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            raise FileNotFoundError("faults need a C compiler: apt install gcc libc6-dev")
        self._library, self._file = folder / "ills.so", folder / "ills"
        build = [compiler, "-shared", "-fPIC", "-O2", "-o", str(self._library), str(_SOURCE)]
        subprocess.run(build, check=True)
        self._file.write_bytes(bytes(struct.calcsize(_FORMAT)))
        with self._file.open("r+b") as file:
            self._ills = mmap(file.fileno(), 0)

    def spread(self) -> None:
        """Let it be loaded by every program that is started from now on."""
        os.environ |= {"LD_PRELOAD": str(self._library), "MAILBOT_ILLS": str(self._file)}  # noqa: TID251 - for the programs that we start

    def contain(self) -> None:
        """Load it no more; whoever has loaded it is well again."""
        self._ills[:] = bytes(len(self._ills))
        for name in ("LD_PRELOAD", "MAILBOT_ILLS"):
            os.environ.pop(name, None)  # noqa: TID251 - ours, from above

    @property
    def skew(self) -> int:
        """Seconds by which the clock is ahead."""
        return int(struct.unpack(_FORMAT, self._ills[:])[1])

    def fail_syncs(self, count: int) -> None:
        """Let so many calls of fsync fail with EIO; -1: all, until 0 is said."""
        struct.pack_into("q", self._ills, 0, count)

    def jump(self, seconds: int) -> None:
        """Move the clock by so many seconds, from where it stands."""
        struct.pack_into("q", self._ills, struct.calcsize("q"), self.skew + seconds)
