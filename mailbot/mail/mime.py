"""A mail cut into its parts, exactly as the bytes lie there (RFC 2045, 2046); never raises.

The standard library's parser turns a whole mail into text, re-writes nested mails and stops
at the first bad header line; here bytes are cut, so that large mails stay cheap and an
attached mail keeps every byte. All limits are generous for people and tight for bombs.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.mail.headers import decode_base64, unfold
from mailbot.mail.parameters import read_parameters

MAX_DEPTH = 30
MAX_PARTS = 2000
#: bytes of one header block
MAX_HEADERS = 1024 * 1024

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_HEADER_LINE = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_FIRST_HEADER = re.compile(rb"(?:[>]?From [^\r\n]*\r?\n|[ \t]*\r?\n|\xef\xbb\xbf)+")
_MEDIA_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,100})\s*/\s*([\w!#$&^.+-]{1,100})")
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\n)")
_GUESSED_BOUNDARY = re.compile(rb"(?m)^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=Content-)", re.IGNORECASE)
_UU_BEGIN = re.compile(rb"(?m)^begin [0-7]{3,4} [^\r\n]*\r?$")


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A mail or a part of one: raw headers in order, and either a body or children."""

    headers: tuple[tuple[str, bytes], ...]
    media_type: str
    parameters: dict[str, str]
    #: "inline", "attachment" or "" when the part does not say
    disposition: str = ""
    disposition_parameters: dict[str, str]
    #: still in its transfer encoding; b"" if there are children
    body: bytes
    children: tuple["Entity", ...] = ()
    defects: tuple[str, ...] = ()

    def raw(self, name: str) -> bytes:
        """Return the first raw value of header `name` (lower case), b"" if absent."""
        return next((value for key, value in self.headers if key.lower() == name), b"")

    def all_raw(self, name: str) -> list[bytes]:
        """Return every raw value of header `name` (lower case), topmost first."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def file_name(self) -> str:
        """The name the part gives itself, "" if none."""
        given = self.disposition_parameters.get("filename") or self.parameters.get("name")
        return given or self.disposition_parameters.get("name", "")

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding."""
        encoding = unfold(self.raw("content-transfer-encoding")).partition(";")[0]
        return _decoded(self.body, encoding.strip().strip('"').lower())

    def walk(self) -> Iterator["Entity"]:
        """Yield this entity and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


class _Budget:
    """Counts the parts that may still be made."""

    def __init__(self) -> None:
        self.parts = MAX_PARTS


def read_entity(raw: bytes) -> Entity:
    """Return the tree of the mail `raw`."""
    return _entity(_mended(raw), "text/plain", MAX_DEPTH, _Budget())


def read_head(raw: bytes) -> Entity:
    """Return the mail `raw` with the headers that `read_entity` sees, and nothing else of it."""
    head, _body = _cut_head(_mended(raw))
    headers, _rest, _defects = _headers(head)
    return Entity(
        headers=tuple(headers),
        media_type="text/plain",
        parameters={},
        disposition="",
        disposition_parameters={},
        body=b"",
    )


def _mended(raw: bytes) -> bytes:
    """Return a mail without what some servers put into it or before it."""
    if b"\r\r\n" in raw[:MAX_HEADERS]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    opening = _FIRST_HEADER.match(raw)
    return raw[opening.end() :] if opening else raw


def _entity(raw: bytes, default_type: str, depth: int, budget: _Budget) -> Entity:
    budget.parts -= 1
    head, body = _cut_head(raw)
    headers, rest, defects = _headers(head)
    # the blank line before the body is missing
    body = b"\n".join([*rest, b"", body]) if rest else body
    values = {key.lower(): value for key, value in reversed(headers)}
    content_type = unfold(values.get("content-type", b""))
    disposition = unfold(values.get("content-disposition", b""))
    parameters = read_parameters(content_type)
    media_type = _media_type(content_type, default_type)
    children: tuple[Entity, ...] = ()
    if media_type.startswith("multipart/"):
        inner = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
        pieces, found = _cut_body(body, parameters.get("boundary", ""))
        defects += found
        if depth and budget.parts > len(pieces):
            children = tuple(_entity(one, inner, depth - 1, budget) for one in pieces)
        elif pieces:
            defects.append("too many parts: not all were opened")
    return Entity(
        headers=tuple(headers),
        media_type=media_type,
        parameters=parameters,
        disposition=disposition.partition(";")[0].strip().strip('"').lower(),
        disposition_parameters=read_parameters(disposition),
        body=b"" if children else body,
        children=children,
        defects=tuple(defects),
    )


def _media_type(content_type: str, default_type: str) -> str:
    found = _MEDIA_TYPE.match(content_type)
    if found:
        return f"{found[1]}/{found[2]}".lower()
    # RFC 2045 §5.2: without a usable Content-Type it is plain text
    word = content_type.partition(";")[0].strip().lower()
    return {"text": "text/plain", "html": "text/html", "pdf": "application/pdf"}.get(
        word, default_type if not word else "text/plain"
    )


def _cut_head(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith((b"\n", b"\r\n")):
        return b"", raw.removeprefix(b"\r").removeprefix(b"\n")
    blank = _BLANK_LINE.search(raw)
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    if not _HEADER_LINE.match(head):
        return b"", raw
    return (head, body) if len(head) <= MAX_HEADERS else (head[:MAX_HEADERS], b"")


def _headers(head: bytes) -> tuple[list[tuple[str, bytes]], list[bytes], list[str]]:
    """Return the headers, the lines behind the last of them that are none, and what was wrong.

    A line that is no header is left out and does not end the headers if one follows.
    """
    headers: list[tuple[str, list[bytes]]] = []
    strange: list[bytes] = []
    defects: list[str] = []
    for line in _LINE_END.split(head):
        if match := _HEADER_LINE.fullmatch(line):
            defects += ["a line among the headers is no header"] if strange else []
            headers.append((match[1].decode("ascii"), [match[2]]))
            strange = []
        elif line[:1] in (b" ", b"\t") and headers and not strange:
            headers[-1][1].append(line)
        elif line.strip():
            strange.append(line)
    if strange:
        defects.append("no blank line before the body")
    return [(name, b"\n".join(lines).strip()) for name, lines in headers], strange, defects[:2]


def _cut_body(body: bytes, boundary: str) -> tuple[list[bytes], list[str]]:
    """Cut a multipart body; a missing or wrong boundary is guessed from the first part."""
    defects: list[str] = []
    pieces, is_closed = _pieces(body, boundary.encode("utf-8", errors="replace"))
    if not pieces and (guess := _GUESSED_BOUNDARY.search(body)):
        defects.append("the boundary is missing or wrong: guessed")
        pieces, is_closed = _pieces(body, guess[1])
    if not pieces:
        return [], ["a multipart without parts"]
    return pieces, defects if is_closed else [*defects, "the last boundary is missing"]


def _pieces(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    if not boundary:
        return [], False
    # RFC 2046 §5.1.1: the line end before a boundary belongs to the boundary
    mark = re.compile(rb"(?:^|\r?\n|\r)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
    pieces: list[bytes] = []
    start = -1
    for match in mark.finditer(body):
        if start >= 0:
            pieces.append(_without_line_end(body[start : match.start()]))
        start = match.end()
        if match[1]:
            return pieces, True
        if len(pieces) > MAX_PARTS:
            return pieces, False
    if start >= 0:
        pieces.append(_without_line_end(body[start:]))
    return pieces, False


def _without_line_end(piece: bytes) -> bytes:
    return piece.removeprefix(b"\r").removeprefix(b"\n")


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64" and not body.lstrip().startswith((b"%PDF-", b"<?xml")):
        return decode_base64(body)
    if encoding in {"quoted-printable", "quotedprintable"}:
        return binascii.a2b_qp(body)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"} and (
        start := _UU_BEGIN.search(body)
    ):
        return decode_uu(body[start.end() :])
    return body


def decode_uu(lines: bytes) -> bytes:
    """Return the content of uuencoded `lines` that follow a `begin` line (POSIX uuencode)."""
    pieces = []
    for line in lines.lstrip(b"\r\n").splitlines():
        if line.strip() in {b"end", b"`", b""}:
            break
        # some encoders count wrongly: keep what the line holds
        length = ((line[0] - 32) & 63) * 4 // 3 + 2
        try:
            pieces.append(binascii.a2b_uu(line[:length]))
        except binascii.Error:
            break
    return b"".join(pieces)
