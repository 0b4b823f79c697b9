"""What a person changed, and how it was before: until it has left the house it can be undone."""

from dataclasses import dataclass
from datetime import datetime

from mailbot.domain.approval import Approval
from mailbot.domain.command import Verb
from mailbot.domain.document import Document


@dataclass(frozen=True, kw_only=True)
class Change:
    """One command that changed a document."""

    at: datetime
    #: e-mail address of who asked
    actor: str
    verb: Verb
    #: the answer or form that brought it: all its changes of a document are undone together
    cause: str
    before: Document
    approvals_before: tuple[Approval, ...] = ()
    #: the version that it made: a later one was changed by somebody else
    version: int
    #: what the list said of the sender before, "" for nothing; None when it stayed as it was
    verdict_before: str | None = None
    #: given by the storage, in order
    number: int = 0
