"""Compares what was read with the truth of a collection, as tolerantly as a bookkeeper would."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Truth = Mapping[str, Any]
Record = Mapping[str, Any]

_NAMES = ("supplier_name", "customer_name")
_AMOUNTS = ("total_incl", "total_excl", "vat_total", "amount_due")
_CODES = ("iban", "bic", "invoice_number", "payment_reference", "currency")
_DATES = ("invoice_date", "due_date")
_VATS = ("supplier_vat", "customer_vat")
FIELDS = (*_NAMES, *_VATS, *_CODES, *_DATES, *_AMOUNTS, "vat_breakdown")

#: legal forms and little words do not make a name another one
_FORMS = frozenset(
    {"bv", "nv", "srl", "sa", "bvba", "sprl", "vof", "cv", "gmbh", "ag", "kg", "co", "ltd"}
    | {"limited", "inc", "llc", "sarl", "sas", "vzw", "asbl", "snc", "commv", "b", "v"}
    | {"de", "het", "la", "le", "les", "en", "et", "und", "and"}
)
_CENT = Decimal("0.005")


def judge(field: str, truth: Truth, record: Record) -> bool | None:
    """Tell whether a field was read right; None where the page does not settle it.

    A value that the page does not show is not judged, unless the truth knows that there is none at
    all: then saying one is wrong. A due date that is the date of the invoice says as much as none.
    """
    wanted, said = truth.get(field), record.get(field)
    if _is_nothing(wanted):
        return False if said and _rules_out(field, said, truth) else None
    if not truth.get("visible", {}).get(field, True):
        return None
    return not _is_nothing(said) and _same(field, truth, said)


def _is_nothing(value: object) -> bool:
    return value in (None, "", [], ())


def _rules_out(field: str, said: object, truth: Truth) -> bool:
    """Tell whether a truth without a value says that the page has none.

    A truth that was taken from a file beside the page does not know; one that was made with the
    page says where its due date stands.
    """
    if "due_date_source" not in truth:
        return False
    if field == "due_date":
        return said != truth.get("invoice_date")
    return field in ("payment_reference", "iban")


def _same(field: str, truth: Truth, said: Any) -> bool:
    if field == "vat_breakdown":
        return _same_breakdown(truth[field], said)
    accepted = [truth[field], *(truth.get(f"{field}s") or [])]
    alike = _ALIKE[field]
    return any(alike(str(value), str(said)) for value in accepted)


def _same_amount(wanted: str, said: str) -> bool:
    """Amounts of a credit note may have either sign."""
    one, other = _number(wanted), _number(said)
    return one is not None and other is not None and abs(abs(one) - abs(other)) < _CENT


def _number(text: object) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def _same_code(wanted: str, said: str) -> bool:
    return _letters(wanted) == _letters(said) != ""


def _same_bank(wanted: str, said: str) -> bool:
    return _letters(wanted).removesuffix("xxx") == _letters(said).removesuffix("xxx")


def _same_vat(wanted: str, said: str) -> bool:
    """Compare without the country and without the zero that old Belgian numbers lack."""
    one, other = _letters(wanted), _letters(said)
    if one[:2].isalpha() and other[:2].isalpha() and one[:2] != other[:2]:
        return False
    bare = [re.sub(r"^[a-z]{2}", "", text).lstrip("0") for text in (one, other)]
    return bare[0] == bare[1] != ""


def _same_name(wanted: str, said: str) -> bool:
    """Names are alike when most of their words are, whatever the legal form."""
    one, other = _words(wanted), _words(said)
    if _letters(wanted) == _letters(said):
        return True
    shared = len(one & other)
    if not shared:
        return False
    return 2 * shared / (len(one) + len(other)) >= 0.65 or one <= other


def _words(name: str) -> set[str]:
    words = set(re.findall(r"[a-z0-9]+", _plain(name)))
    return (words - _FORMS) or words


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _plain(text))


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in split if not unicodedata.combining(c))


def _same_breakdown(wanted: list[Truth], said: object) -> bool:
    """Every row is there, and no other."""
    rows = said if isinstance(said, list) else []
    return sorted(map(_row, wanted)) == sorted(map(_row, rows))


def _row(row: Truth) -> tuple[Decimal, ...]:
    return tuple(abs(_number(row.get(name)) or Decimal(0)) for name in ("rate", "base", "amount"))


_ALIKE: dict[str, Callable[[str, str], bool]] = {
    **dict.fromkeys(_NAMES, _same_name),
    **dict.fromkeys(_VATS, _same_vat),
    **dict.fromkeys(_CODES, _same_code),
    **dict.fromkeys(_DATES, str.__eq__),
    **dict.fromkeys(_AMOUNTS, _same_amount),
    "bic": _same_bank,
}
