"""How long files for the bank and QR codes take: pain.001 of 1 000 payments, and one code."""

import io
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files

import zxingcpp
from lxml import etree
from PIL import Image

from benchmarks.executing import execution_row
from connectors.epc_qr import epc_png, epc_text
from connectors.sepa import FORMATS, write_credit_transfer
from mailbot.domain.payment import CommunicationKind, Payment
from tests.kit.payments import a_credit_transfer, a_file

PAYMENTS = 1_000
CODES = 100
ROUNDS = 5


def rows() -> list[tuple[str, str]]:
    """Return what the table shows."""
    payments = tuple(_payment(number) for number in range(PAYMENTS))
    files_ = (_file_row(form, payments) for form in FORMATS)
    return [*files_, execution_row(PAYMENTS), _code_row(payments[:CODES])]


def _payment(number: int) -> Payment:
    """Return a payment; every second one has free text."""
    amount = Decimal(number + 1) / 100 * 7
    ogm = f"{number:010}{number % 97 or 97:02}"
    if number % 2:
        return a_credit_transfer(number, amount=amount, communication=ogm)
    text = f"Factuur 2026/{number} van vorige maand, levering café"
    return a_credit_transfer(
        number, amount=amount, communication_kind=CommunicationKind.FREE, communication=text
    )


def _file_row(form: str, payments: tuple[Payment, ...]) -> tuple[str, str]:
    file = a_file(*payments, format=form)
    seconds = _timed(lambda: write_credit_transfer(file))
    root = etree.fromstring(write_credit_transfer(file))
    content = (files("sepaxml") / "schemas" / f"{form}.xsd").read_bytes()
    is_valid = etree.XMLSchema(etree.fromstring(content)).validate(root)
    total = sum(Decimal(found.text or "") for found in root.iter("{*}InstdAmt"))
    is_sum = Decimal(next(root.iter("{*}CtrlSum")).text or "") == total
    says = f"{'valid' if is_valid else 'NOT VALID'}, sum {'right' if is_sum else 'WRONG'}"
    return (
        f"{form} of {len(payments)} payments, made and checked against its schema (bar: 2 s)",
        f"median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s; {says}",
    )


def _code_row(payments: tuple[Payment, ...]) -> tuple[str, str]:
    texts = [epc_text(payment) for payment in payments]
    seconds = _timed(lambda: [epc_png(text) for text in texts])
    read = [_scanned(epc_png(text)) for text in texts]
    same = sum(one == text for one, text in zip(read, texts, strict=True))
    each = statistics.median(seconds) / len(texts) * 1000
    return ("an EPC QR code as PNG", f"{each:.1f} ms; {same} of {len(texts)} read back equal")


def _scanned(picture: bytes) -> str:
    with Image.open(io.BytesIO(picture)) as image:
        found = zxingcpp.read_barcodes(image)
    return found[0].text if found else ""


def _timed(work: Callable[[], object]) -> list[float]:
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return seconds
