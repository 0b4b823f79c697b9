"""Names of DNS as people register them: what belongs to one organisation (public suffix list)."""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

#: domains; the suppliers of a large office are looked through for every document
_REMEMBERED = 32_768


@lru_cache(maxsize=_REMEMBERED)
def organisation(domain: str) -> str:
    """Return the registered domain that `domain` lies under, "" for a public suffix."""
    return str(_suffixes().privatesuffix(domain) or "")


def is_public_suffix(domain: str) -> bool:
    """Whether anybody may register names below `domain`: it can speak for nobody.

    Suffixes of companies (the private part of the list) are domains of those companies.
    """
    return bool(_registry_suffixes().is_public(domain))


def split_organisation(domain: str) -> tuple[str, str]:
    """Return what was registered and the suffix: "post.kpn.co.uk" gives "kpn", "co.uk"."""
    label, _, suffix = organisation(domain).partition(".")
    return label, suffix


def in_letters(domain: str) -> str:
    """Return a domain as people see it: punycode (RFC 3492) decoded, lower case."""
    try:
        return domain.encode("ascii").decode("idna").lower()
    except UnicodeError:
        return domain.lower()


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _registry_suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)
