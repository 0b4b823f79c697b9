"""Zip files opened without trust: real inflated bytes are counted, not the promised ones."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

#: zipfile and the decompressors raise these on broken archives
_BAD_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    IndexError,
    struct.error,
    OverflowError,
)
_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
#: LZMA may ask for gigabytes by its header alone
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_CHUNK = 64 * 1024
#: what macOS and Windows add by themselves
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class TooMuchError(Exception):
    """The limits for one mail are used up."""


@dataclass
class Budget:
    """What may still be unpacked from one mail: bytes and files."""

    bytes: int
    files: int
    problems: list[str] = field(default_factory=list)

    def take(self, size: int) -> None:
        """Use `size` bytes. Raises TooMuchError."""
        self.bytes -= size
        if self.bytes < 0:
            raise TooMuchError

    def take_file(self) -> None:
        """Use one file. Raises TooMuchError."""
        self.files -= 1
        if self.files < 0:
            raise TooMuchError


def read_zip(content: bytes, name: str, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file in the zip; trouble goes into `budget.problems`.

    Raises TooMuchError when the budget is used up.
    """
    if content.count(_CENTRAL_ENTRY) > budget.files + 1000:
        raise TooMuchError
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except _BAD_ZIP:
        budget.problems.append(f"unreadable_container:{name}")
        return
    with archive:
        for entry in archive.infolist():
            file_name = _name(entry)
            if file_name.endswith("/") or any(one in file_name for one in _CLUTTER):
                continue
            budget.take_file()
            yield from _read(archive, entry, file_name, budget)


def _read(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, budget: Budget
) -> Iterator[tuple[str, bytes]]:
    if entry.flag_bits & _ENCRYPTED:
        budget.problems.append(f"encrypted:{name}")
        yield name, b""
        return
    if entry.compress_type not in _METHODS:
        budget.problems.append(f"unreadable_file:{name}")
        yield name, b""
        return
    pieces: list[bytes] = []
    try:
        with archive.open(entry) as file:
            while piece := file.read(_CHUNK):
                budget.take(len(piece))
                pieces.append(piece)
    except _BAD_ZIP:
        budget.problems.append(f"unreadable_file:{name}")
    yield name, b"".join(pieces)


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the entry's name; programs write UTF-8 without saying so."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename
