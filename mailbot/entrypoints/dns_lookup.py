"""DNS as sender authentication asks it: cached, and with a limit of time for each mail."""

import ipaddress
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver

from mailbot.mail.lookup import LookupFailed

_DNS_PORT = 53
_CACHED_ANSWERS = 5_000
#: bytes; a longer answer is asked for again, so that the cache cannot be filled with them
_LARGEST_CACHED = 4096
#: records of one answer; nobody needs more to say who sends in his name
_MOST_RECORDS = 100
#: seconds for one question, as long as the mail has that much left
_SECONDS_PER_QUESTION = 3.0


#: nobody can register these (RFC 6761, RFC 2606): no public server need be asked
_RESERVED = (".example", ".invalid", ".localhost", ".test", "example.com", "example.org")


class NotKnown(Exception):  # noqa: N818 - it is no fault
    """DNS would have to be asked."""


class _SmallAnswers(dns.resolver.LRUCache):
    """Keeps answers until they lapse (TTL), the least used go first; never a very large one."""

    def put(self, key: Any, value: dns.resolver.Answer) -> None:
        """Keep an answer."""
        if len(value.response.wire or b"") <= _LARGEST_CACHED:
            super().put(key, value)


class DnsResolver:
    """Asks one DNS server, or those of the system; safe to use from several threads."""

    def __init__(self, server: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask `server`, "address" or "address:port", "" for the system's. Raises ValueError."""
        self._clock = clock
        self._skips_reserved = not server
        self._resolver = (
            _system_resolver() if not server else dns.resolver.Resolver(configure=False)
        )
        self._resolver.cache = _SmallAnswers(_CACHED_ANSWERS)
        if server:
            address, port = _read_server(server)
            self._resolver.nameservers = [address]
            self._resolver.port = port

    def within(self, seconds: float) -> "MailLookup":
        """Return a lookup for one mail that answers until `seconds` are over."""
        deadline = self._clock() + seconds
        return MailLookup(
            self._resolver, self._clock, deadline, skips_reserved=self._skips_reserved
        )

    def known(self) -> "MailLookup":
        """Return a lookup that asks nobody: it raises NotKnown for what is not remembered."""
        return _KnownLookup(self._resolver, self._clock, 0, skips_reserved=self._skips_reserved)


class MailLookup:
    """The `DnsLookup` of one mail."""

    def __init__(
        self,
        resolver: dns.resolver.Resolver,
        clock: Callable[[], float],
        deadline: float,
        *,
        skips_reserved: bool = False,
    ) -> None:
        self._skips_reserved = skips_reserved
        self._resolver = resolver
        self._clock = clock
        self._deadline = deadline

    def txt(self, name: str) -> tuple[bytes, ...]:
        """Return the TXT records of `name`, the strings of each joined. Raises LookupFailed."""
        return tuple(b"".join(one.strings) for one in self._ask(name, "TXT"))

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return the A or AAAA records of `name`. Raises LookupFailed."""
        return tuple(str(one.address) for one in self._ask(name, "AAAA" if ipv6 else "A"))

    def mail_exchangers(self, name: str) -> tuple[tuple[int, str], ...]:
        """Return preference and host of the MX records of `name`. Raises LookupFailed."""
        found = self._ask(name, "MX")
        return tuple((int(one.preference), one.exchange.to_text(True)) for one in found)

    def host_names(self, reverse_name: str) -> tuple[str, ...]:
        """Return the PTR records of `reverse_name`. Raises LookupFailed."""
        return tuple(one.target.to_text(True) for one in self._ask(reverse_name, "PTR"))

    def _ask(self, name: str, record_type: str) -> list[Any]:
        if self._skips_reserved and name.rstrip(".").lower().endswith(_RESERVED):
            return []
        left = self._deadline - self._clock()
        if left <= 0:
            raise LookupFailed(f"no time left to ask DNS for {name}")
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return []
        try:
            lifetime = min(left, _SECONDS_PER_QUESTION)
            answer = self._resolver.resolve(asked, record_type, lifetime=lifetime)
            return list(answer)[:_MOST_RECORDS]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise LookupFailed(f"DNS gave no answer for {name}: {error}") from error


class _KnownLookup(MailLookup):
    """Answers from what other mails have asked."""

    def _ask(self, name: str, record_type: str) -> list[Any]:
        if self._skips_reserved and name.rstrip(".").lower().endswith(_RESERVED):
            return []
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return []
        # that there is no such name is remembered for every type (RFC 8020)
        kinds = dns.rdatatype.from_text(record_type), dns.rdatatype.ANY
        remembered = self._resolver.cache
        keys = ((asked, kind, dns.rdataclass.IN) for kind in kinds)
        for answer in filter(None, (remembered.get(key) for key in keys)):
            return list(answer.rrset or ())[:_MOST_RECORDS]
        raise NotKnown(name)


def _system_resolver() -> dns.resolver.Resolver:
    """Return the system's resolver; on a machine without one, one that never has an answer."""
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return dns.resolver.Resolver(configure=False)


def _read_server(server: str) -> tuple[str, int]:
    """Return address and port of "192.0.2.1", "192.0.2.1:5353", "::1" or "[::1]:5353"."""
    is_bare_ipv6 = server.count(":") > 1 and not server.startswith("[")
    parts = urlsplit(f"//[{server}]" if is_bare_ipv6 else f"//{server}")
    address = ipaddress.ip_address(parts.hostname or "")
    return str(address), parts.port or _DNS_PORT
