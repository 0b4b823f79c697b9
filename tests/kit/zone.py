"""DNS from a table, for what asks it without a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbot.mail.lookup import LookupFailed

_LONGEST_CHAIN = 10


@dataclass
class Zone:
    """A `DnsLookup` that answers from a table; a name in `failing` gives no answer.

    CNAME records are followed as a resolver does; a chain without end is a failure.
    """

    records: Mapping[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()

    def _get(self, name: str, kind: str, chain: int = 0) -> tuple[Any, ...]:
        if name in self.failing or chain > _LONGEST_CHAIN:
            raise LookupFailed(name)
        if (name, kind) not in self.records and (name, "CNAME") in self.records:
            return self._get(self.records[name, "CNAME"][0], kind, chain + 1)
        return self.records.get((name, kind), ())

    def txt(self, name: str) -> tuple[bytes, ...]:
        """Return the TXT records."""
        return tuple(one.encode() for one in self._get(name.lower(), "TXT"))

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return the A or AAAA records."""
        return self._get(name, "AAAA" if ipv6 else "A")

    def mail_exchangers(self, name: str) -> tuple[tuple[int, str], ...]:
        """Return the MX records."""
        return self._get(name, "MX")

    def host_names(self, reverse_name: str) -> tuple[str, ...]:
        """Return the PTR records."""
        return self._get(reverse_name, "PTR")
