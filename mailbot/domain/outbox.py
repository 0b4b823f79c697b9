"""A mail of ours on its way out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """Where an outgoing mail stands (Postfix words)."""

    QUEUED = "queued"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    #: was on its way when a backup was made that was put back: may have left since
    HELD = "held"


class Failure(StrEnum):
    """Why a mail did not arrive."""

    #: there is no such mailbox or domain, or nobody may have it any more
    NO_ADDRESS = "no_address"
    #: the mailbox is full
    FULL = "full"
    #: the other side does not want this mail, for good
    REFUSED = "refused"
    #: not now
    PASSING = "passing"


@dataclass(frozen=True, kw_only=True)
class OutboxEntry:
    """One mail to one person; the bytes lie in the blob store."""

    id: str
    #: what caused it; a second mail for the same cause is not made
    key: str
    state: OutboxState = OutboxState.QUEUED
    not_before: datetime
    created_at: datetime
    sent_at: datetime | None = None
    tries: int = 0
    recipient: str
    #: VERP: where bounces of this mail return
    envelope_sender: str
    message_id: str
    subject: str
    #: template name, e.g. "approval"
    letter: str
    document_id: str = ""
    dossier: str = ""
    sha256: str
    last_answer: str = ""
    #: it answers a mail of its reader; of these there is a most, or two robots would never stop
    is_answer: bool = False
