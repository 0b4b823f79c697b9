"""Rows as lines of JSON in compressed chunks, the same from every database.

Where a chunk ends is said by the keys in it, not by counting: rows that come or go in one place
leave all other chunks as they were, and these are in the pool already.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from storage.blobs import Blobs

#: rows after which a chunk ends, on average; the most; and the most letters
_ABOUT = 1024
_MOST = 4 * _ABOUT
_MOST_LETTERS = 8 * 1024 * 1024
_LEVEL = 3


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Many rows, in chunks by their SHA-256."""

    columns: tuple[str, ...]
    n_rows: int
    chunks: tuple[str, ...]


def write_rows(
    pool: Blobs, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, n_keys: int = 1
) -> Listing:
    """Keep rows in `pool`, in their order; the first `n_keys` values of a row are its key.

    One chunk is in memory at a time. Raises OSError.
    """
    chunks: list[str] = []
    lines: list[str] = []
    n_rows = n_letters = 0
    for row in rows:
        lines.append(_line(row))
        n_rows, n_letters = n_rows + 1, n_letters + len(lines[-1])
        if len(lines) >= _MOST or n_letters >= _MOST_LETTERS or _ends(row[:n_keys]):
            chunks.append(_keep(pool, lines))
            lines, n_letters = [], 0
    if lines:
        chunks.append(_keep(pool, lines))
    return Listing(columns=tuple(columns), n_rows=n_rows, chunks=tuple(chunks))


def read_rows(pool: Blobs, listing: Listing) -> Iterator[list[Any]]:
    """Yield the rows of a listing, values as JSON has them. Raises BlobError."""
    for chunk in listing.chunks:
        for line in gzip.decompress(pool.get(chunk)).splitlines():
            yield json.loads(line)


def read_value(kind: type, value: Any) -> Any:
    """Return the value of a column of this Python type, from what JSON has of it."""
    if value is None:
        return None
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value


def _line(row: Sequence[Any]) -> str:
    return _encode(list(row))


def _plain(value: object) -> str:
    """Return what JSON has no word for. Raises TypeError for what a column should not hold."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be backed up")


_encode = json.JSONEncoder(separators=(",", ":"), default=_plain).encode


def _ends(key: Sequence[Any]) -> bool:
    return zlib.crc32("\0".join(map(str, key)).encode()) % _ABOUT == 0


def _keep(pool: Blobs, lines: list[str]) -> str:
    return pool.put(gzip.compress("\n".join(lines).encode(), _LEVEL, mtime=0))
