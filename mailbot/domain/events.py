"""What the audit log tells: one event per thing that happened, and how events are chained."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Every kind of event."""

    MAIL_ACCEPTED = "mail_accepted"
    MAIL_REPEATED = "mail_repeated"
    MAIL_ROUTED = "mail_routed"
    MAIL_IGNORED = "mail_ignored"
    #: a virus scanner found something; an operator let it in all the same
    MAIL_INFECTED = "mail_infected"
    MAIL_RELEASED = "mail_released"
    DOCUMENT_RECEIVED = "document_received"
    DOCUMENT_RECOGNISED = "document_recognised"
    DOCUMENT_MOVED = "document_moved"
    DOCUMENT_CORRECTED = "document_corrected"
    #: somebody gave the password of an encrypted file
    DOCUMENT_OPENED = "document_opened"
    #: parts of a bundle became documents of their own: ids and pages
    DOCUMENT_SPLIT = "document_split"
    #: somebody took back what he had done
    DOCUMENT_RESTORED = "document_restored"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVIEWED = "reviewed"
    COMMAND_DONE = "command_done"
    COMMAND_REFUSED = "command_refused"
    #: what a form on a page was answered; the same form sent again gets the same answer
    PAGE_ANSWERED = "page_answered"
    CONFIRMATION_ASKED = "confirmation_asked"
    #: a code came back: who confirmed, to which level, what somebody else had asked
    CONFIRMED = "confirmed"
    #: a second person was asked to confirm what somebody else asked
    SECOND_ASKED = "second_asked"
    #: somebody's authority was ended, and given back
    PERSON_FROZEN = "person_frozen"
    PERSON_THAWED = "person_thawed"
    #: what waited for somebody who decides no more waits for somebody else
    APPROVAL_HANDED_OVER = "approval_handed_over"
    #: who stands in for whom, on which days
    STAND_IN_NAMED = "stand_in_named"
    AUTHENTICATOR_SET_UP = "authenticator_set_up"
    #: a browser that was not known asked to decide: the person on file got a code
    BROWSER_CODE_SENT = "browser_code_sent"
    #: the code came back: this browser is that person's
    BROWSER_PROVED = "browser_proved"
    MESSAGE = "message"
    CONVERSATION_STARTED = "conversation_started"
    CONVERSATION_CLOSED = "conversation_closed"
    #: the same was written to several dossiers
    BATCH_SENT = "batch_sent"
    SENDER_JUDGED = "sender_judged"
    LETTER_WRITTEN = "letter_written"
    LETTER_SENT = "letter_sent"
    LETTER_FAILED = "letter_failed"
    #: one automatic answer too many within the hour: written, not sent
    LETTER_WITHHELD = "letter_withheld"
    ADDRESS_BOUNCED = "address_bounced"
    #: mail reaches the address again: it wrote to us, or an operator says so
    ADDRESS_HEALED = "address_healed"
    EXPORTED = "exported"
    EXPORT_FAILED = "export_failed"
    #: what a booked document taught of its counterparty
    SUPPLIER_LEARNED = "supplier_learned"
    SUPPLIER_FORGOTTEN = "supplier_forgotten"
    #: a payment was put in the basket, changed, moved on: from and to, amount, account, cause
    PAYMENT_PREPARED = "payment_prepared"
    PAYMENT_CHANGED = "payment_changed"
    PAYMENT_MOVED = "payment_moved"
    PAYMENT_APPROVED = "payment_approved"
    PAYMENT_REFUSED = "payment_refused"
    #: a file for the bank was made, and sent again
    PAYMENT_FILE_MADE = "payment_file_made"
    PAYMENT_FILE_SENT = "payment_file_sent"
    #: how far an account of a supplier is trusted
    ACCOUNT_PROPOSED = "account_proposed"
    ACCOUNT_TRUSTED = "account_trusted"
    ACCOUNT_REFUSED = "account_refused"
    #: a bank statement was read, and one of its movements was given to a payment or document
    STATEMENT_READ = "statement_read"
    MOVEMENT_MATCHED = "movement_matched"
    DEFINITION_APPLIED = "definition_applied"
    JOB_BURIED = "job_buried"
    #: what was kept long enough is gone: what, and how many
    RETENTION = "retention"
    #: a backup was put back: what happened after it was made is not known
    RESTORED = "restored"
    #: a letter that was held after that left all the same
    LETTER_RELEASED = "letter_released"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event; `number` and hashes are given by the log."""

    at: datetime
    kind: EventKind
    #: e-mail address of a person, or "mailbot"
    actor: str
    #: id of the document or mail that it is about
    subject: str
    data: dict[str, str] = field(default_factory=dict)
    number: int = 0
    previous_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One event of the chain without what it says."""

    number: int
    previous_hash: str
    #: "" for an event of before these were kept: its link cannot be checked without what it says
    content_hash: str
    hash: str


def content_hash(event: Event, data: str) -> str:
    """Return the SHA-256 of what an event says; `data` is its data as it is kept, in JSON."""
    said = [event.at.isoformat(), event.kind.value, event.actor, event.subject, data]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def link_hash(previous_hash: str, content: str) -> str:
    """Return the hash of an event: of the hash before it and of what it says."""
    return hashlib.sha256(f"{previous_hash}\n{content}".encode()).hexdigest()


def plain_hash(previous_hash: str, event: Event, data: str) -> str:
    """Return the hash of an event of before content hashes were kept."""
    fields = (
        previous_hash, event.at.isoformat(), event.kind.value, event.actor, event.subject, data,
    )  # fmt: skip
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
