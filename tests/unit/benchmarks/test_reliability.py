"""The table of reliability: what counts as right, and into which band a value falls."""

from typing import Any

import pytest

from benchmarks.comparison import judge
from benchmarks.reliability import Tally, tally

TRUTH: dict[str, Any] = {
    "supplier_name": "Drukkerij Zandhaas BV",
    "supplier_vat": "BE0412345649",
    "invoice_number": "2026/0114",
    "invoice_date": "2026-11-03",
    "due_date": None,
    "due_date_source": "none",
    "iban": "BE71096123456769",
    "ibans": ["BE71096123456769", "BE03360531189584"],
    "bic": "GKCCBEBB",
    "payment_reference": None,
    "total_incl": "605.00",
    "vat_breakdown": [{"rate": "21.00", "base": "500.00", "amount": "105.00"}],
    "visible": {"bic": False},
}


@pytest.mark.parametrize(
    ("field", "said", "verdict"),
    [
        ("supplier_name", "DRUKKERIJ ZANDHAAS", True),
        ("supplier_name", "Drukkerij Kiezelsteen BV", False),
        ("supplier_vat", "BE 412.345.649", True),
        ("supplier_vat", "NL412345649", False),
        ("invoice_number", "2026-0114", True),
        ("invoice_number", None, False),
        ("invoice_date", "2026-03-11", False),
        ("iban", "BE03 3605 3118 9584", True),
        ("total_incl", "-605.0", True),
        ("total_incl", "605.10", False),
        ("vat_breakdown", [{"rate": "21", "base": "500.00", "amount": "105.00"}], True),
        ("vat_breakdown", [], False),
        ("bic", "KREDBEBB", None),
        ("payment_reference", "2026/0114", False),
        ("payment_reference", None, None),
        ("due_date", "2026-11-03", None),
        ("due_date", "2026-12-03", False),
    ],
)
def test_a_reading_is_judged_as_a_bookkeeper_would(
    field: str, said: object, verdict: bool | None
) -> None:
    assert judge(field, TRUTH, {field: said}) is verdict


def test_a_truth_from_a_file_beside_the_page_rules_nothing_out() -> None:
    truth = {"payment_reference": None, "due_date": None, "invoice_date": "2026-11-03"}
    assert judge("payment_reference", truth, {"payment_reference": "2026/0114"}) is None
    assert judge("due_date", truth, {"due_date": "2026-12-03"}) is None


def test_values_fall_into_the_band_of_their_confidence() -> None:
    one = Tally()
    for confidence, is_right in ((0.2, False), (0.8, True), (0.9, True), (0.97, False)):
        one.add(confidence, is_right=is_right)
    assert dict(one.said) == {0: 1, 80: 1, 90: 1, 95: 1}
    assert one.sure() == (2, 1)
    assert not one.is_reliable()


def test_a_field_that_is_never_said_to_be_sure_breaks_no_promise() -> None:
    one = Tally()
    one.add(0.5, is_right=False)
    assert one.is_reliable()


def test_only_values_with_evidence_count() -> None:
    record = {
        "invoice_number": "2026/0114",
        "supplier_vat": "BE0412345649",
        "fields": {"invoice_number": {"confidence": 0.96}},
    }
    tallies = tally(iter([(TRUTH, record)]))
    assert tallies["invoice_number"].sure() == (1, 1)
    assert tallies["supplier_vat"].sure() == (0, 0)
