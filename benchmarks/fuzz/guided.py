"""Lets atheris choose the inputs by what the code does with them.

    python -m benchmarks.fuzz.guided TARGET SECONDS FINDS

It needs the packages of the dependency group `fuzz`.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailbot"]):
    from benchmarks.fuzz.blind import HANG, MEMORY, read_in_time, warm_up

from benchmarks.fuzz.changes import LONGEST
from benchmarks.fuzz.seeds import PIECES, seeds_of


def main(target: str, seconds: int, finds: Path) -> None:
    """Fuzz `target` until the time is over or an input raises, hangs or needs too much memory."""
    finds.mkdir(parents=True, exist_ok=True)
    warm_up(target)
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for at, content in enumerate(seeds_of(target)):
            (corpus / str(at)).write_bytes(content)
        words.write_text("\n".join(_quoted(one) for one in PIECES if len(one) < 60), "ascii")
        options = [
            f"-max_total_time={seconds}",
            f"-timeout={int(HANG) * 10}",
            f"-rss_limit_mb={MEMORY >> 20}",
            f"-malloc_limit_mb={MEMORY >> 20}",
            f"-max_len={LONGEST}",
            f"-dict={words}",
            f"-artifact_prefix={finds}/",
            "-verbosity=0",
            "-print_final_stats=1",
        ]
        atheris.Setup(
            [target, *options, str(corpus)], lambda content: read_in_time(target, content, finds)
        )
        atheris.Fuzz()


def _quoted(piece: bytes) -> str:
    """Write a word as dictionaries of libFuzzer hold it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in piece) + '"'


if __name__ == "__main__":
    main(sys.argv[1], int(float(sys.argv[2])), Path(sys.argv[3]))
