"""Header values as people read them: encoded words, addresses, ids, dates (RFC 5322, 2047)."""

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mailbot.domain.mail import MailAddress
from mailbot.mail.charsets import decode_text

#: charset, an optional language (RFC 2231 §5), B or Q, text; spaces inside are a common mistake
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?]*)?\?([bBqQ])\?(.{0,2000}?)\?=", re.DOTALL)
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t]+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_BRACKETED = re.compile(r"<([^<>\s]+)>")
_COMMENT = re.compile(r"\(([^()]*)\)")
_ADDRESS = re.compile(r"[^\s<>()\",;:@]{1,255}@[^\s<>()\",;@]{1,255}")
#: bytes; no honest header is longer, the rest is not looked at
_MAX_HEADER = 64 * 1024


def unfold(raw: bytes) -> str:
    """Return a raw header value as one line of text, encoded words untouched."""
    return _FOLD.sub(" ", decode_text(raw[:_MAX_HEADER]).strip())


def decode_words(value: str) -> str:
    """Return `value` with its encoded words (RFC 2047) decoded; never raises.

    Neighbours of one charset are joined before decoding: senders cut letters in two.
    """
    value = _BETWEEN_WORDS.sub(r"\1", value)
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(value):
        content = _word_bytes(word[2], word[3])
        joins = word.start() == end and word[1].lower() == charset
        if not joins:
            pieces += [decode_text(pending, charset), value[end : word.start()]]
            pending = b""
        pending, charset, end = pending + content, word[1].lower(), word.end()
    return "".join([*pieces, decode_text(pending, charset), value[end:]])


def read_header(raw: bytes) -> str:
    """Return a raw header value as people read it."""
    return decode_words(unfold(raw)).strip()


def read_addresses(raw: bytes) -> tuple[MailAddress, ...]:
    """Return the mailboxes of an address header; groups are opened, nonsense is left out.

    Names are decoded only after the list was cut, so that a comma hidden in an encoded word
    makes no second address.
    """
    found = (_mailbox(piece) for piece in _cut_list(unfold(raw)))
    return tuple(address for address in found if address.address or address.display_name)


def read_ids(raw: bytes) -> tuple[str, ...]:
    """Return the message ids in a header, each with its angle brackets, in order."""
    value = unfold(raw)
    found = [f"<{one}>" for one in _BRACKETED.findall(value)]
    return tuple(found or ([f"<{value}>"] if re.fullmatch(r"[^\s<>]+@[^\s<>]+", value) else []))


def read_date(raw: bytes) -> datetime | None:
    """Return the moment of a Date header, aware, in UTC; None if it is none."""
    try:
        moment = parsedate_to_datetime(unfold(raw)[:200])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _word_bytes(encoding: str, text: str) -> bytes:
    content = text.encode("utf-8", errors="replace")
    if encoding in "qQ":
        return binascii.a2b_qp(content.replace(b" ", b"_"), header=True)
    return decode_base64(content)


def decode_base64(content: bytes) -> bytes:
    """Return what `content` encodes; foreign letters, missing and early padding are forgiven."""
    return b"".join(_base64_run(run) for run in content.split(b"=") if run)


_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))


def _base64_run(run: bytes) -> bytes:
    letters = run.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _cut_list(value: str) -> list[str]:
    """Cut at commas and semicolons that stand outside quotes, comments and brackets."""
    pieces, start, depth, quoted, escaped = [], 0, 0, False, False
    for at, letter in enumerate(value):
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "(<":
            depth += 1
        elif letter in ")>":
            depth = max(0, depth - 1)
        elif letter in ",;" and not depth:
            pieces.append(value[start:at])
            start = at + 1
    return [*pieces, value[start:]]


def _mailbox(piece: str) -> MailAddress:
    """Read `name <address>`, `address (name)` or `group: address`."""
    piece = re.sub(r'^\s*[^"<@,;]*:(?=[^:]*(@|$))', "", piece)
    # the last pair of brackets is the address; a name may hold one that misleads people
    if (opened := piece.rfind("<")) >= 0:
        address = piece[opened + 1 :].partition(">")[0]
        return MailAddress(address=_clean(address), display_name=_name(piece[:opened]))
    bare = _ADDRESS.search(_COMMENT.sub(" ", piece))
    if not bare:
        return MailAddress(address="", display_name=_name(piece))
    comments = " ".join(_COMMENT.findall(piece))
    return MailAddress(address=_clean(bare[0]), display_name=_name(comments))


def _clean(address: str) -> str:
    return re.sub(r"\s+", "", address).strip("'\"").lower()


def _name(phrase: str) -> str:
    text = phrase.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return " ".join(decode_words(text).replace("\x00", "").split()).strip("\"'")
