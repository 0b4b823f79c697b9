"""Writes a message that somebody sent to the office itself, without a document."""

from mailbot.compose.render import Letterhead, write
from mailbot.compose.wording import shortened
from mailbot.domain.letter import Letter
from mailbot.domain.mail import MailAddress


def write_message_notice(
    head: Letterhead, *, author: MailAddress, subject: str, text: str, dossier: str
) -> Letter:
    """Return the mail that brings a message to the reader.

    `dossier` is the name of the dossier it was sent to, "" for the office at large.
    """
    name = shortened(author.display_name, 60)
    facts = {
        "author": f"{name} <{author.address}>" if name else author.address,
        "mail_subject": shortened(subject, 100),
        "message": text.strip().splitlines(),
        "dossier": shortened(dossier, 60),
        "buttons": (),
    }
    return write("employee.tell.message", head, facts)
