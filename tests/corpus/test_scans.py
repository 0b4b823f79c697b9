"""Scans and receipts of the shared corpora: how many values are read right, whatever the layout.

The figures are floors under what was reached, so that a change that reads worse is seen.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mailbot.domain.invoice import Invoice
from mailbot.recognition.pipeline import recognise

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.ocr,
    pytest.mark.skipif(not CORPORA.exists(), reason="the shared corpora are not here"),
]

#: of all values that the papers show, for each kind of paper
FLOORS = {
    "scan": {
        "invoice_date": 1.0, "total_incl": 1.0, "iban": 1.0, "supplier_vat": 1.0,
        "invoice_number": 0.85,
    },
    "receipt-scan": {"invoice_date": 0.85, "total_incl": 0.75},
}  # fmt: skip
#: every third receipt is enough to see a change
_STEP = {"scan": 1, "receipt-scan": 3}


def _papers(kind: str) -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for corpus in ("benl", "documents"):
        lines = (CORPORA / corpus / "manifest.jsonl").read_text("utf-8").splitlines()
        for entry in map(json.loads, lines):
            if entry["kind"] == kind:
                truth = json.loads((CORPORA / corpus / entry["truth"]).read_text("utf-8"))
                found.append((CORPORA / corpus / entry["path"], truth))
    return found[:: _STEP[kind]]


def _is_right(name: str, truth: dict[str, Any], invoice: Invoice) -> bool:
    value = getattr(invoice, name)
    if isinstance(value, Decimal):
        return abs(value) == abs(Decimal(truth[name]))
    accepted = [truth[name], *(truth.get(f"{name}s") or [])]
    if name.endswith("_vat"):
        # Some truths have no country, and old Belgian numbers have nine digits.
        return any(_digits(value) == _digits(other) for other in accepted)
    return _plain(value) in map(_plain, accepted)


def _digits(value: object) -> str:
    return "".join(c for c in str(value) if c.isdigit()).lstrip("0")


def _plain(value: object) -> str:
    return "".join(c for c in str(value).lower() if c.isalnum())


@pytest.mark.parametrize("kind", sorted(FLOORS))
def test_scans_are_read_as_well_as_before(kind: str) -> None:
    right: dict[str, list[bool]] = {name: [] for name in FLOORS[kind]}
    for path, truth in _papers(kind):
        invoice = recognise(path.read_bytes(), path.name).invoice
        for name, marks in right.items():
            if truth.get(name) and (truth.get("visible") or {}).get(name, True):
                marks.append(_is_right(name, truth, invoice))
    reached = {name: sum(marks) / len(marks) for name, marks in right.items()}
    low = {name: share for name, share in reached.items() if share < FLOORS[kind][name]}
    assert not low, low
