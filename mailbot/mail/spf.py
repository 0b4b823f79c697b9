"""SPF (RFC 7208) by pyspf, with our own way to ask DNS."""

import ipaddress
from dataclasses import dataclass

import spf

from mailbot.mail.lookup import DnsLookup, LookupFailed

_RESULTS = frozenset({"pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"})
_LONGEST_NAME = 253
_LONGEST_LABEL = 63
#: what pyspf lets through on records and names that nobody foresaw (seen and by its source)
_PYSPF_TROUBLE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError,
    RecursionError,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SpfResult:
    """The verdict and the domain it is about: that of the envelope sender, else of the HELO."""

    result: str
    domain: str


def check_spf(
    *, client_address: str, client_name: str, envelope_sender: str, lookup: DnsLookup
) -> SpfResult:
    """Return what the sender's domain says of `client_address`; never raises.

    Without `client_address` ("none") the client that SPF is about is not known.
    """
    domain = envelope_sender.rpartition("@")[2] if envelope_sender else client_name
    domain = domain.rstrip(".").lower()
    if not domain or not _is_address(client_address):
        return SpfResult(result="none", domain=domain)
    try:
        query = _Query(client_address, envelope_sender, client_name, lookup)
        result = str(query.check()[0])
    except (spf.PermError, *_PYSPF_TROUBLE):
        result = "permerror"
    except (spf.TempError, LookupFailed):
        result = "temperror"
    return SpfResult(result=result if result in _RESULTS else "permerror", domain=domain)


def _is_address(client_address: str) -> bool:
    try:
        ipaddress.ip_address(client_address)
    except ValueError:
        return False
    return True


class _Query(spf.query):  # type: ignore[misc]  # pyspf ships no types
    """A query that asks our lookup, where pyspf would ask a global function of its own."""

    def __init__(
        self, client_address: str, envelope_sender: str, client_name: str, lookup: DnsLookup
    ) -> None:
        super().__init__(i=client_address, s=envelope_sender, h=client_name)
        self._lookup = lookup

    def dns(
        self,
        name: object,
        qtype: str,
        cnames: object = None,  # noqa: ARG002 - pyspf's signature; resolvers follow CNAMEs
        ignore_void: bool = False,
    ) -> list[object]:
        """Return the records as pyspf wants them; count empty answers (RFC 7208 §4.6.4)."""
        asked = str(name).rstrip(".").lower()
        found = self._ask(asked, qtype) if _is_name(asked) else []
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many lookups without an answer")
        return found

    def validated_ptrs(self) -> list[str]:
        """Return the names of the client that lead back to it.

        A failing DNS makes no match, and no temperror, here (RFC 7208 §5.5).
        """
        try:
            names = self.dns_ptr(self.i)[: spf.MAX_PTR]
        except spf.TempError:
            return []
        return [name for name in names if self._leads_back(name)]

    def _leads_back(self, name: str) -> bool:
        try:
            return bool(self.cidrmatch(self.dns_a(name, self.A), self.cidrmax))
        except spf.TempError:
            return False

    def _ask(self, name: str, qtype: str) -> list[object]:
        try:
            if qtype == "TXT":
                return [(text,) for text in self._lookup.txt(name)]
            if qtype == "MX":
                return list(self._lookup.mail_exchangers(name))
            if qtype == "PTR":
                return list(self._lookup.host_names(name))
            return list(self._lookup.addresses(name, ipv6=qtype == "AAAA"))
        except LookupFailed as error:
            raise spf.TempError(str(error)) from error


def _is_name(name: str) -> bool:
    labels = name.split(".")
    return (
        name.isascii()
        and len(name) <= _LONGEST_NAME
        and all(0 < len(label) <= _LONGEST_LABEL for label in labels)
    )
