"""Lets strangers wait while mail floods in: a real server tries again, most robots do not.

Nothing is refused for good, and nobody waits while there is no flood. All of it is memory, which
is bounded and shared by the SMTP processes: what is forgotten waits once more.
"""

from datetime import timedelta

from mailbot.domain.clock import Clock
from mailbot.entrypoints.smtp_limits import Rate, network_of
from mailbot.entrypoints.smtp_memory import Memory, Table

#: a try again counts after so long, and as long as servers try (RFC 5321 §4.5.4.1)
_SHORTEST_WAIT = timedelta(minutes=1).total_seconds()
_LONGEST_WAIT = timedelta(days=1).total_seconds()
#: who brought mail so long before is no part of the flood
_SETTLED = timedelta(minutes=10).total_seconds()
_ALL = "all"


class Greylist:
    """Whether there is a flood, and who must wait in it; for one thread of each process."""

    def __init__(self, *, flood_per_minute: int, clock: Clock, memory: Memory) -> None:
        """See a flood in more than `flood_per_minute` mails a minute; 0 sees none."""
        self._clock = clock
        self._is_off = not flood_per_minute
        self._all = Rate(flood_per_minute, clock, memory)
        #: networks that brought mail, and since when
        self._known = Table(memory)
        #: who was told to wait, and when first
        self._waiting = Table(memory)

    def must_wait(self, address: str, sender: str, recipient: str) -> bool:
        """Whether this mail must be tried again later; the same one passes after a minute."""
        now, network = self._clock.now().timestamp(), network_of(address)
        if self._is_off or not self._all.is_spent(_ALL) or self._is_settled(network, now):
            return False
        key = "\n".join((network, sender.lower(), recipient.lower()))
        since = _since(self._waiting, key)
        if since is None or now - since > _LONGEST_WAIT:
            self._waiting.note(key, 1, now)
            return True
        return now - since < _SHORTEST_WAIT

    def note_kept(self, address: str) -> None:
        """Note that a mail of a client was kept."""
        if self._is_off:
            return
        self._all.take(_ALL)
        network = network_of(address)
        if self._known.find(network) is None:
            self._known.note(network, 1, self._clock.now().timestamp())

    def _is_settled(self, network: str, now: float) -> bool:
        since = _since(self._known, network)
        return since is not None and now - since >= _SETTLED


def _since(table: Table, key: str) -> float | None:
    found = table.find(key)
    return found[1] if found else None
