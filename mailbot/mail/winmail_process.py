"""Reads a winmail.dat from standard input and writes it as MIME to standard output.

Run as `python -m mailbot.mail.winmail_process` by `mailbot.mail.winmail`; takes from itself all
but reading (`mailbot.sandbox`) before it looks at a byte. Exit status 0, or 1 with one line on
standard error.
"""

import logging
import struct
import sys
from collections.abc import Iterator

from tnefparse import TNEF
from tnefparse.mapi import TNEFMAPI_Attribute
from tnefparse.tnef import TNEFAttachment

from mailbot.mail.charsets import decode_text
from mailbot.mail.mime_writer import Attached, write_mime
from mailbot.mail.rtf import read_compressed
from mailbot.sandbox.confinement import confine, limit_cpu

#: bytes of address space, seconds of processor time
MEMORY = 256 * 1024 * 1024
CPU_TIME = 2
_SUBJECT, _MIME, _CONTENT_ID = 0x0037, 0x370E, 0x3712
_BAD_TNEF = (
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    AssertionError,
    LookupError,
    struct.error,
    OverflowError,
    RecursionError,
    MemoryError,
    UnboundLocalError,
)
_MAX_NESTED = 10


def main() -> int:
    """Convert standard input; returns the exit status."""
    confine(memory=MEMORY)
    limit_cpu(CPU_TIME)
    logging.disable(logging.CRITICAL)
    try:
        tnef = TNEF(sys.stdin.buffer.read(), do_checksum=False)
        if not tnef.objects:
            raise ValueError("it has no attributes")
        sys.stdout.buffer.write(_to_mime(tnef))
    except _BAD_TNEF as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _to_mime(tnef: TNEF, depth: int = _MAX_NESTED) -> bytes:
    subject = next((_text(one.data) for one in tnef.msgprops if one.name == TNEF.ATTSUBJECT), "")
    subject = subject or next(_values(tnef.mapiprops, _SUBJECT), "")
    files = [_attached(one, depth) for one in tnef.attachments]
    headers = [("Subject", subject)] if subject else []
    text, html = _text(tnef.body or ""), tnef.htmlbody or ""
    if not (text or html):
        rtf = read_compressed(tnef._rtfbody or b"")  # noqa: SLF001 - the library cannot open it
        text, html = rtf.text, rtf.html
    return write_mime(headers, text, html, files)


def _attached(attachment: TNEFAttachment, depth: int) -> Attached:
    name = _name(attachment)
    embedded = getattr(attachment, "embed", None)
    if embedded is not None and depth:
        # Exchange calls every embedded mail this; its subject is a better name
        title = "" if name == "Untitled Attachment" else name
        return Attached(
            name=f"{title}.eml" if title else "",
            media_type="message/rfc822",
            content=_to_mime(embedded, depth - 1),
        )
    content = attachment.data
    return Attached(
        name=name,
        media_type=next(_values(attachment.mapi_attrs, _MIME), ""),
        content=content if isinstance(content, bytes) else _text(content).encode(),
        content_id=next(_values(attachment.mapi_attrs, _CONTENT_ID), ""),
    )


def _name(attachment: TNEFAttachment) -> str:
    try:
        return _text(attachment.long_filename())
    except (UnicodeDecodeError, AttributeError):
        # the short name is in the sender's code page; the library reads it as UTF-8
        return _text(attachment._name)  # noqa: SLF001


def _values(attributes: list[TNEFMAPI_Attribute], wanted: int) -> Iterator[str]:
    return (_text(one.data) for one in attributes if one.name == wanted and one.data)


def _text(value: object) -> str:
    text = decode_text(value) if isinstance(value, bytes) else str(value)
    return text.rstrip("\x00")


if __name__ == "__main__":
    sys.exit(main())
