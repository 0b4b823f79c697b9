"""What the page shows is compared with the XML; only what it surely says otherwise counts."""

from decimal import Decimal

import pytest

from mailbot.domain.invoice import Evidence, Invoice, Source
from mailbot.recognition.cross_check import (
    differences,
    find_amounts,
    find_ibans,
    shows_number,
)
from tests.kit.structured_builders import IBAN

INVOICE = Invoice(
    invoice_number="2026-114",
    supplier_vat="BE0456123791",
    customer_vat="BE0400000185",
    iban=IBAN,
    total_incl=Decimal("1263.00"),
    amount_due=Decimal("1263.00"),
    evidence={
        "iban": Evidence(confidence=1.0, source=Source.UBL, alternatives=("NL91ABNA0417164300",))
    },
)
AMOUNTS = "Factuur 2026/114 Maatstaf 1.050,00 BTW 213,00 Totaal 1.263,00"


@pytest.mark.parametrize(
    ("page", "warnings"),
    [
        (f"{AMOUNTS} IBAN BE68 5390 0754 7034 BIC GKCCBEBB", ()),
        (f"{AMOUNTS} IBAN NL91 ABNA 0417 1643 00", ()),
        (f"{AMOUNTS} IBAN BE71 0961 2345 6769", ("xml_differs_iban",)),
        (f"{AMOUNTS} no account at all, VAT BE0456123791", ()),
        (f"{AMOUNTS} BTW BE 0712.345.630", ("xml_differs_vat",)),
        (f"{AMOUNTS} BTW BE 0400.000.185", ()),
        (f"{AMOUNTS} RPR 0456.123.791, klant BE0712345630", ()),
        ("2026-114 Base 1 050,00 TVA 213,00 Total 1 263,00", ()),
        ("n° 2026 / 114 Base 1 050,00 TVA 213,00 Total 1 263,00", ()),
        ("Factuur 2026-99 Base 1 050,00 TVA 213,00 Total 1 263,00", ("xml_differs_number",)),
        ("2026-114 1,050.00 213.00 1,263.00", ()),
        ("2026-114 1.050,00 213,00 1.623,00", ("xml_differs_total",)),
        ("only 213,00 on a picture", ()),
        ("", ()),
    ],
)
def test_differences(page: str, warnings: tuple[str, ...]) -> None:
    assert differences(INVOICE, page) == warnings


def test_nothing_known_differs_from_nothing() -> None:
    assert differences(Invoice(), f"{AMOUNTS} IBAN BE71 0961 2345 6769") == ()


def test_ibans_end_where_their_country_says() -> None:
    text = f"IBAN: {IBAN} BIC GKCCBEBB, DE89 3704 0044 0532 0130 00 Commerzbank"
    assert find_ibans(text) == {IBAN, "DE89370400440532013000"}


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("1'263.00", {"1263.00"}),
        ("1\u202f263,00", {"1263.00", "263.00"}),
        ("2 605,00", {"2605.00", "605.00"}),
        ("1263,00 EUR", {"1263.00"}),
        ("12.345.678,90", {"12345678.90"}),
        ("3.14159 13.11.2026 10.5", set()),
    ],
)
def test_amounts_with_two_decimals_are_found(text: str, amounts: set[str]) -> None:
    assert find_amounts(text) == {Decimal(amount) for amount in amounts}


@pytest.mark.parametrize(
    ("number", "page", "shown"),
    [
        ("2026-114", "Factuur nr. 2026 / 114", True),
        ("2026-114", "Factuur nr. 2026-115", False),
        ("17", "17", False),
    ],
)
def test_the_number_on_the_page(number: str, page: str, shown: bool) -> None:
    assert shows_number(Invoice(invoice_number=number), page) is shown
