"""How much a reader may use up for one file, and how many files it reads."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What holds for every reader of a sandbox."""

    #: bytes of addresses; a photo of 120 million dots takes most
    memory: int = 1_500_000_000
    #: seconds of a processor between two words with the program
    cpu_seconds: int = 20
    #: seconds on the clock between two words, and for one file in all: for what hangs or waits,
    #: long enough for a good document on a machine that has no processor to spare
    wall_seconds: float = 180.0
    file_seconds: float = 900.0
    #: after so many files, or above so many bytes of memory, another reader takes over
    files: int = 200
    grown: int = 400_000_000
    #: seconds without work after which a reader gives its memory back
    idle_seconds: float = 120.0
