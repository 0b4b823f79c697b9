"""One-time codes: what one is for, and what came of one that was typed."""

from dataclasses import dataclass
from enum import StrEnum


class CodePurpose(StrEnum):
    """What a code is good for; it is good for nothing else."""

    #: commands that wait for the person on file; the subject is the hash of their token
    CONFIRMATION = "confirmation"
    #: a browser that must prove once that it is this person's
    BROWSER = "browser"
    #: an authenticator app that is being set up
    ENROLMENT = "enrolment"


@dataclass(frozen=True, kw_only=True)
class CodeUse:
    """What a code is bound to: for one purpose, one subject and one person."""

    purpose: CodePurpose
    #: the hash of a token, or an address
    subject: str
    #: address of who may type it
    person: str


class CodeVerdict(StrEnum):
    """What came of a code that was typed; all but `RIGHT` are ids in table `refusals`."""

    RIGHT = "right"
    #: nothing was typed
    MISSING = "code_missing"
    WRONG = "code_wrong"
    #: too many wrong ones were typed
    DEAD = "code_dead"
    #: its time is over, or there never was one
    EXPIRED = "code_expired"
    #: it has done its work already
    SPENT = "already_done"
