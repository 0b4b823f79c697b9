"""Domains that a hurried reader takes for another one: homoglyphs, slips, other suffixes."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from mailbot.domain.domain_names import in_letters, organisation, split_organisation
from mailbot.rules.sender_words import sender_words

#: letters; shorter names are too close to one another by themselves
_SHORTEST_SUFFIX_SWAP = 4
_SHORTEST_DRAWN = 4
_SHORTEST_WORD = 5
_SHORTEST_SLIP = 6


def find_look_alike(domain: str, known: Collection[str]) -> str:
    """Return the first of the `known` domains that `domain` may be taken for, "" if none.

    All in ASCII, as DNS knows them. A domain of the same organisation is no look-alike, nor is
    one provider of addresses (gmail, telenet …) under another suffix.
    """
    own = organisation(domain)
    if not own or organisation_is_known(own, known):
        return ""
    return next((one for one in known if _may_be_taken_for(domain, one)), "")


def organisation_is_known(domain: str, known: Collection[str]) -> bool:
    """Whether one of the `known` domains is of the same organisation."""
    own = organisation(domain)
    return own in known or any(own and organisation(one) == own for one in known)


@dataclass(frozen=True)
class _Look:
    """How a domain looks to people."""

    #: what was registered, in letters
    label: str
    suffix: str
    #: the label with accents, hyphens and letters that look alike made one
    drawn: str


@lru_cache(maxsize=32_768)
def _look(domain: str) -> _Look:
    label, suffix = split_organisation(domain)
    letters = in_letters(label)
    return _Look(letters, suffix, drawn(letters))


def drawn(text: str) -> str:
    """Return a text with accents, hyphens and letters that look alike made one."""
    bare = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = "".join(bare).translate(dict(sender_words().drawn_alike)).replace("-", "")
    return plain.replace("rn", "m").replace("vv", "w")


def _may_be_taken_for(domain: str, known: str) -> bool:
    if domain.startswith((f"{known}.", f"{known}-")):
        return True
    seen, meant = _look(domain), _look(known)
    if not meant.label:
        return False
    if seen.label == meant.label:
        is_provider = seen.label in sender_words().providers
        return len(seen.label) >= _SHORTEST_SUFFIX_SWAP and not is_provider
    is_drawn_alike = seen.drawn == meant.drawn and len(meant.label) >= _SHORTEST_DRAWN
    return (
        is_drawn_alike
        or _has_added_word(seen.label, meant.label, meant.suffix)
        or (seen.suffix == meant.suffix and is_slip(seen.label, meant.label))
    )


def _has_added_word(seen: str, meant: str, suffix: str) -> bool:
    """Whether `seen` is `meant` and one of the words that thieves put beside a name."""
    if len(meant) < _SHORTEST_WORD or not (seen.startswith(meant) or seen.endswith(meant)):
        return False
    if {seen, meant} & sender_words().providers:
        return False
    rest = seen.removeprefix(meant) if seen.startswith(meant) else seen.removesuffix(meant)
    return rest.strip("-") in {*sender_words().added, suffix.replace(".", "-")}


def is_slip(seen: str, meant: str) -> bool:
    """Whether one letter was added, left out or changed, or two neighbours swapped places."""
    if min(len(seen), len(meant)) < _SHORTEST_SLIP or abs(len(seen) - len(meant)) > 1:
        return False
    start = _common(seen, meant)
    end = _common(seen[start:][::-1], meant[start:][::-1])
    left, right = seen[start : len(seen) - end], meant[start : len(meant) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def _common(first: str, second: str) -> int:
    """Return how many letters two texts begin with together."""
    pairs = zip(first, second, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))
