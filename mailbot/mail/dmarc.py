"""DMARC (RFC 7489): whose policy holds for a From domain, and which domains vouch for it."""

from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from mailbot.mail.lookup import DnsLookup

_TAG = b"v=DMARC1"


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
        records = [one for one in lookup.txt(f"_dmarc.{domain}") if one.startswith(_TAG)]
        if len(records) > 1:
            return NO_POLICY  # RFC 7489 §6.6.3 (5): as if there were none
        if records:
            return _read(records[0], is_own=domain == from_domain)
    return NO_POLICY


def is_aligned(domain: str, from_domain: str, *, strict: bool) -> bool:
    """Whether an authenticated `domain` vouches for `from_domain` (RFC 7489 §3.1)."""
    if not domain or not from_domain:
        return False
    if domain == from_domain or strict:
        return domain == from_domain
    return bool(organisation(domain)) and organisation(domain) == organisation(from_domain)


def organisation(domain: str) -> str:
    """Return the registered domain that `domain` lies under, "" for a public suffix."""
    return str(_suffixes().privatesuffix(domain) or "")


def _read(record: bytes, *, is_own: bool) -> Policy:
    pairs = (one.partition("=") for one in record.decode("ascii", errors="replace").split(";"))
    tags = {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
    wish = tags.get("p", "")
    if not is_own:
        wish = tags.get("sp", wish)
    return Policy(
        # RFC 7489 §6.6.3 (6): a record whose policy cannot be read asks for nothing
        wish=wish if wish in ("none", "quarantine", "reject") else "none",
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
