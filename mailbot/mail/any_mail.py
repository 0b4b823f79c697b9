"""Mail in whatever wrapping it is stored: .eml, Outlook .msg, winmail.dat, mbox."""

from dataclasses import replace

from mailbot.domain.mail import Mail
from mailbot.mail.charsets import decode_html, decode_text
from mailbot.mail.file_kind import MSG, OLE_MAGIC, TNEF, find_kind, looks_like_mail
from mailbot.mail.msg import NotAMessageError, msg_to_mime
from mailbot.mail.parse import parse_mail
from mailbot.mail.winmail import UnreadableWinmailError, winmail_to_mime


def read_any_mail(content: bytes, name: str = "") -> Mail:
    """Return the mail in the file `content`; never raises, what is broken is a defect.

    The content decides; only text without the headers of a mail is told by its `name`: the
    body of a mail, .html or .txt.
    """
    kind = find_kind(content, "", name)
    try:
        if kind == MSG or content.startswith(OLE_MAGIC):
            return parse_mail(msg_to_mime(content))
        if kind == TNEF:
            return parse_mail(winmail_to_mime(content))
    except NotAMessageError as error:
        return replace(parse_mail(b""), defects=(f"unreadable .msg: {error}",))
    except UnreadableWinmailError as error:
        return replace(parse_mail(b""), defects=(f"unreadable winmail.dat: {error}",))
    return _text_mail(content, name.lower()) or parse_mail(content)


def _text_mail(content: bytes, name: str) -> Mail | None:
    """Return a stored body as a mail without headers, None if `content` is a whole mail."""
    if not name.endswith((".txt", ".html", ".htm")) or looks_like_mail(content):
        return None
    bare = parse_mail(b"")
    if name.endswith(".txt"):
        return replace(bare, text=decode_text(content).replace("\r\n", "\n"))
    return replace(bare, html=decode_html(content))
