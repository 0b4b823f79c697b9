"""Writes the contents of .msg and winmail.dat as a MIME mail, so that all mail is read one way."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file, or a mail as message/rfc822, to be written as a MIME part."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


def write_mime(
    headers: Iterable[tuple[str, str]], text: str, html: bytes | str, files: Iterable[Attached]
) -> bytes:
    """Return a multipart/mixed mail of `headers` (without MIME ones), bodies and `files`.

    Contents go in unencoded ("binary", RFC 2045 §2.9): it is for `parse_mail`, not for SMTP.
    """
    parts = []
    if text or not html:
        parts.append(_part("text/plain; charset=utf-8", [], text.encode("utf-8", "replace")))
    if html:
        # HTML that is bytes names its own charset
        label = "text/html; charset=utf-8" if isinstance(html, str) else "text/html"
        content = html.encode("utf-8", "replace") if isinstance(html, str) else html
        parts.append(_part(label, [], content))
    parts += [_file(one) for one in files]
    boundary = _boundary(parts)
    head = [f"{name}: {_one_line(value)}" for name, value in headers]
    head += ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"', "", ""]
    opening, mark = "\r\n".join(head).encode("utf-8", "replace"), boundary.encode("ascii")
    body = b"".join(b"\r\n--" + mark + b"\r\n" + part for part in parts)
    return opening + body + b"\r\n--" + mark + b"--\r\n"


def _file(file: Attached) -> bytes:
    disposition = "inline" if file.is_inline else "attachment"
    extra = [f"Content-Disposition: {disposition}{_parameter('filename', file.name)}"]
    if file.content_id:
        extra.append(f"Content-ID: <{_one_line(file.content_id).strip('<> ')}>")
    return _part(_one_line(file.media_type) or "application/octet-stream", extra, file.content)


def _part(content_type: str, extra: list[str], content: bytes) -> bytes:
    head = [f"Content-Type: {content_type}", "Content-Transfer-Encoding: binary", *extra, "", ""]
    return "\r\n".join(head).encode("utf-8", "replace") + content


def _parameter(key: str, value: str) -> str:
    """Write `value` as an extended parameter (RFC 2231)."""
    if not value:
        return ""
    encoded = "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "replace"))
    return f"; {key}*=utf-8''{encoded}"


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n\x00]+[ \t]*", " ", value).strip()


def _boundary(parts: list[bytes]) -> str:
    """Return a boundary drawn from the contents: nobody can put it into them beforehand."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return f"mailbot-{digest.hexdigest()[:48]}"
