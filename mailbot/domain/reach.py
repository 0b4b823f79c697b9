"""Whether mail reaches an address, as far as the mails that came back tell."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What came back from one address since it last wrote to us."""

    address: str
    #: mails that were refused for good, and mails that did not arrive for a passing reason
    n_refused: int = 0
    n_passing: int = 0
    failed_at: datetime
    #: what the other server said last
    diagnostic: str = ""
    #: since when nothing is written to it any more
    given_up_at: datetime | None = None
