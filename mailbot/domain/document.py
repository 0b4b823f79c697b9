"""A document on its way from mail to booking, and the one table of its statuses."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from mailbot.domain.booking import BookingProposal
from mailbot.domain.errors import Refused
from mailbot.domain.invoice import Invoice, RecognitionStatus
from mailbot.domain.people import JournalKind


class Status(StrEnum):
    """Where a document stands."""

    RECEIVED = "received"
    #: waits until the dossier's admin says whether the sender is welcome
    QUARANTINED = "quarantined"
    #: in the client's inbox (postbus), waits for `verzend`
    INBOX = "inbox"
    TO_APPROVE = "to_approve"
    TO_REVIEW = "to_review"
    TO_EXPORT = "to_export"
    EXPORT_FAILED = "export_failed"
    EXPORTED = "exported"
    REJECTED = "rejected"
    #: encrypted or unreadable: somebody was asked to send it again
    UNREADABLE = "unreadable"
    #: a bundle whose parts are documents of their own now; the file itself is kept
    SPLIT = "split"
    DELETED = "deleted"


_END = frozenset({Status.DELETED})

#: the only changes there are; a rejected document can be neither sent nor paid (CF-APPR-15)
ALLOWED_CHANGES: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset(
        {
            Status.QUARANTINED,
            Status.INBOX,
            Status.TO_APPROVE,
            Status.TO_REVIEW,
            Status.TO_EXPORT,
            Status.UNREADABLE,
            Status.SPLIT,
        }
    )
    | _END,
    Status.QUARANTINED: frozenset(
        {
            Status.INBOX,
            Status.TO_APPROVE,
            Status.TO_REVIEW,
            Status.TO_EXPORT,
            Status.REJECTED,
            Status.SPLIT,
        }
    )
    | _END,
    Status.INBOX: frozenset(
        {Status.TO_APPROVE, Status.TO_REVIEW, Status.TO_EXPORT, Status.REJECTED, Status.SPLIT}
    )
    | _END,
    Status.TO_APPROVE: frozenset(
        {Status.TO_REVIEW, Status.TO_EXPORT, Status.REJECTED, Status.SPLIT}
    )
    | _END,
    Status.TO_REVIEW: frozenset(
        {Status.TO_APPROVE, Status.TO_EXPORT, Status.REJECTED, Status.SPLIT}
    )
    | _END,
    Status.TO_EXPORT: frozenset({Status.EXPORTED, Status.EXPORT_FAILED}),
    # what was mended may have to be approved or looked at again
    Status.EXPORT_FAILED: frozenset(
        {Status.TO_APPROVE, Status.TO_REVIEW, Status.TO_EXPORT, Status.REJECTED}
    ),
    Status.EXPORTED: frozenset(),
    Status.REJECTED: _END,
    # received again: somebody gave its password
    Status.UNREADABLE: frozenset({Status.RECEIVED, Status.INBOX, Status.TO_REVIEW}) | _END,
    Status.SPLIT: frozenset(),
    Status.DELETED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file of a document in the blob store."""

    #: "original", "visual" (the PDF people look at), "structured" (the XML), "page_image"
    role: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark, label or decision that a person left on the document."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What approvers were asked about, before somebody changed it."""

    kind: JournalKind
    #: without evidence
    invoice: Invoice | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document of one dossier; answers are bound to the version that was shown."""

    id: str
    dossier: str
    kind: JournalKind
    status: Status
    version: int = 1
    received_at: datetime
    #: id of the mail that brought it
    mail_id: str
    #: address of the person or supplier that delivered it
    delivered_by: str
    files: tuple[StoredFile, ...]
    journal: str = ""
    title: str = ""
    labels: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    invoice: Invoice | None = None
    recognition_status: RecognitionStatus | None = None
    #: ids of sentences in templates/<language>/sentences.toml, table `warnings`
    warnings: tuple[str, ...] = ()
    booking: BookingProposal | None = None
    #: set by `wacht tot …`; None with `on_hold` means until `vrij`
    on_hold: bool = False
    hold_until: date | None = None
    #: the sender may deliver here: known, on the whitelist, or allowed by the dossier's admin
    welcome: bool = False
    #: handed to the office: by `verzend` or by auto-forward
    sent: bool = False
    #: e-mail addresses that have said OK to this version in a review
    reviewed_by: tuple[str, ...] = ()
    possible_duplicate_of: str = ""
    #: id of the bundle that it was cut out of
    split_from: str = ""
    #: e-mail address of who last changed the supplier's account
    iban_changed_by: str = ""
    rejected_reason: str = ""
    #: None when nothing changed since approvals were first asked, or since they were complete
    asked_before: Asked | None = None
    export_problem: str = ""
    #: how often `herhaal` was asked
    export_tries: int = 0

    @property
    def original(self) -> StoredFile:
        """The file as it came in."""
        return next(f for f in self.files if f.role == "original")

    def warns(self, *warnings: str) -> bool:
        """Whether any of these warnings stands on the document."""
        return any(warning in self.warnings for warning in warnings)

    @property
    def visual(self) -> StoredFile:
        """The file that people look at: the PDF inside a UBL, else the original."""
        return next((f for f in self.files if f.role == "visual"), self.original)


def move(document: Document, to: Status, **changes: object) -> Document:
    """Return `document` in status `to`: the one place where a status changes.

    Raises Refused("status_forbids") when the table above has no such change.
    """
    if to not in ALLOWED_CHANGES[document.status]:
        raise Refused("status_forbids", {"status": document.status.value})
    return replace(document, status=to, **changes)  # type: ignore[arg-type]


def revised(document: Document, **changes: object) -> Document:
    """Return the next version of `document`: what was shown before no longer binds."""
    return replace(document, version=document.version + 1, **changes)  # type: ignore[arg-type]


def reopened(document: Document) -> Document:
    """Return a rejected document as one that has just been received: it goes its whole way anew.

    Raises Refused("status_forbids") when it is not rejected.
    """
    if document.status is not Status.REJECTED:
        raise Refused("status_forbids", {"status": document.status.value})
    return revised(document, status=Status.RECEIVED, rejected_reason="", reviewed_by=())


def brought_back(document: Document, before: Document) -> Document:
    """Return `before` as the next version of `document`: `herstel` took back what was done since.

    Raises Refused("undo_left_house") when the booking has left, "status_forbids" when parts of the
    document have become documents of their own.
    """
    if document.status is Status.EXPORTED:
        raise Refused("undo_left_house")
    if document.status is Status.SPLIT:
        raise Refused("status_forbids", {"status": document.status.value})
    return replace(before, version=document.version + 1)
