"""What `python -m benchmarks answers` prints: how well both halves of made answers are read.

An effect is a command without its reason. A wrong action is an effect that the truth does not
ask for; a clear decision without any of its effects is missed.
"""

import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.answers.collection import make_answers
from benchmarks.answers.phrases import HALVES, LANGUAGES
from benchmarks.answers.scene import AUTHSERV
from mailbot.entrypoints.cli.read_answers import read_row

Row = dict[str, Any]
Effect = tuple[str, int, frozenset[tuple[str, str]]]
#: what changes nothing
_TALK = {"question", "remark", "help"}
#: arguments that say why or when, not what
_ASIDE = {"reason", "text", "until", "date", "method"}
_SEED = 1


def effects(commands: Iterable[Row] | None) -> set[Effect]:
    """Return what commands would do, one for each line that they name."""
    return {
        (command["verb"], item, _arguments(command["args"]))
        for command in commands or ()
        if command["verb"] not in _TALK
        for item in command["items"] or [0]
    }


def _arguments(args: Row) -> frozenset[tuple[str, str]]:
    return frozenset((key, _plain(str(value))) for key, value in args.items() if key not in _ASIDE)


def _plain(value: str) -> str:
    if re.fullmatch(r"-?\d+\.\d+", value):
        return format(Decimal(value).normalize(), "f")
    return re.sub(r"[\s._/+]", "", value.lower())


def find_faults(truth: Row, found: Row) -> Iterator[str]:
    """Yield "wrong", "missed", "automatic" and "written" where a mail was misread so."""
    did = effects(found["commands"]) if found["acted"] else set()
    wanted = effects(truth["commands"]) if truth["decision_allowed"] else set()
    if did - wanted - effects(truth.get("tolerated")):
        yield "wrong"
    if wanted and not did & wanted:
        yield "missed"
    if bool(truth["automatic"]) != bool(found["automatic"]):
        yield "automatic"
    elif not truth["automatic"] and truth["written"].split() != found["written"].split():
        yield "written"


def measure(half: str, seed: int = _SEED) -> tuple[Counter[str], list[float]]:
    """Read a half; return faults per kind and per "kind language", and processor seconds."""
    counts: Counter[str] = Counter()
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for made in make_answers(half, seed):
            (Path(folder) / "answer.eml").write_bytes(made.raw)
            start = time.process_time()
            found = read_row(made.truth | {"path": "answer.eml"}, Path(folder), [AUTHSERV])
            seconds.append(time.process_time() - start)
            counts.update(_counted(made.truth, found))
    return counts, seconds


def _counted(truth: Row, found: Row) -> Iterator[str]:
    language = truth["language"]
    groups = ["answers"]
    groups += ["clear"] if truth["decision_allowed"] else []
    groups += ["machines"] if truth["automatic"] else []
    for kind in [*groups, *find_faults(truth, found)]:
        yield kind
        yield f"{kind} {language}"


def tables() -> Iterator[Table]:
    """Yield a table per half."""
    for half in HALVES:
        counts, seconds = measure(half)
        table = Table("language", "wrong actions", "missed clear decisions", "machines not seen",
                      "text misread", title=f"made answers, {half} half")  # fmt: skip
        for language in LANGUAGES:
            table.add_row(language, *_figures(counts, f" {language}"))
        table.add_row("all", *_figures(counts, ""))
        table.caption = (
            f"median {statistics.median(seconds) * 1000:.1f} ms of processor time an answer"
        )
        yield table


def _figures(counts: Counter[str], of: str) -> list[str]:
    people = counts[f"answers{of}"] - counts[f"machines{of}"]
    shares = {"wrong": counts[f"answers{of}"], "missed": counts[f"clear{of}"],
              "automatic": counts[f"answers{of}"], "written": people}  # fmt: skip
    return [f"{counts[kind + of]} of {total}" for kind, total in shares.items()]
