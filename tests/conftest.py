"""What every test has; the builders and helpers are in tests/kit."""

import os
import shutil
from pathlib import Path

from hypothesis import settings

pytest_plugins = [
    "tests.kit.features",
    "tests.kit.golden",
    "tests.kit.postgres",
    "tests.kit.quick_stops",
    "tests.kit.s3",
    "tests.kit.stores",
]

# every commit waits for the disk, thousands of times in all; no test takes the power away. Where
# the machine has little memory to spare (a container's 64 MB), the folders of tests stay on disk
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder there that is its own
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 4 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# a loaded machine is slow now and then: no test measures time; some of hypothesis' 100
# examples finds what a change breaks, and `python -m benchmarks.fuzz` looks longer
settings.register_profile("mailbot", deadline=None, max_examples=15)
settings.load_profile("mailbot")
