"""Who has sent mails to an office before."""

from dataclasses import dataclass
from datetime import datetime

_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class SeenSender:
    """What was seen of one address under one name."""

    #: lower case
    address: str
    #: display name, folded; "" for none and for names that many share
    name: str = ""
    #: how many mails came, and how many of them were proved (`Authentication.aligned`)
    mails: int
    proved: int
    first_at: datetime
    last_at: datetime


def answers_of(sender: str) -> str:
    """Return the name under which an address is kept that answers to `sender` were to go to.

    No display name is like it: folded names hold no colon.
    """
    return f"answers:{sender}"[:_LONGEST_NAME]
