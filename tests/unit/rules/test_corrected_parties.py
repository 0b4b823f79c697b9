"""Who a corrected supplier or customer is: a VAT number that can be right, or a name."""

import pytest

from mailbot.domain.errors import Refused
from mailbot.domain.invoice import Invoice
from mailbot.rules import corrections


@pytest.mark.parametrize("field", ["supplier", "customer"])
@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ("0403.170.701", "vat", "BE0403170701"),
        ("BE 0403.170.701", "vat", "BE0403170701"),
        ("Garage 24", "name", "Garage 24"),
        ("Bakkerij 2000 bv", "name", "Bakkerij 2000 bv"),
        ("3M", "name", "3M"),
    ],
)
def test_a_party_is_a_vat_number_or_a_name(field, value, name, expected):
    reader = {"supplier": corrections._supplier, "customer": corrections._customer}[field]
    assert reader(field, value, Invoice()) == {f"{field}_{name}": expected}


@pytest.mark.parametrize("field", ["supplier", "customer"])
@pytest.mark.parametrize(
    "value", ["BE 0403.170.702", "0403.170.702", "NL123456789B01", "FR12345678901", "DE123456789"]
)
def test_a_vat_number_with_wrong_check_digits_is_no_name(field, value):
    reader = {"supplier": corrections._supplier, "customer": corrections._customer}[field]
    with pytest.raises(Refused) as raised:
        reader(field, value, Invoice())
    assert raised.value.reason == "bad_value"
