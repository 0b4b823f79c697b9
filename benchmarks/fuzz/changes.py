"""Changes to well-formed bytes, each small: what a stranger's program might get wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass

#: bytes of an input: a limit on what one reading may cost, not on what may be read
LONGEST = 65_536


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change: `kind` says which, `at` where (0 to 1), `size` how far it reaches."""

    kind: int
    at: float
    size: int
    piece: bytes


def _insert(content: bytes, at: int, _end: int, piece: bytes) -> bytes:
    return content[:at] + piece + content[at:]


def _overwrite(content: bytes, at: int, _end: int, piece: bytes) -> bytes:
    return content[:at] + piece + content[at + len(piece) :]


def _cut(content: bytes, at: int, end: int, _piece: bytes) -> bytes:
    return content[:at] + content[end:]


def _repeat(content: bytes, at: int, end: int, _piece: bytes) -> bytes:
    return content[:at] + content[at:end] * 30 + content[end:]


def _end(content: bytes, at: int, _end: int, _piece: bytes) -> bytes:
    return content[:at]


def _flood(content: bytes, at: int, _end: int, piece: bytes) -> bytes:
    return content[:at] + piece * 200 + content[at:]


_KINDS: tuple[Callable[[bytes, int, int, bytes], bytes], ...] = (
    _insert,
    _overwrite,
    _cut,
    _repeat,
    _end,
    _flood,
)
KINDS = len(_KINDS)


def apply_changes(content: bytes, changes: list[Change]) -> bytes:
    """Return `content` with `changes` made to it, one after the other."""
    for one in changes:
        at = int(one.at * len(content))
        content = _KINDS[one.kind % KINDS](content, at, at + one.size, one.piece)[:LONGEST]
    return content


def draw_changes(source: random.Random, pieces: tuple[bytes, ...]) -> list[Change]:
    """Return a few changes as `source` draws them."""
    return [
        Change(
            kind=source.randrange(KINDS),
            at=source.random(),
            size=source.choice((1, 2, 8, 40)),
            piece=source.choice(pieces) if source.random() < 0.7 else source.randbytes(3),
        )
        for _ in range(source.choice((1, 2, 3, 6)))
    ]
