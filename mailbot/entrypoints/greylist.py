"""Lets strangers wait while mail floods in: a real server tries again, most robots do not.

Nothing is refused for good, and nobody waits while there is no flood. All of it is memory, which
is bounded: what is forgotten waits once more.
"""

from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import TypeVar

from mailbot.domain.clock import Clock
from mailbot.entrypoints.smtp_limits import Rate, network_of

#: a try again counts after so long, and as long as servers try (RFC 5321 §4.5.4.1)
_SHORTEST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)
#: who brought mail so long before is no part of the flood
_SETTLED = timedelta(minutes=10)
_REMEMBERED = 20_000
_ALL = "all"
_Key = TypeVar("_Key", bound=Hashable)


class Greylist:
    """Whether there is a flood, and who must wait in it; for one thread."""

    def __init__(self, *, flood_per_minute: int, clock: Clock) -> None:
        """See a flood in more than `flood_per_minute` mails a minute; 0 sees none."""
        self._clock = clock
        self._is_off = not flood_per_minute
        self._all = Rate(flood_per_minute, clock)
        #: networks that brought mail, and since when
        self._known: dict[str, datetime] = {}
        #: who was told to wait, and when first
        self._waiting: dict[tuple[str, str, str], datetime] = {}

    def must_wait(self, address: str, sender: str, recipient: str) -> bool:
        """Whether this mail must be tried again later; the same one passes after a minute."""
        now, network = self._clock.now(), network_of(address)
        if self._is_off or not self._all.is_spent(_ALL) or self._is_settled(network, now):
            return False
        key = (network, sender.lower(), recipient.lower())
        since = self._waiting.get(key)
        if since is None or now - since > _LONGEST_WAIT:
            _remember(self._waiting, key, now)
            return True
        return now - since < _SHORTEST_WAIT

    def note_kept(self, address: str) -> None:
        """Note that a mail of a client was kept."""
        if self._is_off:
            return
        self._all.take(_ALL)
        network = network_of(address)
        if network not in self._known:
            _remember(self._known, network, self._clock.now())

    def _is_settled(self, network: str, now: datetime) -> bool:
        since = self._known.get(network)
        return since is not None and now - since >= _SETTLED


def _remember(known: dict[_Key, datetime], key: _Key, at: datetime) -> None:
    """Keep one more; of too many the oldest go."""
    known.pop(key, None)
    if len(known) >= _REMEMBERED:
        for old in [*known][: _REMEMBERED // 2]:
            del known[old]
    known[key] = at
