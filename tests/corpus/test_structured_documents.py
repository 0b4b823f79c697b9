"""Real e-invoices of many senders are read right: at least 99 % of what is known, per field."""

import collections
import json
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.invoice import Invoice
from mailbot.recognition.pipeline import recognise

DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "documents"
KINDS = {"ubl", "cii", "facturx-pdf", "ubl-pdf"}
TEXTS = (
    "supplier_name",
    "supplier_vat",
    "customer_name",
    "customer_vat",
    "invoice_number",
    "currency",
    "iban",
    "bic",
    "payment_reference",
)
DATES = ("invoice_date", "due_date")
AMOUNTS = ("total_incl", "total_excl", "vat_total")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the shared corpora are not here"),
]


def _plain(text: object) -> str:
    return "".join(filter(str.isalnum, str(text))).lower()


def _is_right(name: str, truth: dict[str, object], invoice: Invoice) -> bool:
    wanted, value = truth[name], getattr(invoice, name)
    if wanted is None or value is None:
        return wanted is value
    if name in AMOUNTS:
        return bool(abs(Decimal(str(wanted))) == abs(value))
    if name in DATES:
        return bool(wanted == value.isoformat())
    others = truth.get(f"{name}s") or []
    assert isinstance(others, list)
    return any(_plain(w) in (_plain(value), _plain(value)[2:]) for w in (wanted, *others))


def test_at_least_99_percent_of_every_field_is_right() -> None:
    right: collections.Counter[str] = collections.Counter()
    seen: collections.Counter[str] = collections.Counter()
    for line in (DOCUMENTS / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["kind"] not in KINDS:
            continue
        truth = json.loads((DOCUMENTS / entry["truth"]).read_text())
        invoice = recognise((DOCUMENTS / entry["path"]).read_bytes(), entry["path"]).invoice
        for name in (*TEXTS, *DATES, *AMOUNTS):
            seen[name] += 1
            right[name] += _is_right(name, truth, invoice)
        seen["n_lines"] += 1
        right["n_lines"] += len(invoice.lines) == truth["n_lines"]
    assert {
        name: right[name] / seen[name] for name in seen if right[name] < 0.99 * seen[name]
    } == {}
