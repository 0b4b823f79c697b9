"""A mail in the forms that are signed: simple and relaxed (RFC 6376 §3.4), in linear time."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

#: bytes and fields of a head that are looked at: no honest one is larger
MAX_HEAD = 128 * 1024
MAX_HEADERS = 1000
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200}):(.*)", re.DOTALL)
_SPACES = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_MBOX_LINE = b"From "


@dataclass(frozen=True, kw_only=True)
class RawHeader:
    """One header field as it lies there."""

    name: bytes
    #: what stands behind the colon, with its folds, without the last line end
    value: bytes

    @property
    def key(self) -> str:
        """The name in lower case."""
        return self.name.decode("ascii").lower()

    @property
    def unfolded(self) -> bytes:
        """The value on one line."""
        return _FOLD.sub(b"", self.value)

    @property
    def simple(self) -> bytes:
        """The field as RFC 6376 §3.4.1 signs it."""
        return self.name + b":" + self.value

    @property
    def relaxed(self) -> bytes:
        """The field as RFC 6376 §3.4.2 signs it."""
        value = _SPACES.sub(b" ", self.unfolded).strip(b" \t")
        return self.name.lower().strip() + b":" + value


@dataclass(frozen=True)
class RawMail:
    """Head and body of a mail, lines ended by CRLF; the digests of the body are made once."""

    headers: tuple[RawHeader, ...]
    body: bytes = field(repr=False)

    def named(self, *names: str) -> list[RawHeader]:
        """Return the fields with one of these names (lower case), topmost first."""
        return [one for one in self.headers if one.key in names]

    def body_digest(self, *, is_relaxed: bool) -> bytes:
        """Return the SHA-256 of the body in one of the two forms."""
        return self._relaxed_digest if is_relaxed else self._simple_digest

    @cached_property
    def _simple_digest(self) -> bytes:
        # RFC 6376 §3.4.3: no body at all counts as one empty line
        return hashlib.sha256(_ended(self.body) or b"\r\n").digest()

    @cached_property
    def _relaxed_digest(self) -> bytes:
        calm = _calm(self.body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
        return hashlib.sha256(_ended(calm)).digest()


def read_raw_mail(raw: bytes) -> RawMail | None:
    """Return the mail in `raw`; None when its head is too large or cannot be read in one way."""
    blank = _BLANK_LINE.search(raw, 0, MAX_HEAD)
    if not blank:
        return None
    lines = _LINE_END.split(raw[: blank.start()])
    if lines[0].startswith(_MBOX_LINE):
        del lines[0]
    headers = list(_fields(lines))
    if len(headers) > MAX_HEADERS or None in headers:
        return None
    return RawMail(tuple(one for one in headers if one), _with_crlf(raw[blank.end() :]))


def _fields(lines: list[bytes]) -> Iterator[RawHeader | None]:
    """Yield each field with its folded lines; None for a line that is no field."""
    folded: list[bytes] = []
    for line in [*lines, b""]:
        if line.startswith((b" ", b"\t")) and folded:
            folded.append(line)
            continue
        if folded:
            found = _FIELD.fullmatch(b"\r\n".join(folded))
            yield RawHeader(name=found[1], value=found[2]) if found else None
        folded = [line]


def _with_crlf(body: bytes) -> bytes:
    """Return a body with each LF after a CR; a mail that came by SMTP is so already."""
    if body.count(b"\n") == body.count(b"\r\n"):
        return body
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _calm(body: bytes) -> bytes:
    """Return a body with one space for each run of spaces and tabs.

    An expression takes twenty seconds for a large mail of short words; this takes one.
    """
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    return body


def _ended(body: bytes) -> bytes:
    """Return a body that ends in one CRLF, its empty last lines left out; b"" stays."""
    text = body.rstrip(b"\r\n")
    tail = body[len(text) :]
    if tail.endswith(b"\r"):
        return body + b"\r\n"
    # a bare CR is no line end: it and what stands before it is text
    text += tail[: tail.rfind(b"\r\r") + 1]
    return text + b"\r\n" if text else b""
