"""Does thousands of random sequences of approving, changing, paying, crashing, and says how many.

`python -m benchmarks.sequences --sequences 10000`: some 0.6 s of one core each, more on a busy
machine. It ends at the first sequence that breaks what must hold, and prints the shortest like it.
"""

import logging
import time
from collections import Counter
from typing import Annotated

import structlog
import typer

from tests.kit.payment_sequences import run_sequences

#: sequences in one house: the audit log of each house is looked at whole at its end
_BATCH = 25
_STEPS = 12


def main(
    sequences: Annotated[int, typer.Option(help="How many.")] = 10_000,
    seconds: Annotated[float, typer.Option(help="Begin no more after so long; 0: never.")] = 0,
) -> None:
    """Run them, and say what became of their payments."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began, done = time.monotonic(), 0
    ended: Counter[str] = Counter()
    while done < sequences and not (seconds and time.monotonic() - began > seconds):
        count = min(_BATCH, sequences - done)
        found = run_sequences(count, steps=_STEPS, is_repeatable=False)
        ended.update({status.value: number for status, number in found.items()})
        done += count
        typer.echo(f"{done} sequences, {time.monotonic() - began:.0f} s, {dict(ended)}")


if __name__ == "__main__":
    typer.run(main)
