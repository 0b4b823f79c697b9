"""DMARC (RFC 7489): whose policy holds for a From domain, and which domains vouch for it."""

import re
from dataclasses import dataclass

from mailbot.domain.domain_names import organisation
from mailbot.mail.lookup import DnsLookup

_RECORD = re.compile(rb"v\s*=\s*DMARC1\s*(?:;|\Z)")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What the owner of a From domain published."""

    #: none, quarantine or reject; "" when nothing usable was published
    wish: str = ""
    strict_dkim: bool = False
    strict_spf: bool = False


NO_POLICY = Policy()


def find_policy(from_domain: str, lookup: DnsLookup) -> Policy:
    """Return the policy for `from_domain`: its own, else that of its organisation.

    Raises LookupFailed.
    """
    for domain in filter(None, dict.fromkeys((from_domain, organisation(from_domain)))):
        records = [one for one in lookup.txt(f"_dmarc.{domain}") if _RECORD.match(one)]
        if len(records) > 1:
            return NO_POLICY  # RFC 7489 §6.6.3 (5): as if there were none
        if records:
            return _read(records[0], _wishes(domain, from_domain, records[0], lookup))
    return NO_POLICY


def is_aligned(domain: str, from_domain: str, *, strict: bool) -> bool:
    """Whether an authenticated `domain` vouches for `from_domain` (RFC 7489 §3.1)."""
    if not domain or not from_domain:
        return False
    if domain == from_domain or strict:
        return domain == from_domain
    return bool(organisation(domain)) and organisation(domain) == organisation(from_domain)


def _wishes(domain: str, from_domain: str, record: bytes, lookup: DnsLookup) -> tuple[str, ...]:
    """Return the tags whose wish holds for `from_domain`, first one first (RFC 9091 §3.2)."""
    if domain == from_domain:
        return ("p",)
    has_np = b"np" in record
    return ("np", "sp", "p") if has_np and not _exists(from_domain, lookup) else ("sp", "p")


def _exists(domain: str, lookup: DnsLookup) -> bool:
    """Whether a name has any address or mail server."""
    return bool(
        lookup.addresses(domain, ipv6=False)
        or lookup.addresses(domain, ipv6=True)
        or lookup.mail_exchangers(domain)
    )


def _read(record: bytes, wishes: tuple[str, ...]) -> Policy:
    pairs = (one.partition("=") for one in record.decode("ascii", errors="replace").split(";"))
    tags = {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
    wish = next((tags[name] for name in wishes if name in tags), "")
    return Policy(
        # RFC 7489 §6.6.3 (6): a record whose policy cannot be read asks for nothing
        wish=wish if wish in ("none", "quarantine", "reject") else "none",
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )
