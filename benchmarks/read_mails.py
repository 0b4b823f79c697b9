"""Reads every mail of a manifest through the command line and prints how long it took.

    python benchmarks/read_mails.py MANIFEST.jsonl PREDICTIONS.jsonl

PREDICTIONS.jsonl gets one line for each mail, as `mailbot read-mail --json` prints it.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main(manifest: Path, predictions: Path) -> int:
    """Run `mailbot read-mail` over the manifest; returns its exit status."""
    paths = [json.loads(line)["path"] for line in manifest.read_text("utf-8").splitlines()]
    folder = manifest.resolve().parent
    mailbot = [sys.executable, "-m", "mailbot", "read-mail", "--json", "--root", str(folder)]
    begin = time.perf_counter()
    with predictions.open("wb") as out:
        done = subprocess.run(
            [*mailbot, *(str(folder / path) for path in paths)], stdout=out, check=False
        )
    took = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{len(paths)} mails in {took:.1f} s, {1000 * took / max(1, len(paths)):.1f} ms a mail")
    print(f"largest process {memory:.0f} MB, exit status {done.returncode}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
