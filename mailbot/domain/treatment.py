"""Whose documents are treated how, as an office and a dossier list their senders."""

from dataclasses import dataclass
from enum import StrEnum


class Treatment(StrEnum):
    """What becomes of a document by its sender alone."""

    #: accepted, and straight to the office where the dossier forwards that kind of document
    FORWARD = "forward"
    #: accepted into the client's inbox (postbus)
    INBOX = "inbox"
    #: kept, and the dossier's admin is asked
    QUARANTINE = "quarantine"
    #: refused at the door, with a sentence
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True)
class SenderLists:
    """Every list that counts for one dossier: its office's, its own, what its admin said.

    An entry is an address, a domain as "@example.com", or a domain with all below it as
    ".example.com"; any case.
    """

    forward: tuple[str, ...] = ()
    inbox: tuple[str, ...] = ()
    quarantine: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    #: of senders that no entry covers
    others: Treatment = Treatment.FORWARD
