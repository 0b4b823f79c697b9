"""When an address is not written to any more."""

from dataclasses import replace
from datetime import datetime

from mailbot.domain.outbox import Failure
from mailbot.domain.reach import Reach

#: refusals of different mails; fewer may be about the mails, or about us
REFUSALS = 3


def after_failure(
    known: Reach | None, address: str, failure: Failure, *, at: datetime, diagnostic: str
) -> Reach:
    """Return what is known of `address` now that a mail to it has not arrived.

    No such mailbox ends it at once, a refusal the third time; a full mailbox is emptied one day.
    """
    now = replace(known or Reach(address=address, failed_at=at), failed_at=at)
    if failure in (Failure.PASSING, Failure.FULL):
        return replace(now, n_passing=now.n_passing + 1, diagnostic=diagnostic)
    refused = replace(now, n_refused=now.n_refused + 1, diagnostic=diagnostic)
    is_end = failure is Failure.NO_ADDRESS or refused.n_refused >= REFUSALS
    return replace(refused, given_up_at=refused.given_up_at or at) if is_end else refused
