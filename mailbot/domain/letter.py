"""A mail that mailbot writes, before it becomes bytes; and who reads it."""

from dataclasses import dataclass, field
from typing import Literal

from mailbot.domain.booking import ExportFile
from mailbot.domain.mail import Language


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who will read it, in which language and time zone."""

    email: str
    first_name: str
    name: str
    language: Language = "nl"
    time_zone: str = "Europe/Brussels"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail, written: plain text and HTML say the same."""

    #: "ask" or "tell": a mail has one purpose
    purpose: Literal["ask", "tell"]
    #: template name, e.g. "approval", "transcript"
    name: str
    language: Language
    subject: str
    text: str
    html: str = field(repr=False)
    #: inline images: content id -> PNG or JPEG
    images: dict[str, bytes] = field(default_factory=dict, repr=False)
    attachments: tuple[ExportFile, ...] = field(default=(), repr=False)
    #: RFC 3834: "auto-replied" when it answers a mail, else "auto-generated"
    auto_submitted: Literal["auto-generated", "auto-replied"] = "auto-generated"
    #: digests and reports only (RFC 8058)
    unsubscribe_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Links:
    """The pages of one document for one reader; "" when there is no page to show."""

    document: str = ""
    approve: str = ""
    reject: str = ""
    correct: str = ""
    #: the address that an answer goes to
    reply_address: str = ""
