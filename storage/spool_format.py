"""How mails lie in the spool: one in a file, or several that came at the same time in one.

One mail, in a file `<id>.mail`:

    mailbot-spool 2 <SHA-256 of all that follows this line> <bytes of mail> <bytes of envelope>
    <the mail, byte for byte><envelope as JSON>

Its head has the same length whatever the mail, so that a mail can be written while it comes and
its head at the end. Several, in a file `<id of the first>-<how many>.mails`:

    mailbot-mails 1 <SHA-256 of the index> <bytes of the index>
    <index as JSON: [[id, bytes], …]><each as above>

Version 1, which had the envelope before the mail, is still read.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from mailbot.domain.errors import Permanent
from mailbot.domain.mail import Envelope
from mailbot.domain.values import from_json, to_json

_HEAD = re.compile(rb"mailbot-spool ([12]) ([0-9a-f]{64}) (\d{1,12}) (\d{1,12})\n")
_BATCH_HEAD = re.compile(rb"mailbot-mails 1 ([0-9a-f]{64}) (\d{1,9})\n")
#: bytes in which a head must end
LONGEST_HEAD = 128
#: bytes of a head as it is written now
HEAD_SIZE = 107


class SpoolDamaged(Permanent):
    """An entry is not what was written."""


class SpooledMail(NamedTuple):
    """A mail as it came in: its exact bytes, and who said what around it."""

    raw: bytes
    envelope: Envelope


class Place(NamedTuple):
    """Where one of several mails lies in their file, in bytes."""

    offset: int
    size: int


def write_head(digest: str, mail_size: int, envelope_size: int) -> bytes:
    """Return the first line of a mail; its length is always HEAD_SIZE."""
    return f"mailbot-spool 2 {digest} {mail_size:012d} {envelope_size:012d}\n".encode()


def pack_mail(pieces: Sequence[bytes], envelope: Envelope) -> list[bytes]:
    """Return what a file with one mail, given in `pieces`, holds."""
    wrapped = to_json(envelope).encode()
    digest = hashlib.sha256()
    for piece in (*pieces, wrapped):
        digest.update(piece)
    size = sum(map(len, pieces))
    return [write_head(digest.hexdigest(), size, len(wrapped)), *pieces, wrapped]


def pack_mails(mails: Iterable[tuple[str, list[bytes]]]) -> list[bytes]:
    """Return what a file with several mails holds, given the id of each and what packed it."""
    mails = list(mails)
    sizes = [(spool_id, sum(map(len, packed))) for spool_id, packed in mails]
    index = json.dumps(sizes).encode()
    head = f"mailbot-mails 1 {hashlib.sha256(index).hexdigest()} {len(index)}\n".encode()
    return [head, index, *(piece for _, packed in mails for piece in packed)]


def unpack_mail(spool_id: str, content: bytes) -> SpooledMail:
    """Return the mail that `content` holds. Raises SpoolDamaged when it is not as written."""
    head = _HEAD.match(content[:LONGEST_HEAD])
    if not head:
        raise SpoolDamaged(f"{spool_id}: the first line is not that of a spooled mail")
    start, middle, end = head.end(), head.end() + int(head[3]), head.end() + int(head[3])
    end += int(head[4])
    if len(content) != end:
        raise SpoolDamaged(f"{spool_id}: {len(content)} bytes long, which is not as written")
    if hashlib.sha256(memoryview(content)[start:]).hexdigest() != head[2].decode():
        raise SpoolDamaged(f"{spool_id}: the checksum is wrong")
    parts = content[start:middle], content[middle:]
    raw, wrapped = parts if head[1] == b"2" else reversed(parts)
    try:
        return SpooledMail(envelope=from_json(Envelope, wrapped.decode()), raw=raw)
    except (ValidationError, UnicodeDecodeError) as error:
        raise SpoolDamaged(f"{spool_id}: the envelope cannot be read: {error}") from error


def index_size(head: bytes) -> int:
    """Return how many bytes the first line and the index have that `head` begins.

    Raises SpoolDamaged.
    """
    found = _BATCH_HEAD.match(head)
    if not found:
        raise SpoolDamaged("the first line is not that of several mails")
    return found.end() + int(found[2])


def unpack_index(content: bytes) -> dict[str, Place]:
    """Return where each mail lies, from the first line and the index. Raises SpoolDamaged."""
    found = _BATCH_HEAD.match(content)
    index = content[found.end() :] if found else b""
    if not found or hashlib.sha256(index).hexdigest() != found[1].decode():
        raise SpoolDamaged("the index of several mails is not as written")
    places, offset = {}, len(content)
    for spool_id, size in json.loads(index):
        places[spool_id] = Place(offset, size)
        offset += size
    return places
