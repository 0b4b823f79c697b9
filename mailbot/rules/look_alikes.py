"""Domains that a hurried reader takes for another one: homoglyphs, slips, other suffixes."""

import unicodedata
from collections.abc import Iterable

from mailbot.domain.domain_names import in_letters, organisation, split_organisation
from mailbot.rules.sender_words import sender_words

#: letters; shorter names are too close to one another by themselves
_SHORTEST_SUFFIX_SWAP = 4
_SHORTEST_DRAWN = 4
_SHORTEST_WORD = 5
_SHORTEST_SLIP = 6


def find_look_alike(domain: str, known: Iterable[str]) -> str:
    """Return the first of the `known` domains that `domain` may be taken for, "" if none.

    All in ASCII, as DNS knows them. A domain of the same organisation is no look-alike, nor is
    one provider of addresses (gmail, telenet …) under another suffix.
    """
    own = organisation(domain)
    candidates = [one for one in known if organisation(one) not in ("", own)]
    if not own or organisation_is_known(own, known):
        return ""
    return next((one for one in candidates if _may_be_taken_for(domain, one)), "")


def organisation_is_known(domain: str, known: Iterable[str]) -> bool:
    """Whether one of the `known` domains is of the same organisation."""
    own = organisation(domain)
    return any(own and organisation(one) == own for one in known)


def _may_be_taken_for(domain: str, known: str) -> bool:
    label, suffix = split_organisation(domain)
    other, other_suffix = split_organisation(known)
    if domain.startswith((f"{known}.", f"{known}-")):
        return True
    seen, meant = in_letters(label), in_letters(other)
    if seen == meant:
        is_provider = seen in sender_words().providers
        return len(seen) >= _SHORTEST_SUFFIX_SWAP and not is_provider
    return (
        _is_drawn_alike(seen, meant)
        or _has_added_word(seen, meant, other_suffix)
        or (suffix == other_suffix and _is_slip(seen, meant))
    )


def _is_drawn_alike(seen: str, meant: str) -> bool:
    return len(meant) >= _SHORTEST_DRAWN and _drawn(seen) == _drawn(meant)


def _drawn(label: str) -> str:
    """Return what a label looks like: accents, hyphens and letters that look alike are one."""
    bare = (c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    plain = "".join(bare).translate(dict(sender_words().drawn_alike))
    return plain.replace("-", "").replace("rn", "m").replace("vv", "w")


def _has_added_word(seen: str, meant: str, suffix: str) -> bool:
    """Whether `seen` is `meant` and one of the words that thieves put beside a name."""
    if len(meant) < _SHORTEST_WORD or {seen, meant} & sender_words().providers:
        return False
    if seen.startswith(meant):
        rest = seen.removeprefix(meant)
    elif seen.endswith(meant):
        rest = seen.removesuffix(meant)
    else:
        return False
    return rest.strip("-") in {*sender_words().added, suffix.replace(".", "-")}


def _is_slip(seen: str, meant: str) -> bool:
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
