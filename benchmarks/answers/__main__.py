"""Writes a collection: `python -m benchmarks.answers OUT --half train --seed 1`.

It holds the mails and a manifest.jsonl, which `mailbot read-answers` takes.
"""

import argparse
from pathlib import Path

from benchmarks.answers.collection import make_answers, write_collection
from benchmarks.answers.phrases import HALVES


def main() -> None:
    """Write the collection that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--half", choices=HALVES, default="train")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1, help="mails for each phrase")
    asked = parser.parse_args()
    count = write_collection(asked.out, make_answers(asked.half, asked.seed, asked.times))
    print(f"{count} answers: {asked.out / 'manifest.jsonl'}")


if __name__ == "__main__":
    main()
