"""Writes a collection: `python -m benchmarks.papers OUT --count N --seed S --half train`."""

import argparse
from pathlib import Path

from benchmarks.papers.collection import chosen_layouts, make_papers, write_collection


def main() -> None:
    """Write the collection that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("train", "test", "all"), default="train")
    parser.add_argument("--layouts", default="", help="only these, separated by commas")
    asked = parser.parse_args()
    layouts = chosen_layouts(asked.half, [name for name in asked.layouts.split(",") if name])
    if not layouts:
        parser.error("no such layout in this half")
    count = write_collection(asked.out, make_papers(asked.count, asked.seed, layouts))
    print(f"{count} papers in {len(layouts)} layouts: {asked.out / 'manifest.jsonl'}")


if __name__ == "__main__":
    main()
