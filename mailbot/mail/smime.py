"""The mail inside an opaque S/MIME signature (RFC 8551 §3.5.2, CMS RFC 5652); not a verdict.

Only the content is taken out. Whether the signature is good is another question: nothing in
mailbot trusts a mail because it is signed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_SEQUENCE, _OID, _OCTETS, _CONTEXT_0, _SET, _END = 0x30, 0x06, 0x04, 0xA0, 0x31, 0x00
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_DATA = bytes.fromhex("2a864886f70d010701")
_MAX_DEPTH = 8


class NoSignedContentError(ValueError):
    """Encrypted, detached or broken: there is no mail to read in it."""


@dataclass(frozen=True)
class _Node:
    tag: int
    content: bytes
    end: int


def read_signed_content(der: bytes) -> bytes:
    """Return the signed MIME entity in the CMS structure `der`. Raises NoSignedContentError."""
    try:
        kind, signed = _pair(_node(der, 0, _MAX_DEPTH).content)
        if kind.content != _SIGNED_DATA:
            raise NoSignedContentError("it is not signed-data")
        fields = list(_nodes(_node(signed.content, 0, _MAX_DEPTH).content))
        capsule = next(one for one in fields if one.tag == _SEQUENCE)
        inner, octets = _pair(capsule.content)
    except (IndexError, StopIteration, ValueError) as error:
        raise NoSignedContentError(str(error)) from error
    if inner.content != _DATA:
        raise NoSignedContentError("it holds something else than a mail")
    return b"".join(_octets(octets.content, _MAX_DEPTH))


def _pair(content: bytes) -> tuple[_Node, _Node]:
    first, second = list(_nodes(content))[:2]
    return first, second


def _octets(content: bytes, depth: int) -> Iterator[bytes]:
    """Yield the pieces of an OCTET STRING, in one (DER) or many pieces (BER)."""
    for node in _nodes(content):
        if node.tag == _OCTETS:
            yield node.content
        elif depth:
            yield from _octets(node.content, depth - 1)


def _nodes(content: bytes) -> Iterator[_Node]:
    at = 0
    while at < len(content):
        node = _node(content, at, _MAX_DEPTH)
        if node.tag == _END and not node.content:
            return
        yield node
        at = node.end


def _node(content: bytes, at: int, depth: int) -> _Node:
    """Read tag, length and content (X.690 §8.1); only low tag numbers occur here."""
    tag, length = content[at], content[at + 1]
    start = at + 2
    if length == 0x80:
        return _indefinite(content, tag, start, depth)
    if length > 0x80:
        size = length & 0x7F
        length = int.from_bytes(content[start : start + size], "big")
        start += size
    if start + length > len(content):
        raise NoSignedContentError("it is cut off")
    return _Node(tag, content[start : start + length], start + length)


def _indefinite(content: bytes, tag: int, start: int, depth: int) -> _Node:
    """Read on to the end-of-contents octets (X.690 §8.1.3.6)."""
    if not depth:
        raise NoSignedContentError("it is nested too deeply")
    at = start
    while content[at : at + 2] != b"\x00\x00":
        at = _node(content, at, depth - 1).end
    return _Node(tag, content[start:at], at + 2)
