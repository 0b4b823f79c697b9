"""What contradicts itself is doubted and told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.invoice import (
    MANDATORY_FIELDS,
    DocumentClass,
    Evidence,
    Invoice,
    RecognitionStatus,
    Source,
    VatLine,
)
from mailbot.recognition.checks import check, find_status
from tests.kit.pdf_builder import belgian_iban, belgian_vat

SOUND = Invoice(
    supplier_name="Drukkerij Zandhaas BV",
    supplier_vat=belgian_vat(4123456),
    customer_vat=belgian_vat(4765432),
    invoice_number="2026-0114",
    invoice_date=date(2026, 11, 3),
    due_date=date(2026, 12, 3),
    currency="EUR",
    total_incl=Decimal("1512.50"),
    total_excl=Decimal("1250.00"),
    vat_total=Decimal("262.50"),
    vat_breakdown=(VatLine(rate=Decimal(21), base=Decimal("1250.00"), amount=Decimal("262.50")),),
    iban=belgian_iban(7310001234),
)
SURE = {
    name: Evidence(confidence=0.95, source=Source.PDF_TEXT)
    for name, value in vars(SOUND).items()
    if value and name != "evidence"
}


def test_a_sound_invoice_stays_as_it_is() -> None:
    invoice, warnings = check(replace(SOUND, evidence=SURE))
    assert warnings == ()
    assert invoice.evidence == SURE


@pytest.mark.parametrize(
    ("changes", "warning", "doubted"),
    [
        ({"total_incl": Decimal("1512.05")}, "totals_do_not_add_up", "total_incl"),
        ({"vat_total": Decimal("226.50")}, "vat_does_not_add_up", "vat_breakdown"),
        ({"due_date": date(2026, 11, 2)}, "due_date_does_not_fit", "due_date"),
        ({"due_date": date(2028, 11, 2)}, "due_date_does_not_fit", "due_date"),
        (
            {"invoice_date": date(1990, 1, 1), "due_date": None},
            "invoice_date_is_old",
            "invoice_date",
        ),
        ({"iban": "BE00731000123445"}, "iban_check_digits", "iban"),
        ({"supplier_vat": "BE0412345615"}, "supplier_vat_check_digits", "supplier_vat"),
        ({"customer_vat": belgian_vat(4123456)}, "supplier_is_customer", "customer_vat"),
    ],
)
def test_a_contradiction_is_told_and_its_fields_are_doubted(
    changes: dict[str, object], warning: str, doubted: str
) -> None:
    invoice, warnings = check(replace(SOUND, evidence=SURE, **changes))  # type: ignore[arg-type]
    assert warning in warnings
    assert invoice.confidence(doubted) <= 0.6
    assert invoice.confidence("supplier_name") == 0.95


def test_cents_lost_by_rounding_are_no_contradiction() -> None:
    assert check(replace(SOUND, total_incl=Decimal("1512.51")))[1] == ()


@pytest.mark.feature("CF-ST-01", "CF-ST-04", "CF-ST-05")
def test_the_status_says_how_complete_the_reading_is() -> None:
    assert find_status(SOUND) is RecognitionStatus.OK
    assert find_status(Invoice()) is RecognitionStatus.EMPTY
    assert find_status(Invoice(currency="EUR")) is RecognitionStatus.EMPTY
    for name in MANDATORY_FIELDS:
        assert find_status(replace(SOUND, **{name: None})) is RecognitionStatus.NOK  # type: ignore[arg-type]


def test_what_is_not_an_invoice_is_not_ok() -> None:
    reminder = replace(SOUND, document_class=DocumentClass.NOT_INVOICE)
    assert find_status(reminder) is RecognitionStatus.NOK
