"""Builds mails of all kinds as bytes, with the standard library only."""

import struct
import zipfile
import zlib
from email.message import EmailMessage
from io import BytesIO

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def build_mail(
    *,
    subject: str = "Factuur 2026-114",
    sender: str = "An Peeters <an@leverancier.example>",
    text: str = "Dag, de factuur zit in bijlage.",
    files: tuple[tuple[str, bytes], ...] = (),
    to: str = "aankoop-0400000185@kantoor.example",
    headers: dict[str, str] | None = None,
) -> bytes:
    """Return an ordinary mail with `files` (name, content) attached as octet-stream."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Nov 2026 09:30:00 +0100"
    message["Message-ID"] = "<m1@leverancier.example>"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def build_zip(*files: tuple[str, bytes]) -> bytes:
    """Return a zip of `files` (name, content)."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def build_encrypted_zip(name: str) -> bytes:
    """Return a zip whose only entry says that it is encrypted (APPNOTE 4.4.4, bit 0)."""
    content = bytearray(build_zip((name, b"secret")))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def build_png(width: int, height: int, padding: int = 0) -> bytes:
    """Return a grey PNG, made longer by `padding` bytes in a text chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    text = chunk(b"tEXt", b"Comment\0" + b"x" * padding) if padding else b""
    parts = chunk(b"IHDR", head) + text + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
