"""Writes mails as they come over the wire: headers, MIME parts, transfer encodings."""

import base64
import quopri
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime
from random import Random

from benchmarks.answers.clients import Client, write_html, write_text
from benchmarks.answers.scene import AUTHSERV, OFFICE, Scene, scene_marks
from benchmarks.answers.wording import fill

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
_LINE = 72


@dataclass(frozen=True, kw_only=True)
class Part:
    """One MIME entity: its headers without the encoding, and its content."""

    headers: tuple[str, ...]
    content: bytes
    #: "7bit", "8bit", "quoted-printable" or "base64"
    encoding: str = "7bit"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Who really sent a mail, and what the receiving server says of it."""

    sender: str
    #: as they stand in the header From, one header each
    from_lines: tuple[str, ...]
    #: values of Authentication-Results, topmost first
    results: tuple[str, ...]
    subject: str
    reply_to: str = ""


def write_part(part: Part) -> bytes:
    """Return an entity with its headers, lines parted by LF."""
    encoded = {
        "base64": lambda: base64.encodebytes(part.content),
        "quoted-printable": lambda: quopri.encodestring(part.content),
    }.get(part.encoding, lambda: part.content)()
    head = [*part.headers, f"Content-Transfer-Encoding: {part.encoding}"]
    return "\n".join(head).encode() + b"\n\n" + encoded


def write_multipart(kind: str, boundary: str, parts: Sequence[bytes], extra: str = "") -> bytes:
    """Return a multipart entity of entities that are written already."""
    mark = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{extra}\n'.encode()
    body = b"".join(mark + b"\n" + one.rstrip(b"\n") + b"\n\n" for one in parts)
    return head + b"\n" + body + mark + b"--\n"


def text_part(text: str, subtype: str, charset: str, rng: Random, *, flowed: bool = False) -> Part:
    """Return a text entity in a charset that can hold it, else in UTF-8."""
    content, charset = _encoded(text, charset)
    is_long = max(map(len, content.split(b"\n"))) > 900
    plain = ["8bit"] if not content.isascii() else ["7bit"]
    ways = ["quoted-printable", "base64"] + ([] if is_long else plain)
    format_ = "; format=flowed" if flowed else ""
    return Part(
        headers=(f'Content-Type: text/{subtype}; charset="{charset}"{format_}',),
        content=content,
        encoding=plain[0] if flowed else rng.choice(ways),
    )


def _encoded(text: str, charset: str) -> tuple[bytes, str]:
    try:
        return text.encode(charset), charset
    except UnicodeEncodeError:
        return text.encode(), "utf-8"


def flow(text: str) -> str:
    """Return text with format=flowed (RFC 3676): long lines end in a space and go on."""
    return "\n".join(piece for line in text.split("\n") for piece in _flow_line(line))


def _flow_line(line: str) -> list[str]:
    prefix = "> " if line.startswith("> ") else ""
    words, pieces = line[len(prefix) :].split(" "), [""]
    for word in words:
        if pieces[-1] and len(pieces[-1]) + len(word) > _LINE:
            pieces.append("")
        pieces[-1] += word + " "
    pieces[-1] = pieces[-1][:-1] if line != "-- " else "-- "
    return [prefix + piece for piece in pieces]


def write_body(client: Client, scene: Scene, rng: Random, *, form: str, place: str) -> bytes:
    """Return the entity that holds an answer: text, HTML or both."""
    marks = scene_marks(scene, rng, charset := rng.choice(client.charsets))
    text = write_text(client, scene, marks, place)
    if form == "text":
        shown = flow(text) if client.is_flowed else text
        return write_part(text_part(shown, "plain", charset, rng, flowed=client.is_flowed))
    web = write_part(text_part(write_html(client, scene, marks, place), "html", charset, rng))
    if form == "html":
        return web
    plain = write_part(text_part(text, "plain", charset, rng))
    both = write_multipart("alternative", fill(client.boundary, marks), [plain, web])
    return _with_logo(both, rng) if client.has_logo and len(scene.sign) > 1 else both


def _with_logo(body: bytes, rng: Random) -> bytes:
    name = f"image001.png@01DC{rng.getrandbits(32):08X}"
    headers = ('Content-Type: image/png; name="image001.png"', f"Content-ID: <{name}>",
               'Content-Disposition: inline; filename="image001.png"')  # fmt: skip
    logo = write_part(Part(headers=headers, content=_PIXEL, encoding="base64"))
    kind = '; type="multipart/alternative"'
    return write_multipart("related", f"_005_{rng.getrandbits(64):016x}_", [body, logo], kind)


def write_mail(  # noqa: PLR0917 - what a mail is made of
    client: Client, scene: Scene, body: bytes, rng: Random, envelope: Envelope
) -> bytes:
    """Return a whole answer, lines parted by CRLF."""
    marks = scene_marks(scene, rng, "utf-8")
    threads = rng.random() < 0.9
    lines = [
        *_trace(envelope, scene, rng),
        *(f"From: {one}" for one in envelope.from_lines),
        f"To: {OFFICE} <{scene.original.reply_to}>",
        _folded("Subject", envelope.subject),
        f"Date: {format_datetime(scene.answered_at)}",
        f"Message-ID: <{fill(client.id, marks)}>",
        *([f"In-Reply-To: <{scene.original.message_id}>"] if threads else []),
        *([f"References: <{scene.original.message_id}>"] if threads else []),
        *([f"Reply-To: {envelope.reply_to}"] if envelope.reply_to else []),
        "MIME-Version: 1.0",
        *(_folded(*fill(one, marks).split(": ", 1)) for one in client.headers
          if not one.lower().startswith("mime-version")),
    ]  # fmt: skip
    return to_crlf("\n".join(lines).encode() + b"\n" + body)


def to_crlf(raw: bytes) -> bytes:
    """Return a mail with every line end as SMTP has it."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _folded(name: str, value: str) -> str:
    if value.isascii():
        return f"{name}: {value}"
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode()}"


def write_mailbox(name: str, address: str) -> str:
    """Return "name <address>" as a header writes it."""
    return f"{name if name.isascii() else Header(name, 'utf-8').encode()} <{address}>"


def _trace(envelope: Envelope, scene: Scene, rng: Random) -> list[str]:
    domain = envelope.sender.rpartition("@")[2] or "mail.example"
    received = (
        f"from mail.{domain} (mail.{domain} [192.0.2.{rng.randrange(2, 250)}])\n"
        f"\tby {AUTHSERV} with ESMTPS id {rng.getrandbits(40):010x}\n"
        f"\tfor <{scene.original.reply_to}>; {format_datetime(scene.answered_at)}"
    )
    return [
        f"Return-Path: <{envelope.sender}>",
        f"Delivered-To: {scene.original.reply_to}",
        f"Received: {received}",
        *(f"Authentication-Results: {one}" for one in envelope.results),
    ]


def passed(address: str) -> str:
    """Return what the office's server says of a sender that is proved."""
    domain = address.rpartition("@")[2]
    return (f"{AUTHSERV};\n\tdkim=pass header.d={domain}; spf=pass smtp.mailfrom={address};"
            f" dmarc=pass header.from={domain}")  # fmt: skip


def failed(address: str) -> str:
    """Return what the office's server says of a sender that somebody forged."""
    domain = address.rpartition("@")[2]
    return (f"{AUTHSERV};\n\tdkim=none; spf=fail smtp.mailfrom={address};"
            f" dmarc=fail header.from={domain}")  # fmt: skip
