"""What was said around the mail at hand in an SMTP dialogue."""

from aiosmtpd.smtp import Envelope

from mailbot.domain.directory import SmtpAnswer
from mailbot.domain.mail import Recipient
from storage.spool import Draft

NULL_SENDER = "<>"


class MailEnvelope(Envelope):
    """What was said so far, and how far the mail has come."""

    def __init__(self) -> None:
        super().__init__()
        #: what each recipient that got a 250 means
        self.recipients: list[Recipient] = []
        #: the mail, once a first chunk of it came (BDAT)
        self.draft: Draft | None = None
        #: the answer to every chunk from here on, once one was refused
        self.refusal: SmtpAnswer | None = None

    @property
    def sender(self) -> str:
        """Who sent it, "" for the null sender of bounces."""
        sender = self.mail_from or ""
        return "" if sender == NULL_SENDER else sender
