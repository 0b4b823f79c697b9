"""Text PDFs of the shared corpora: how many fields are read right, per kind of layout.

The figures are floors under what was reached, so that a change that reads worse is seen; they are
means over layouts, so that one issuer's many files do not outvote the rest.
"""

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.recognition.pdf_invoice import read_pdf

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPORA.exists(), reason="the shared corpora are not here"),
]

#: share of right values among those that the page shows, mean over layouts
FLOORS = {
    "documents": {
        "total_incl": 0.95,
        "invoice_number": 0.95,
        "invoice_date": 0.98,
        "supplier_vat": 0.95,
        "iban": 0.93,
        "currency": 0.97,
    },
    "benl": {
        "total_incl": 0.98,
        "invoice_number": 0.98,
        "invoice_date": 0.98,
        "supplier_vat": 0.98,
        "customer_vat": 0.98,
        "iban": 0.98,
        "payment_reference": 0.98,
        "due_date": 0.95,
        "currency": 0.98,
    },
}


def entries(corpus: str, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    manifest = CORPORA / corpus / "manifest.jsonl"
    lines = manifest.read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["kind"] in kinds]


def truth_of(corpus: str, entry: dict[str, Any]) -> dict[str, Any]:
    text = (CORPORA / corpus / entry["truth"]).read_text(encoding="utf-8")
    return dict(json.loads(text))


def is_right(name: str, truth: dict[str, Any], invoice: Invoice) -> bool:
    value = getattr(invoice, name)
    if isinstance(value, Decimal):
        return abs(value) == abs(Decimal(truth[name]))
    if isinstance(value, date):
        return value.isoformat() == truth[name]
    accepted = [truth[name], *(truth.get(f"{name}s") or [])]
    if name.endswith("_vat"):
        # Some truths have no country, and old Belgian numbers have nine digits.
        return any(_digits(value) == _digits(other) for other in accepted)
    return _letters(value) in map(_letters, accepted)


def _digits(value: object) -> str:
    return "".join(c for c in str(value) if c.isdigit()).lstrip("0")


def _letters(value: object) -> str:
    return "".join(c for c in str(value).lower() if c.isalnum())


@pytest.mark.parametrize("corpus", sorted(FLOORS))
def test_text_pdfs_are_read_as_well_as_before(corpus: str) -> None:
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    wrong_class = []
    for entry in entries(corpus, ("pdf",)):
        truth = truth_of(corpus, entry)
        invoice = read_pdf((CORPORA / corpus / entry["path"]).read_bytes()).invoice
        if not _is_class_right(truth, invoice):
            wrong_class.append(entry["path"])
        for name in FLOORS[corpus]:
            if truth.get(name) and truth["visible"].get(name):
                right[name][entry["layout"]].append(is_right(name, truth, invoice))
    reached = {
        name: sum(sum(marks) / len(marks) for marks in layouts.values()) / len(layouts)
        for name, layouts in right.items()
    }
    low = {n: round(s, 3) for n, s in reached.items() if s < FLOORS[corpus][n]}
    assert not low, low
    assert wrong_class == []


def _is_class_right(truth: dict[str, Any], invoice: Invoice) -> bool:
    """Whether what is booked is told from credit and from other papers."""
    if truth.get("kind_ambiguous") or truth.get("is_receipt"):
        return True
    expected = DocumentClass(truth.get("document_class") or truth["kind"])
    return invoice.document_class is expected


def test_papers_that_are_no_invoices_are_not_taken_for_one() -> None:
    wrong = [
        entry["path"]
        for entry in entries("benl", ("not-invoice",))
        if read_pdf((CORPORA / "benl" / entry["path"]).read_bytes()).invoice.document_class
        is not DocumentClass.NOT_INVOICE
    ]
    assert wrong == []


def test_a_locked_file_opens_with_its_password_only() -> None:
    for entry in entries("benl", ("pdf-locked",)):
        content = (CORPORA / "benl" / entry["path"]).read_bytes()
        truth = truth_of("benl", entry)
        assert read_pdf(content).password_required
        opened = read_pdf(content, passwords=[truth["password"]])
        assert opened.invoice.invoice_number == truth["invoice_number"]
