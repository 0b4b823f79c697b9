"""How much one client, one sender, one dossier, and all together, may use of the SMTP server."""

import ipaddress
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from mailbot.domain.clock import Clock

_SECONDS = 60
#: keys whose rate is remembered; more than that, and those at rest are forgotten
_REMEMBERED = 10_000
#: a network is one client: who has one IPv6 address has 2^64 of them
_IPV6_CLIENT = 64
#: neighbours that belong to one owner, as a rule
_IPV4_NETWORK, _IPV6_NETWORK = 24, 56
#: how many times what one client may send, all of a network may, and all may send to a dossier
_MANY = 4


@dataclass(frozen=True)
class _Bucket:
    """A token bucket: how many mails were still free at `at`."""

    free: float
    at: datetime


class Rate:
    """So many a minute for each key, in bounded memory."""

    def __init__(self, per_minute: float, clock: Clock) -> None:
        """Allow `per_minute` for each key, all at once or spread."""
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}

    def take(self, key: Hashable) -> bool:
        """Note one more; False when it is one too many, and then it is not noted."""
        now = self._clock.now()
        free = self._free(key, now)
        if free < 1:
            return False
        if len(self._buckets) >= _REMEMBERED:
            self._forget(now)
        self._buckets[key] = _Bucket(free - 1, now)
        return True

    def is_spent(self, key: Hashable) -> bool:
        """Whether one more would be one too many."""
        return self._free(key, self._clock.now()) < 1

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._buckets)

    def _free(self, key: Hashable, now: datetime) -> float:
        bucket = self._buckets.get(key)
        if bucket is None:
            return self._per_minute
        refilled = (now - bucket.at).total_seconds() * self._per_minute / _SECONDS
        return min(self._per_minute, bucket.free + max(0.0, refilled))

    def _forget(self, now: datetime) -> None:
        """Forget those at rest; in a flood of new keys, the older half too."""
        full = [one for one in self._buckets if self._free(one, now) >= self._per_minute]
        for key in full or [*self._buckets][: _REMEMBERED // 2]:
            del self._buckets[key]


class Traffic:
    """Counts connections and mails; for one thread."""

    def __init__(self, *, max_connections: int, mails_per_minute: int, clock: Clock) -> None:
        """Allow `max_connections` at a time, half of them to one client from outside."""
        self._max_connections = max_connections
        self._per_client = max(1, max_connections // 2)
        self._connections: dict[object, str] = {}
        self._clients: Counter[str] = Counter()
        self._by_client = Rate(mails_per_minute, clock)
        self._by_network = Rate(_MANY * mails_per_minute, clock)
        self._by_sender = Rate(mails_per_minute, clock)
        self._by_dossier = Rate(_MANY * mails_per_minute, clock)

    def enter(self, connection: object, address: str) -> bool:
        """Note a new connection; False when it is one too many, and then it is not noted."""
        client = client_of(address)
        is_busy = len(self._connections) >= self._max_connections
        is_greedy = self._clients[client] >= self._per_client and not is_loopback(address)
        if is_busy or is_greedy:
            return False
        self._connections[connection] = client
        self._clients[client] += 1
        return True

    def leave(self, connection: object) -> None:
        """Note the end of a connection; of one that was not noted too."""
        client = self._connections.pop(connection, None)
        if client is None:
            return
        self._clients[client] -= 1
        if not self._clients[client]:
            del self._clients[client]

    def may_send(self, address: str, sender: str = "") -> bool:
        """Note one more mail of a client; False when it, its network or its sender is too fast.

        `sender` is that of the envelope; bounces have none.
        """
        return (
            self._by_client.take(client_of(address))
            and self._by_network.take(network_of(address))
            and (not sender or self._by_sender.take(sender.lower()))
        )

    def may_deliver(self, dossier: str) -> bool:
        """Whether a dossier gets no more mail than it can take; who only asks takes nothing."""
        return not self._by_dossier.is_spent(dossier)

    def note_delivered(self, dossier: str) -> None:
        """Note that a mail for a dossier was kept."""
        self._by_dossier.take(dossier)


def client_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, a /64 of IPv6."""
    return _prefix(address, ipv4=32, ipv6=_IPV6_CLIENT)


def network_of(address: str) -> str:
    """Return the network that a client belongs to."""
    return _prefix(address, ipv4=_IPV4_NETWORK, ipv6=_IPV6_NETWORK)


def _prefix(address: str, *, ipv4: int, ipv6: int) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if not parsed.ipv4_mapped:
            return str(ipaddress.ip_network((parsed, ipv6), strict=False))
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, ipv4), strict=False))


def is_loopback(address: str) -> bool:
    """Whether the client is on this machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
