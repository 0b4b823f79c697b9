"""What sender authentication asks of DNS; who asks is `mailbot.entrypoints.dns_lookup`."""

from typing import Protocol

from mailbot.domain.errors import Temporary


class LookupFailed(Temporary):
    """DNS gave no answer: a time-out, a failing server, or no time left for this mail."""


class DnsLookup(Protocol):
    """Asks DNS. Names are ASCII, without a final dot.

    No such name, and a name without such records, both give (). Raises LookupFailed.
    """

    def txt(self, name: str) -> tuple[bytes, ...]:
        """Return the TXT records of `name`, the strings of each joined."""
        ...

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return the A or AAAA records of `name`."""
        ...

    def mail_exchangers(self, name: str) -> tuple[tuple[int, str], ...]:
        """Return preference and host of the MX records of `name`."""
        ...

    def host_names(self, reverse_name: str) -> tuple[str, ...]:
        """Return the PTR records of `reverse_name`, e.g. "1.2.0.192.in-addr.arpa"."""
        ...
