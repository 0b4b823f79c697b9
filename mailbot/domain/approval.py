"""Who must approve a document, and who has."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailbot.domain.people import ApprovalMode


class ApprovalState(StrEnum):
    """Where one approver's part stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    #: somebody else's answer settled the rule, or the document changed
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One approver's part in one rule for one version of a document."""

    document_id: str
    rule: str
    approver: str
    mode: ApprovalMode
    version: int
    #: in a rule whose approvers are asked in order: after how many others
    turn: int = 0
    state: ApprovalState = ApprovalState.OPEN
    decided_at: datetime | None = None
    #: the mail that decided, "" when a link page did
    mail_id: str = ""
    #: who decided in the approver's place, "" when nobody did
    decided_by: str = ""
    #: when they were first asked about this version, and last reminded
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    #: who may decide in their place because they did not answer in time
    escalated_to: str = ""
