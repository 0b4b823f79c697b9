"""What an answer to one mail of ours may do: one person, one purpose, the versions shown."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.domain.command import Command, Context


@dataclass(frozen=True, kw_only=True)
class ShownItem:
    """A document as a mail showed it: the answer is bound to this version."""

    document_id: str
    version: int
    #: what may be decided about it: approval, review, inbox, …
    context: Context
    #: id of a conversation, which then stands in the line instead of a document
    conversation: str = ""
    #: id of a payment, which then stands in the line instead of a document; `version` is its own
    payment: str = ""


@dataclass(frozen=True, kw_only=True)
class Token:
    """One reply token, as it is remembered: its hash, never itself."""

    hash: str
    person: str
    context: Context
    #: code of the office that the mail came from
    office: str
    dossier: str = ""
    #: one for a mail about one document; the numbered lines of a digest, in order
    items: tuple[ShownItem, ...] = ()
    #: a conversation's other side, a quarantined sender, a command that waits for confirmation
    subject: str = ""
    #: id of the message of a conversation that an answer is about
    message: str = ""
    commands: tuple[Command, ...] = ()
    #: hash of the token whose code confirms `commands`, "" when it is this one
    confirms: str = ""
    #: who asked for `commands`, when somebody else confirms them as the second person
    asked_by: str = ""
    outbox_id: str
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None
