"""A supplier that may be taken for a known one is told; the known one itself is not."""

import pytest

from mailbot.domain.learning import name_key
from mailbot.rules.look_alike_suppliers import KnownName, find_look_alike_supplier

PRINTER = "Drukkerij Voorbeeld BV"
VAT, NEAR_VAT, OTHER_VAT = "BE0456123791", "BE0456213791", "BE0712345630"


@pytest.mark.parametrize(
    ("name", "vat", "is_alike"),
    [
        (PRINTER, VAT, False),
        ("Drukkerij Voorbeeld", VAT, False),
        ("Drukkerij Voorbeeld NV", None, False),
        ("Iets Anders BV", VAT, False),
        (PRINTER, OTHER_VAT, True),
        ("Drukkerij Voorbeeld NV", OTHER_VAT, True),
        ("Drukkerij Voorbeld BV", OTHER_VAT, True),
        ("Drukkerij Voorbeeid BV", OTHER_VAT, True),
        ("Drukkerij Voorbeedl BV", None, True),
        ("Iets Anders BV", NEAR_VAT, True),
        ("Iets Anders BV", OTHER_VAT, False),
        ("Drukkerij Vandaag BV", OTHER_VAT, False),
        (None, None, False),
    ],
)
def test_look_alike(name: str | None, vat: str | None, is_alike: bool) -> None:
    known = [KnownName(shown=PRINTER, folded=name_key(PRINTER), vat_number=VAT)]
    found = find_look_alike_supplier(name, vat, known)
    assert (found is not None) is is_alike


def test_who_is_known_is_no_look_alike_of_another_who_is_known() -> None:
    sister = "Drukkerij Voorbeeld NV"
    known = [
        KnownName(shown=PRINTER, folded=name_key(PRINTER), vat_number=VAT),
        KnownName(shown=sister, folded=name_key(sister), vat_number=OTHER_VAT),
    ]
    assert find_look_alike_supplier(sister, OTHER_VAT, known) is None
