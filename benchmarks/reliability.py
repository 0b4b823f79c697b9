"""Shows how far a stated confidence can be trusted: per field, how many values were right.

    python -m benchmarks.reliability [--count N] [--seed S] [--half train|test|all]

The bar: of the values that are said to be at least 90 % sure, at least 90 % are right.
"""

import argparse
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import FIELDS, judge
from benchmarks.papers.collection import chosen_layouts, make_papers
from mailbot.entrypoints.cli.recognition_json import to_record
from mailbot.recognition.pipeline import recognise

#: lowest confidence of each band, percent
BANDS = (0, 50, 80, 90, 95)
SURE = 90
BAR = 0.9
CORPORA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"
#: layouts of a corpus stand for many more papers of the same issuer: so many of each are read
_PER_LAYOUT = 4
#: pictures are left to the benchmark of OCR
_KINDS = ("pdf",)


@dataclass
class Tally:
    """How many values fell into each band, and how many of these were right."""

    said: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    right: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, confidence: float, *, is_right: bool) -> None:
        """Count one value."""
        band = max((low for low in BANDS if round(100 * confidence, 1) >= low), default=BANDS[0])
        self.said[band] += 1
        self.right[band] += is_right

    def sure(self) -> tuple[int, int]:
        """Return how many values were said to be sure, and how many of these were right."""
        bands = [band for band in BANDS if band >= SURE]
        return sum(self.said[b] for b in bands), sum(self.right[b] for b in bands)

    def is_reliable(self) -> bool:
        """Tell whether the bar is reached; nothing said is nothing wrong."""
        said, right = self.sure()
        return right >= BAR * said


def tally(judged: Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Tally]:
    """Return the tally of each field over pairs of truth and record."""
    tallies = {name: Tally() for name in FIELDS}
    for truth, record in judged:
        for name in FIELDS:
            evidence = record["fields"].get(name)
            verdict = judge(name, truth, record) if evidence else None
            if evidence and verdict is not None:
                tallies[name].add(evidence["confidence"], is_right=verdict)
    return tallies


def read_made(
    count: int, seed: int, half: str
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield truth and record of made papers."""
    papers = make_papers(count, seed, chosen_layouts(half))
    yield from _read([(made.truth, made.content) for made in papers if made.kind in _KINDS])


def read_corpus(name: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield truth and record of some papers of each layout of a shared corpus."""
    folder = CORPORA / name
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    seen: dict[str, int] = defaultdict(int)
    pairs = []
    for entry in map(json.loads, lines):
        if entry["kind"] not in _KINDS:
            continue
        seen[entry["layout"]] += 1
        if seen[entry["layout"]] <= _PER_LAYOUT:
            truth = json.loads((folder / entry["truth"]).read_text(encoding="utf-8"))
            pairs.append((truth, (folder / entry["path"]).read_bytes()))
    yield from _read(pairs)


def _read(
    papers: list[tuple[Mapping[str, Any], bytes]],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    with ProcessPoolExecutor(2) as pool:
        contents = [content for _, content in papers]
        records = pool.map(_record, contents, chunksize=8)
        yield from zip((truth for truth, _ in papers), records, strict=True)


def _record(content: bytes) -> Mapping[str, Any]:
    return to_record(recognise(content, "paper.pdf"))


def to_table(title: str, tallies: Mapping[str, Tally]) -> Table:
    """Return the bands of every field, "right of said", and whether the bar is reached."""
    edges = (*BANDS, 100)
    heads = [f"{low}-{high} %" for low, high in itertools.pairwise(edges)]
    table = Table("field", *heads, f"right of those >= {SURE} %", "bar", title=title)
    for name, one in tallies.items():
        said, right = one.sure()
        share = f"{right} of {said}, {100 * right / said:.1f} %" if said else "-"
        bands = [f"{one.right[b]} of {one.said[b]}" if one.said[b] else "" for b in BANDS]
        table.add_row(name, *bands, share, "reached" if one.is_reliable() else "MISSED")
    return table


def tables(count: int = 232, seed: int = 1, half: str = "all") -> Iterator[Table]:
    """Yield the table of made papers, and one for each corpus that lies beside the clone."""
    title = f"How sure, how right: {count} made papers ({half}, seed {seed})"
    yield to_table(title, tally(read_made(count, seed, half)))
    for name in ("benl", "documents"):
        if (CORPORA / name).exists():
            yield to_table(f"How sure, how right: corpus {name}", tally(read_corpus(name)))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=232)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("train", "test", "all"), default="all")
    asked = parser.parse_args()
    for table in tables(asked.count, asked.seed, asked.half):
        Console().print(table)


if __name__ == "__main__":
    main()
