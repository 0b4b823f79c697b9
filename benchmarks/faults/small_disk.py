"""A disk of its own, small and in memory, that can be filled to the last byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(place: Path, megabytes: int = 60) -> Iterator[Path]:
    """Give a disk of its own, small and in memory. Needs root."""
    assert os.geteuid() == 0, "a disk of its own can be mounted by root alone"
    place.mkdir()
    size = f"size={megabytes}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
