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
