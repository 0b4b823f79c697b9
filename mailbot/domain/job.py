"""The things that can happen, as jobs in the queue."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class JobKind(StrEnum):
    """One per file in `handlers`."""

    INCOMING_MAIL = "incoming_mail"
    NEW_DOCUMENTS = "new_documents"
    RECOGNISE_DOCUMENT = "recognise_document"
    BANK_STATEMENT = "bank_statement"
    REQUEST_APPROVAL = "request_approval"
    REVIEW = "review"
    INBOX = "inbox"
    QUARANTINE = "quarantine"
    REPLY = "reply"
    CONVERSATION = "conversation"
    BATCH = "batch"
    BOUNCE = "bounce"
    FORWARDING = "forwarding"
    EXPORT_BOOKING = "export_booking"
    DIGEST = "digest"
    REMINDERS = "reminders"
    WRITE_DIRECTORY = "write_directory"
    LEARN_SUPPLIER = "learn_supplier"
    CONFIRM_ACCOUNT = "confirm_account"
    STANDING_IN = "standing_in"
    RETENTION = "retention"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One piece of work: ids only, never contents; running it twice is running it once."""

    #: unique: a second put of the same key is a no-op
    key: str
    kind: JobKind
    #: names to ids, e.g. {"mail": "0198…"}
    ids: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class FailedJob:
    """A job that did not end well."""

    job: Job
    #: "retry" or "buried"
    state: str
    tries: int
    at: datetime
    reason: str

    def buried(self) -> "FailedJob":
        """Return it given up."""
        return replace(self, state="buried")
