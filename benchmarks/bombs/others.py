"""XML, pictures and mails made to fill memory or time."""

import io
import struct
import zlib

from PIL import Image

_UBL = b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"


def deep_xml() -> bytes:
    """Return two hundred thousand elements, each in the other."""
    return b'<Invoice xmlns="%s">' % _UBL + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</Invoice>"


def many_attributes() -> bytes:
    """Return an element with two hundred thousand attributes."""
    many = b" ".join(b'a%d="1"' % n for n in range(200_000))
    return b'<Invoice xmlns="%s" %s/>' % (_UBL, many)


def laughs() -> bytes:
    """Return entities of entities of entities."""
    levels = [b'<!ENTITY l0 "ha">']
    levels += [b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12)]
    return b"<!DOCTYPE Invoice [%s]><Invoice>&l11;</Invoice>" % b"".join(levels)


def many_lines() -> bytes:
    """Return an invoice of three hundred thousand lines."""
    line = b"<InvoiceLine><ID>1</ID><LineExtensionAmount>1</LineExtensionAmount></InvoiceLine>"
    return b'<Invoice xmlns="%s">' % _UBL + line * 300_000 + b"</Invoice>"


def large_png() -> bytes:
    """Return a picture of 30 000 by 30 000 dots, in a megabyte."""
    size = 30_000
    packer = zlib.compressobj()
    rows = [packer.compress(bytes(size + 1)) for _ in range(size)]
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", b"".join(rows) + packer.flush()), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def largest_png() -> bytes:
    """Return a picture of 118 million dots: just not too large."""
    return _saved(Image.new("RGB", (10_900, 10_900), "white"), "PNG")


def webp() -> bytes:
    """Return a picture of 16 383 by 16 383 dots."""
    return _saved(Image.new("RGB", (16_383, 16_383), "white"), "WEBP", lossless=True)


def many_frames() -> bytes:
    """Return a GIF of ten thousand frames."""
    one = _saved(Image.new("P", (1000, 1400)), "GIF")
    start = 13 + 3 * 2 ** ((one[10] & 7) + 1)
    return one[:start] + one[start:-1] * 10_000 + b";"


def tiff_pages() -> bytes:
    """Return a TIFF of a hundred thousand pages that are all the same strip of dots."""
    dots = bytes(1000 * 1400 // 8)
    out = bytearray(b"II*\0" + struct.pack("<I", 8 + len(dots)) + dots)
    tags = ((256, 1000), (257, 1400), (258, 1), (259, 1), (262, 1), (273, 8), (278, 1400))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    entries += struct.pack("<HHII", 279, 4, 1, len(dots))
    for number in range(100_000, 0, -1):
        following = len(out) + 2 + len(entries) + 4 if number > 1 else 0
        out += struct.pack("<H", 8) + entries + struct.pack("<I", following)
    return bytes(out)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def many_parts(head: bytes) -> bytes:
    """Return a mail of a hundred thousand parts."""
    part = b"--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n"
    return head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 100_000 + b"--b--"


def mails_in_mails(head: bytes) -> bytes:
    """Return a mail in a mail, twenty thousand deep."""
    inner = b"Content-Type: message/rfc822\r\n\r\n"
    return head + inner * 20_000 + b"Subject: x\r\n\r\nx"


def parts_in_parts(head: bytes) -> bytes:
    """Return parts in parts, ten thousand deep."""
    levels = [
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(10_000)
    ]
    return head + b"".join(levels) + b"Content-Type: text/plain\r\n\r\nx"


def long_header(head: bytes) -> bytes:
    """Return a header of twenty megabytes, folded."""
    return head + b"X-Long: " + b"word\r\n " * 3_000_000 + b"end\r\n\r\nx"


def many_headers(head: bytes) -> bytes:
    """Return half a million headers."""
    return head + b"X-Many: value\r\n" * 500_000 + b"\r\nx"


def encoded_words(head: bytes) -> bytes:
    """Return a subject and a name of encoded words, ten megabytes."""
    words = b"=?utf-8?q?caf=C3=A9?=\r\n " * 400_000
    return head + b"Subject: " + words + b"end\r\nX: y\r\n\r\nx"


def almost_boundaries(head: bytes) -> bytes:
    """Return twenty megabytes of lines that are almost the end of a part."""
    lines = b"--" + b"b" * 60
    start = head + b"Content-Type: multipart/mixed; boundary=" + b"b" * 61 + b"\r\n\r\n"
    return start + (lines + b"\r\n") * 300_000


def many_recipients(head: bytes) -> bytes:
    """Return a hundred thousand addresses in To."""
    to = b",\r\n ".join(b'"Name %d" <a%d@b.example>' % (n, n) for n in range(100_000))
    return head.replace(b"To: ", b"Cc: ") + b"To: " + to + b"\r\n\r\nx"
