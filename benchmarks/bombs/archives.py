"""Zip, OLE and TNEF files that unfold to more than anybody has."""

import io
import struct
import zipfile
import zlib

from tests.kit.msg_builder import Message, build_msg

MEGABYTE = 1024 * 1024


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of `files`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def one_large_file() -> bytes:
    """Return a gigabyte of zeros in a megabyte."""
    out = io.BytesIO()
    archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("factuur.pdf", "w", force_zip64=True) as entry:
        for _ in range(1024):
            entry.write(bytes(MEGABYTE))
    return out.getvalue()


def nested() -> bytes:
    """Return zips in zips, as 42.zip: five deep, with 16^5 times 10 MB at the bottom."""
    content = zipped(("0.pdf", bytes(10 * MEGABYTE)))
    for depth in range(5):
        content = zipped(*((f"{depth}-{n}.zip", content) for n in range(16)))
    return content


def overlapping() -> bytes:
    """Return three hundred entries that all quote the same ten megabytes (Fifield's zip bomb)."""
    packed = zlib.compress(bytes(10 * MEGABYTE))[2:-4]
    crc = zlib.crc32(bytes(10 * MEGABYTE))
    sizes = struct.pack("<III", crc, len(packed), 10 * MEGABYTE)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes
    local += struct.pack("<HH", 5, 0) + b"a.pdf" + packed
    entries = [_central(f"{n}.pdf".encode(), sizes) for n in range(300)]
    directory = b"".join(entries)
    end = struct.pack("<HHHHIIH", 0, 0, 300, 300, len(directory), len(local), 0)
    return local + directory + b"PK\5\6" + end


def _central(name: bytes, sizes: bytes) -> bytes:
    head = b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    return head + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name


def many_files() -> bytes:
    """Return sixty thousand empty files."""
    return zipped(*((f"{n}.pdf", b"") for n in range(60_000)), method=zipfile.ZIP_STORED)


def links_and_places() -> bytes:
    """Return names that lead elsewhere, and a symbolic link to a file of the system."""
    link = zipfile.ZipInfo("factuur.pdf")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO(zipped(("../../../etc/cron.d/x", b"x"), ("/etc/passwd", b"x")))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def msg_in_circles() -> bytes:
    """Return an Outlook message whose chain of sectors leads back to its beginning."""
    content = bytearray(build_msg(Message(subject="x", text="y" * 50_000)))
    (sector,) = struct.unpack_from("<I", content, 76)
    at = 512 + 512 * sector
    for number in range(4, 120):
        struct.pack_into("<I", content, at + 4 * number, 4)
    return bytes(content)


def winmail() -> bytes:
    """Return sixty bytes with a property that says it has four thousand million values."""
    properties = struct.pack("<IHHIQ", 1, 0x1002, 1, 0xFFFFFFFF, 0)
    attribute = struct.pack("<BII", 1, 0x00069003, len(properties)) + properties
    return struct.pack("<IH", 0x223E9F78, 1) + attribute + struct.pack("<H", sum(properties))
