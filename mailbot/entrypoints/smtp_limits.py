"""How much one client, and all together, may use of the SMTP server at a time."""

import ipaddress
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from mailbot.domain.clock import Clock

_SECONDS = 60
#: clients whose rate is remembered; more than that, and those at rest are forgotten
_REMEMBERED = 10_000
#: a network is one client: who has one IPv6 address has 2^64 of them
_IPV6_NETWORK = 64


@dataclass(frozen=True)
class _Bucket:
    """A token bucket: how many mails were still free at `at`."""

    free: float
    at: datetime


class Traffic:
    """Counts connections and mails; for one thread."""

    def __init__(self, *, max_connections: int, mails_per_minute: int, clock: Clock) -> None:
        """Allow `max_connections` at a time, half of them to one client from outside."""
        self._max_connections = max_connections
        self._per_client = max(1, max_connections // 2)
        self._mails_per_minute = mails_per_minute
        self._clock = clock
        self._connections: dict[object, str] = {}
        self._clients: Counter[str] = Counter()
        self._buckets: dict[str, _Bucket] = {}

    def enter(self, connection: object, address: str) -> bool:
        """Note a new connection; False when it is one too many, and then it is not noted."""
        client = _client(address)
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

    def may_send(self, address: str) -> bool:
        """Note one more mail of a client; False when it sends too fast."""
        client, now = _client(address), self._clock.now()
        free = self._free(client, now)
        if free < 1:
            return False
        if len(self._buckets) >= _REMEMBERED:
            self._forget(now)
        self._buckets[client] = _Bucket(free - 1, now)
        return True

    def _free(self, client: str, now: datetime) -> float:
        bucket = self._buckets.get(client)
        if bucket is None:
            return self._mails_per_minute
        refilled = (now - bucket.at).total_seconds() * self._mails_per_minute / _SECONDS
        return min(self._mails_per_minute, bucket.free + max(0.0, refilled))

    def _forget(self, now: datetime) -> None:
        full = [one for one in self._buckets if self._free(one, now) >= self._mails_per_minute]
        for client in full:
            del self._buckets[client]


def _client(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)


def is_loopback(address: str) -> bool:
    """Whether the client is on this machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
