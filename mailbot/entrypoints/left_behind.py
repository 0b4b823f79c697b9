"""A mail that is too large to fetch stays in its mailbox; the office's admin is told by a mail.

The notice goes the way of every mail, through the spool, so that it is told once: it carries who
wrote, when and about what, and none of the content.
"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mailbot.domain.mail import Language, Mail
from mailbot.mail.parse import parse_mail
from mailbot.rules.intake import write_sentence

_LONGEST = 200
_PLAIN = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


def write_left_behind(
    head: bytes, *, mailbox: str, megabytes: float, language: Language, to: str
) -> bytes:
    """Return the notice about a mail whose header fields are `head`.

    `mailbox` says where it lies, `to` is the address of ours that it was for.
    """
    mail = parse_mail(head)
    notice = EmailMessage(policy=SMTP)
    notice["From"] = _sender(mail)
    notice["To"] = to
    notice["Subject"] = _one_line(mail.subject)
    if mail.sent_at:
        notice["Date"] = format_datetime(mail.sent_at)
    notice["Message-ID"] = make_msgid(domain="left-behind.invalid")
    size = f"{megabytes:.0f}"
    notice.set_content(write_sentence("left_in_mailbox", language, size=size, mailbox=mailbox))
    return notice.as_bytes()


def _sender(mail: Mail) -> Address:
    """Return who wrote it, as far as that can be written down plainly."""
    found = _PLAIN.fullmatch(mail.sender.address)
    local, domain = found.groups() if found else ("unknown", "unknown.invalid")
    return Address(_one_line(mail.sender.display_name), local, domain)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
