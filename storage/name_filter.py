"""Remembers which files are named somewhere, millions of them in little memory (a Bloom filter).

It never forgets a name. Now and then it takes a stranger for a name that it knows, so it is asked
only where that is the safe mistake: a file that could go is kept.
"""

from collections.abc import Iterator

#: with 30 million names, one stranger in ten thousand is taken for known
_BYTES = 64 * 1024 * 1024
_PLACES = 8


class NameFilter:
    """A set of SHA-256 names; places of bits are cut from the name, which is as good as random."""

    def __init__(self, size: int = _BYTES) -> None:
        """Begin with no name; `size` in bytes, a power of two."""
        self._bits = bytearray(size)
        self._mask = size * 8 - 1

    def add(self, name: str) -> None:
        """Remember a name of 64 hexadecimal digits."""
        for place in self._places(name):
            self._bits[place >> 3] |= 1 << (place & 7)

    def knows(self, name: str) -> bool:
        """Whether the name was added; sometimes also of one that was not."""
        return all(self._bits[place >> 3] & (1 << (place & 7)) for place in self._places(name))

    def _places(self, name: str) -> Iterator[int]:
        number = int(name, 16)
        for _ in range(_PLACES):
            yield number & self._mask
            number >>= 32
