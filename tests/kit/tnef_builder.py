"""Writes small winmail.dat files (MS-OXTNEF), enough for readers to open."""

import struct

_MESSAGE, _ATTACHMENT = 1, 2


def build_tnef(
    *files: tuple[str, bytes], subject: str = "", text: str = "", long_names: bool = False
) -> bytes:
    """Return a TNEF stream with `files`; names are 8-bit unless `long_names` (Unicode)."""
    parts = [struct.pack("<IH", 0x223E9F78, 1)]
    parts.append(_attribute(_MESSAGE, 0x00089006, struct.pack("<I", 0x10000)))
    parts.append(_attribute(_MESSAGE, 0x00069007, struct.pack("<II", 1252, 0)))
    if subject:
        parts.append(_attribute(_MESSAGE, 0x00018004, subject.encode("cp1252") + b"\0"))
    if text:
        parts.append(_attribute(_MESSAGE, 0x0002800C, text.encode("cp1252") + b"\0"))
    for name, content in files:
        parts.append(_attribute(_ATTACHMENT, 0x00069002, bytes(14)))
        short = "SHORT~1.BIN" if long_names else name
        parts.append(_attribute(_ATTACHMENT, 0x00018010, short.encode("cp1252") + b"\0"))
        parts.append(_attribute(_ATTACHMENT, 0x0006800F, content))
        if long_names:
            parts.append(_attribute(_ATTACHMENT, 0x00069005, _long_name(name)))
    return b"".join(parts)


def _attribute(level: int, name: int, data: bytes) -> bytes:
    return (
        struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    )


def _long_name(name: str) -> bytes:
    value = (name + "\0").encode("utf-16-le")
    padded = value + bytes(-len(value) % 4)
    return struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(value)) + padded
