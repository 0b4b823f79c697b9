"""Writes a collection: `python -m benchmarks.papers OUT --count N --seed S --half train`.

To N invoices in the layouts of one half (or those named with --layouts) come papers that are no
invoices (one for every six), bundles and invoices with annexes (one of each for every twenty).
"""

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from benchmarks.papers.collection import Made, chosen_layouts, make_papers, write_collection
from benchmarks.papers.heaps import make_annexed, make_bundles, make_others
from benchmarks.papers.layout import Layout


def make_everything(count: int, seed: int, layouts: list[Layout], *, half: str) -> Iterator[Made]:
    """Yield `count` invoices and, for these, what else arrives at an office."""
    return chain(
        make_papers(count, seed, layouts),
        make_others(count // 6, seed, half),
        make_bundles(count // 20, seed, layouts, half=half),
        make_annexed(count // 20, seed, layouts),
    )


def main() -> None:
    """Write the collection that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("train", "test", "all"), default="train")
    parser.add_argument("--layouts", default="", help="only these, separated by commas")
    asked = parser.parse_args()
    layouts = chosen_layouts(asked.half, [name for name in asked.layouts.split(",") if name])
    if not layouts:
        parser.error("no such layout in this half")
    if asked.layouts:
        papers = make_papers(asked.count, asked.seed, layouts)
    else:
        papers = make_everything(asked.count, asked.seed, layouts, half=asked.half)
    count = write_collection(asked.out, papers)
    print(f"{count} papers in {len(layouts)} layouts: {asked.out / 'manifest.jsonl'}")


if __name__ == "__main__":
    main()
