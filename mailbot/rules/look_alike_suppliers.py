"""Suppliers that a hurried reader takes for one that is known: by their name or VAT number."""

from collections.abc import Iterable
from dataclasses import dataclass

from mailbot.domain.learning import name_key
from mailbot.rules.look_alikes import drawn, is_slip

#: what stands behind a name and is no part of it, folded
_LEGAL_FORMS = (
    "bvba", "bv", "nv", "vof", "cv", "vzw", "sprl", "srl", "sa", "sas", "sarl", "scrl", "asbl",
    "gmbh", "ag", "ug", "kg", "ltd", "limited", "plc", "llc", "inc",
)  # fmt: skip
#: shorter names are too close to one another by themselves
_SHORTEST = 5
#: digits of a VAT number that may differ: one alone breaks its check digits
_DIGITS = 2


@dataclass(frozen=True, kw_only=True)
class KnownName:
    """A supplier as it is known: how people call it, its name folded, its VAT number."""

    shown: str
    folded: str
    vat_number: str = ""


def find_look_alike_supplier(
    name: str | None, vat_number: str | None, known: Iterable[KnownName]
) -> KnownName | None:
    """Return the known supplier that an invoice may be taken for, None when it is that one.

    The same name with another VAT number is one, and so is nearly the same number.
    """
    stem, vat = _stem(name_key(name)), vat_number or ""
    near = None
    for each in known:
        its = _stem(each.folded)
        is_same_vat = bool(vat) and each.vat_number == vat
        if is_same_vat or (stem == its and not (vat and each.vat_number)):
            return None
        if near is None and (_is_near_name(stem, its) or _is_near_number(vat, each.vat_number)):
            near = each
    return near


def _stem(folded: str) -> str:
    """Return a folded name without its legal form."""
    return next((folded.removesuffix(f) for f in _LEGAL_FORMS if folded.endswith(f)), folded)


def _is_near_name(seen: str, meant: str) -> bool:
    if min(len(seen), len(meant)) < _SHORTEST:
        return False
    return seen == meant or drawn(seen) == drawn(meant) or is_slip(seen, meant)


def _is_near_number(seen: str, meant: str) -> bool:
    if not seen or not meant or len(seen) != len(meant) or seen[:2] != meant[:2]:
        return False
    return 0 < sum(a != b for a, b in zip(seen, meant, strict=True)) <= _DIGITS
