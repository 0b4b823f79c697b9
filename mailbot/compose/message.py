"""Turns a letter into the bytes of a mail (RFC 5322, MIME), ready to be signed and sent."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from mailbot.compose.wording import one_line, shortened
from mailbot.domain.letter import Letter, Reader
from mailbot.domain.mail import MailAddress

#: RFC 5322 §2.1.1: lines should be this short
_LINE_LENGTH = 78
#: RFC 5322 §2.1.1: lines must be this short
_LONGEST_TOKEN = 900
#: of a long thread the first and the last are what readers need (RFC 5322 §3.6.4)
_MOST_REFERENCES = 20
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
_ANCHOR = re.compile(r"\d{1,18} [0-9a-f]{64}")
_URL = re.compile(r"https?://[!-;=?-~]+")
_IMAGE_TYPES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}


def write_message(  # noqa: PLR0913 -- one keyword per header
    letter: Letter,
    *,
    sender: MailAddress,
    recipient: Reader,
    message_id: str,
    reply_to: str,
    date: datetime,
    in_reply_to: str = "",
    references: tuple[str, ...] = (),
    list_unsubscribe: str = "",
    audit_anchor: str = "",
) -> bytes:
    """Return `letter` as a mail: CRLF, ASCII only, no line over 998 characters.

    The mail is as deep as it must be: alternative, with related inside when the HTML shows images,
    with mixed around when there are files. `message_id` stands in angle brackets; `date` is aware
    and is shown in the reader's time zone. Ids in `in_reply_to` and `references` that are not
    well-formed are left out, for they come from outside. `audit_anchor` is number and hash of the
    newest event of the audit log: whoever keeps the mail can show later that the log was changed.
    Raises ValueError for an address, message id or link that cannot stand in a header.
    """
    headers = [
        ("Date", format_datetime(date.astimezone(ZoneInfo(recipient.time_zone)))),
        ("From", _mailbox("From", sender)),
        ("To", _mailbox("To", MailAddress(address=recipient.email, display_name=recipient.name))),
        ("Reply-To", _mailbox("Reply-To", MailAddress(address=reply_to))),
        ("Subject", _unstructured("Subject", letter.subject)),
        ("Message-ID", _checked(_MESSAGE_ID, message_id)),
        *_threading(in_reply_to, references),
        ("Auto-Submitted", letter.auto_submitted),
        # Exchange and Outlook do not know RFC 3834
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", letter.language),
        *_list_headers(list_unsubscribe or letter.unsubscribe_url),
        *([("X-Mailbot-Audit", _checked(_ANCHOR, audit_anchor))] if audit_anchor else []),
    ]
    # The standard library's folding breaks long message ids and links into encoded words, which
    # ends threading; so the headers above are written here and only the body is left to it.
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    return head + _body(letter).as_bytes()


def _body(letter: Letter) -> EmailMessage:
    body = EmailMessage(policy=SMTP)
    body.set_content(letter.text, cte="quoted-printable")
    body.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.images:
        page = body.get_payload(1)
        if not isinstance(page, EmailMessage):
            raise TypeError("the second part of an alternative is the HTML")
        for content_id, image in letter.images.items():
            page.add_related(
                image, maintype="image", subtype=_image_type(image), cid=f"<{content_id}>"
            )
    for file in letter.attachments:
        maintype, _, subtype = _media_type(file.media_type).partition("/")
        name = _file_name(file.name)
        body.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=name)
    return body


def _media_type(media_type: str) -> str:
    """Return a media type that can carry bytes; what cannot is an octet stream."""
    is_safe = re.fullmatch(r"(application|image|audio|video|text)/[\w.+-]+", media_type, re.ASCII)
    return media_type if is_safe else "application/octet-stream"


def _file_name(name: str) -> str:
    return shortened(re.sub(r"[/\\:]", "_", name), 120) or "document"


def _image_type(image: bytes) -> str:
    return next((kind for magic, kind in _IMAGE_TYPES.items() if image.startswith(magic)), "png")


def _threading(in_reply_to: str, references: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    answered = _MESSAGE_ID.findall(in_reply_to)[:1]
    known = list(dict.fromkeys(i for each in (*references, *answered) for i in _ids(each)))
    if answered and len(answered[0]) <= _LONGEST_TOKEN:
        yield "In-Reply-To", answered[0]
    if known:
        kept = (
            known if len(known) <= _MOST_REFERENCES else [known[0], *known[1 - _MOST_REFERENCES :]]
        )
        yield "References", "\r\n ".join(kept)


def _ids(text: str) -> list[str]:
    return [each for each in _MESSAGE_ID.findall(text) if len(each) <= _LONGEST_TOKEN]


def _list_headers(url: str) -> Iterator[tuple[str, str]]:
    """Yield the headers of RFC 2369, and of RFC 8058 where the link is HTTPS as it demands."""
    if not url:
        return
    yield "List-Unsubscribe", f"<{_checked(_URL, url)}>"
    if url.startswith("https://"):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _mailbox(header: str, who: MailAddress) -> str:
    """Return `Name <address>`; the name is an encoded word unless it is plain ASCII words."""
    local, _, domain = _checked(_ADDRESS, who.address).rpartition("@")
    address = f"{local}@{domain.encode('idna').decode()}"
    if not address.isascii():
        raise ValueError(f"{address!r}: an address in {header} must be ASCII")
    name = shortened(who.display_name, 70)
    if not name:
        return address
    if re.fullmatch(r"[\w !#$%&'*+/=?^`{|}~.-]+", name, re.ASCII) and "=?" not in name:
        quoted = f'"{name}"' if "." in name else name
        return f"{quoted}\r\n <{address}>"
    return f"{_encoded(header, name)}\r\n <{address}>"


def _unstructured(header: str, text: str) -> str:
    line = one_line(text)
    if line.isascii() and "=?" not in line and len(header) + len(line) + 2 <= _LINE_LENGTH:
        return line
    return _encoded(header, line)


def _encoded(header: str, text: str) -> str:
    """Return text as encoded words of at most 75 characters (RFC 2047 §2), folded."""
    return Header(text, "utf-8", header_name=header, maxlinelen=75).encode(linesep="\r\n")


def _checked(pattern: re.Pattern[str], text: str) -> str:
    """Return `text` if it has the shape; a header can then not be broken. Raises ValueError."""
    if not pattern.fullmatch(text) or len(text) > _LONGEST_TOKEN:
        raise ValueError(f"{text[:100]!r} cannot stand in a header")
    return text
