"""What a mail is: its envelope, what it says, what hangs on it, who vouches for it.

Names follow RFC 5321 (envelope), RFC 5322 (headers), RFC 3834 (automatic) and
RFC 8601 (authentication).
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

Language = Literal["nl", "fr", "en", "de"]
LANGUAGES: tuple[Language, ...] = ("nl", "fr", "en", "de")


class Channel(StrEnum):
    """The way by which a mail came in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    IMPORT = "import"


class Automatic(StrEnum):
    """Mail that no person wrote; it never commands and is never answered (RFC 3834)."""

    BOUNCE = "bounce"
    OUT_OF_OFFICE = "out_of_office"
    AUTOREPLY = "autoreply"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    LIST = "list"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One DKIM signature of a mail and what it is worth."""

    #: pass, fail, neutral, policy (valid perhaps, but not good enough), temperror, permerror
    result: str
    #: the domain that signed (d=), lower case; "" when it cannot be read
    domain: str
    #: which of its keys (s=), and how it signed (a=), e.g. "rsa-sha256"
    selector: str = ""
    algorithm: str = ""
    #: whether the header To is signed, too
    signs_to: bool = False
    #: why it does not pass, for the operator
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """What is known about who really sent a mail (RFC 7208, 6376, 7489, 8601, 8617)."""

    #: pass, fail, softfail, neutral, none, temperror or permerror
    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"
    #: the domain of the From address that was judged
    from_domain: str = ""
    #: True only if DKIM or SPF passed for a domain aligned with From: evidence for level 2
    aligned: bool = False
    #: "own" for our own check, else the authserv-id that was believed; "arc:" and the domain of
    #: a trusted forwarder whose word was believed
    source: str = "own"
    #: the domain that SPF was asked of
    spf_domain: str = ""
    #: what the owner of From wants: none, quarantine or reject; "" when nothing was published
    dmarc_policy: str = ""
    #: each DKIM signature that we looked at ourselves, topmost first
    signatures: tuple[Signature, ...] = ()
    #: none, pass, fail or temperror (RFC 8617), and the domain that sealed last
    arc: str = "none"
    arc_domain: str = ""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What the sending server said around a mail; it lies in the spool beside the mail itself."""

    spool_id: str
    received_at: datetime
    channel: Channel
    #: "" is the null sender of bounces
    envelope_sender: str
    #: every recipient that got a 250; each becomes a mail of its own
    envelope_recipients: tuple[str, ...]
    client_address: str = ""
    client_name: str = ""
    authentication: Authentication = field(default_factory=Authentication)
    #: what makes a second fetch of the same mail recognisable, e.g. "imap:account:uidvalidity:uid"
    source_key: str = ""


@dataclass(frozen=True, kw_only=True)
class MailAddress:
    """One address of a header: `display_name <address>`; the address in lower case."""

    address: str
    display_name: str = ""

    @property
    def domain(self) -> str:
        """The part behind the last @, "" if there is none."""
        return self.address.rpartition("@")[2] if "@" in self.address else ""


class PartRole(StrEnum):
    """What a part of a mail is for us."""

    DOCUMENT = "document"
    LOGO = "logo"
    TRACKING_PIXEL = "tracking_pixel"
    SIGNATURE = "signature"
    CALENDAR = "calendar"
    CONTAINER = "container"
    #: what a mail system says about another mail (RFC 3464, 8098, 5965)
    REPORT = "report"
    UNSUPPORTED = "unsupported"
    DANGEROUS = "dangerous"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file that came with a mail, whatever it was wrapped in."""

    #: file name as people see it, "" if the mail gives none
    name: str
    #: what the content is (sniffed), e.g. "application/pdf"
    media_type: str
    content: bytes = field(repr=False)
    role: PartRole
    #: names of the containers it was found in, outermost first: ("mail.eml", "bundle.zip")
    inside: tuple[str, ...] = ()
    content_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail as a person would see it; reading one never raises (`mailbot.mail.parse`)."""

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    sender: MailAddress
    #: every From address; more than one is suspicious
    senders: tuple[MailAddress, ...] = ()
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    #: text/plain body parts joined, "" if none
    text: str = ""
    #: text/html body parts joined, "" if none; never shown unsanitised
    html: str = field(default="", repr=False)
    #: attachments one level deep; `mailbot.mail.attachments.unpack` opens what is wrapped
    parts: tuple[Part, ...] = ()
    #: every header in order, decoded, names in lower case
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: media type of the whole mail and of all parts, e.g. "multipart/report"
    structure: tuple[str, ...] = ()
    #: what was wrong with it, in words
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the first header called `name` (any case), "" if there is none."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Return every header called `name` (any case), topmost first."""
        return tuple(value for key, value in self.headers if key == name.lower())


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What a mail brought: files to read as documents, and what was left out and why."""

    documents: tuple[Part, ...]
    left_out: tuple[Part, ...]
    problems: tuple[str, ...] = ()


class RecipientKind(StrEnum):
    """What an address of ours means (design: mail.md §1)."""

    DELIVER = "deliver"
    QUESTION = "question"
    REPLY = "reply"
    BOUNCE = "bounce"
    COMMANDS = "commands"
    POSTMASTER = "postmaster"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """An envelope recipient, understood; only the shape was looked at, not whether it exists."""

    kind: RecipientKind
    address: str
    #: enterprise number (10 digits) or code of the dossier, lower case
    dossier: str = ""
    #: purchase, sales, miscellaneous, or "" when the document itself must tell
    document_kind: str = ""
    journal: str = ""
    labels: tuple[str, ...] = ()
    token: str = ""


class MailState(StrEnum):
    """Where a kept mail stands."""

    ACCEPTED = "accepted"
    READ = "read"
    #: the same Message-ID came to the same address before; kept, not read again
    REPEATED = "repeated"
    #: automatic mail that asks for nothing
    IGNORED = "ignored"
    #: a virus scanner found something in it; kept, and not opened
    INFECTED = "infected"


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """One mail for one of our addresses; its bytes lie in the blob store."""

    id: str
    envelope: Envelope
    envelope_recipient: str
    message_id: str = ""
    subject: str = ""
    sender: str = ""
    dossier: str = ""
    sha256: str
    state: MailState = MailState.ACCEPTED
    repeat_of: str = ""
