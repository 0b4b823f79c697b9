"""A movement on an account of a dossier, and what it was for.

Amounts are in euro and signed: what goes out is negative.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.bank import TransactionFamily


class StatementState(StrEnum):
    """Where a file of statements stands."""

    RECEIVED = "received"
    #: its movements were taken
    READ = "read"
    #: nobody vouches for it, or it does not fit together: nothing of it was taken
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True)
class KeptStatement:
    """One file of statements that a mail brought to a dossier."""

    id: str
    dossier: str
    mail_id: str
    name: str
    #: of the file in the blob store
    sha256: str
    at: datetime
    state: StatementState = StatementState.RECEIVED
    #: why it waits: id of table `statement_waits`
    reason: str = ""


class MovementState(StrEnum):
    """Whether it is known what a movement was for."""

    #: given to payments or to an invoice
    MATCHED = "matched"
    #: still to be assigned (nog toe te wijzen): somebody is asked
    OPEN = "open"
    #: nobody needs to know: what came in, costs of the bank, small amounts
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One booked movement; the same one of the same statement always has the same key."""

    key: str
    dossier: str
    statement_id: str
    #: of the dossier
    iban: str
    amount: Decimal
    entry_date: date
    #: of the other side; "" where the bank does not say
    name: str = ""
    account: str = ""
    #: 12 digits of a structured communication with a right remainder
    ogm: str = ""
    #: what was told, whatever else the bank says about it
    text: str = ""
    end_to_end_id: str = ""
    #: takes back an earlier movement
    is_reversal: bool = False
    family: TransactionFamily = TransactionFamily.OTHER
    state: MovementState = MovementState.OPEN
    #: what it was given to
    payment_ids: tuple[str, ...] = ()
    document_id: str = ""
    #: id of table `matches`: how it was found, or why not
    reason: str = ""
    #: 0 to 100
    score: int = 0
