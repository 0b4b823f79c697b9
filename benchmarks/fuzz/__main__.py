"""Fuzzes readers of mail, one after the other.

    python -m benchmarks.fuzz [TARGET …] --seconds 180

An input that raises, takes more than 2 seconds or 256 MB is kept in tests/fuzz/finds/TARGET, where
a test reads it for ever after. With atheris (dependency group `fuzz`) inputs are chosen by what
the code does with them.
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

from benchmarks.fuzz.targets import TARGETS

FINDS = Path(__file__).resolve().parents[2] / "tests/fuzz/finds"


def main() -> int:
    """Run the targets that the command line names; returns 1 if one had a find."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all without one")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--blind", action="store_true", help="without atheris")
    asked = parser.parse_args()
    is_guided = importlib.util.find_spec("atheris") is not None and not asked.blind
    module = "benchmarks.fuzz.guided" if is_guided else "benchmarks.fuzz.blind"
    failed = 0
    for target in asked.targets or TARGETS:
        command = [sys.executable, "-m", module, target, str(asked.seconds), str(FINDS / target)]
        failed |= subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
