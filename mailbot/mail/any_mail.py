"""Mail in whatever wrapping it is stored: .eml, Outlook .msg, winmail.dat, mbox."""

from dataclasses import replace

from mailbot.domain.mail import Mail
from mailbot.mail.file_kind import MSG, OLE_MAGIC, TNEF, find_kind
from mailbot.mail.msg import NotAMessageError, msg_to_mime
from mailbot.mail.parse import parse_mail
from mailbot.mail.winmail import UnreadableWinmailError, winmail_to_mime


def read_any_mail(content: bytes, name: str = "") -> Mail:
    """Return the mail in the file `content`; never raises, what is broken is a defect.

    The content decides; `name` is not needed for any form that is known today.
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
    return parse_mail(content)
