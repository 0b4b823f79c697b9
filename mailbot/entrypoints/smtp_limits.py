"""How much one client, one sender, one dossier, and all together, may use of the SMTP server.

All SMTP processes of the machine count together (`smtp_memory.py`, decision 26).
"""

import ipaddress
from functools import lru_cache

from mailbot.domain.clock import Clock
from mailbot.entrypoints.smtp_memory import Memory, Table

_SECONDS = 60
#: a network is one client: who has one IPv6 address has 2^64 of them
_IPV6_CLIENT = 64
#: neighbours that belong to one owner, as a rule
_IPV4_NETWORK, _IPV6_NETWORK = 24, 56
#: how many times what one client may send, all of a network may, and all may send to a dossier
_MANY = 4
#: places in which the connections of clients are counted; two clients in one place share it
_PLACES = 4096
#: bytes of one count
_BYTES = 4
#: share of the places
_CROWDED = 0.8
#: addresses whose meaning is remembered
_REMEMBERED = 4096


class Rate:
    """So many a minute for each key, in bounded memory: a token bucket each."""

    def __init__(self, per_minute: float, clock: Clock, memory: Memory) -> None:
        """Allow `per_minute` for each key, all at once or spread."""
        self._per_minute = per_minute
        self._clock = clock
        self._buckets = Table(memory)

    def take(self, key: str) -> bool:
        """Note one more; False when it is one too many, and then it is not noted."""
        now = self._clock.now().timestamp()
        free = self._free(key, now)
        if free >= 1:
            self._buckets.note(key, free - 1, now)
        return free >= 1

    def is_spent(self, key: str) -> bool:
        """Whether one more would be one too many."""
        return self._free(key, self._clock.now().timestamp()) < 1

    def _free(self, key: str, now: float) -> float:
        bucket = self._buckets.find(key)
        if bucket is None:
            return self._per_minute
        free, at = bucket
        refilled = max(0.0, now - at) * self._per_minute / _SECONDS
        return min(self._per_minute, free + refilled)


class Connections:
    """How many connections there are at a time, each process writing down its own."""

    def __init__(self, most: int, memory: Memory, *, place: int = 0, processes: int = 1) -> None:
        """Allow `most`, half of them to one client from outside; we are process `place`."""
        self._most = most
        self._per_client = max(1, most // 2)
        self._memory = memory
        size = (1 + _PLACES) * _BYTES
        self._counts = [memory.claim(size).cast("I") for _ in range(processes)]
        self._own = self._counts[place]
        # whoever was process `place` before us is dead, and with it its connections
        self._own[:] = memoryview(bytes(size)).cast("I")
        self._known: dict[object, int] = {}

    def enter(self, connection: object, address: str) -> bool:
        """Note a new connection; False when it is one too many, and then it is not noted."""
        place = 1 + self._memory.digest(client_of(address)) % _PLACES
        is_busy = sum(one[0] for one in self._counts) >= self._most
        of_client = sum(one[place] for one in self._counts)
        if is_busy or (of_client >= self._per_client and not is_loopback(address)):
            return False
        self._known[connection] = place
        self._own[0] += 1
        self._own[place] += 1
        return True

    def leave(self, connection: object) -> None:
        """Note the end of a connection; of one that was not noted too."""
        place = self._known.pop(connection, None)
        if place is not None:
            self._own[0] -= 1
            self._own[place] -= 1

    @property
    def is_crowded(self) -> bool:
        """Whether few places are left."""
        taken = sum(one[0] for one in self._counts)
        return taken >= _CROWDED * self._most


class Traffic:
    """Counts mails; for one thread of each process."""

    def __init__(self, *, mails_per_minute: int, clock: Clock, memory: Memory) -> None:
        """Allow `mails_per_minute` to each client and sender, and more to many together."""
        self._by_client = Rate(mails_per_minute, clock, memory)
        self._by_network = Rate(_MANY * mails_per_minute, clock, memory)
        self._by_sender = Rate(mails_per_minute, clock, memory)
        self._by_dossier = Rate(_MANY * mails_per_minute, clock, memory)

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


@lru_cache(_REMEMBERED)
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


@lru_cache(_REMEMBERED)
def is_loopback(address: str) -> bool:
    """Whether the client is on this machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
