"""EPC QR codes: read back from the picture, they say what the payment says."""

import io
from decimal import Decimal

import pytest
import zxingcpp
from hypothesis import given, settings
from PIL import Image

from connectors.epc_qr import epc_png, epc_text
from mailbot.domain.errors import Permanent
from mailbot.domain.payment import CommunicationKind, Payment
from mailbot.domain.sepa_text import sepa_text
from mailbot.recognition.codes import read_payment
from tests.kit.payments import CREDITOR_IBAN, OGM, a_credit_transfer, credit_transfers

FREE, NONE = CommunicationKind.FREE, CommunicationKind.NONE


def scanned(text: str) -> zxingcpp.Barcode:
    with Image.open(io.BytesIO(epc_png(text))) as picture:
        (found,) = zxingcpp.read_barcodes(picture)
    return found


@settings(max_examples=40, deadline=None)
@given(credit_transfers())
def test_a_scanned_code_says_field_by_field_what_is_paid(payment: Payment) -> None:
    code = scanned(epc_text(payment))
    lines = [*code.text.split("\n"), "", "", ""][:12]
    kind, told = payment.communication_kind, payment.communication
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[4] == payment.creditor_bic
    assert lines[5] == sepa_text(payment.creditor_name, 70)
    assert lines[6] == payment.creditor_iban
    assert Decimal(lines[7].removeprefix("EUR")) == payment.amount
    assert lines[8] == ""
    assert lines[9] == (told if kind is CommunicationKind.OGM else "")
    assert lines[10] == (sepa_text(told, 140) if kind is FREE else "")
    assert code.ec_level == "M"


def test_our_own_reader_of_invoices_understands_it() -> None:
    read = read_payment(epc_text(a_credit_transfer()).encode())
    assert read is not None
    assert (read.iban, read.reference, read.amount) == (CREDITOR_IBAN, OGM, Decimal("12.50"))


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({}, "EUR12.50\n\n090933755493"),
        ({"communication_kind": FREE, "communication": "Fé 1"}, "EUR12.50\n\n\nFe 1"),
        ({"communication_kind": NONE}, "EUR12.50"),
        ({"amount": Decimal("999999999.9")}, "EUR999999999.90\n\n090933755493"),
    ],
)
def test_what_is_empty_at_the_end_is_left_out(changes: dict[str, object], last: str) -> None:
    assert epc_text(a_credit_transfer(**changes)).endswith(f"{CREDITOR_IBAN}\n{last}")


def test_the_largest_code_fits_a_phone_and_keeps_its_white() -> None:
    largest = a_credit_transfer(
        creditor_name="n" * 90, creditor_bic="INGBNL2AXXX", communication_kind=FREE,
        communication="t" * 200, amount=Decimal("999999999.99"),
    )  # fmt: skip
    with Image.open(io.BytesIO(epc_png(epc_text(largest)))) as picture:
        width, height = picture.size
        white = picture.convert("L").crop((0, 0, width, 8))
    assert width == height <= 320
    assert white.getextrema() == (255, 255)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal(0)},
        {"amount": Decimal("0.001")},
        {"amount": Decimal(10**9)},
        {"creditor_iban": ""},
        {"creditor_iban": "NL69INGB0123456788"},
        {"creditor_name": "//"},
    ],
)
def test_what_no_code_can_carry_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Permanent):
        epc_text(a_credit_transfer(**changes))


def test_a_code_is_never_larger_than_the_standard_says() -> None:
    with pytest.raises(Permanent, match="331"):
        epc_png("x" * 332)
