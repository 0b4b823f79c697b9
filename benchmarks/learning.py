"""Measures what learning is worth: papers of known suppliers, read with and without habits.

Each layout belongs to one supplier here. Its first paper is read, corrected to what is printed and
learned from; each later one is read with what was learned so far, and then learned from, too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.papers.collection import (
    chosen_layouts,
    find_dossier,
    invent_dossiers,
    make_face,
)
from benchmarks.papers.layout import Layout
from benchmarks.papers.producers import write_pdf
from benchmarks.papers.sheet import Sheet
from benchmarks.papers.truth import Truth, write_truth
from mailbot.domain.invoice import Invoice
from mailbot.domain.learning import SupplierHabits
from mailbot.recognition.checks import check
from mailbot.recognition.layout import Layout as PageLayout
from mailbot.recognition.learning import observe
from mailbot.recognition.pipeline import read_plainly
from mailbot.recognition.recall import recall
from mailbot.recognition.spots import is_same

_SEED = 1
_PAPERS_EACH = 5
_AMOUNTS = ("total_incl", "total_excl", "vat_total", "amount_due")
_DATES = ("invoice_date", "due_date")
#: a paper is right when all of these that are printed on it are
_KEY = ("supplier_name", "supplier_vat", "invoice_number", "invoice_date", "total_incl", "iban")
_FIELDS = (*_KEY, "due_date", "total_excl", "vat_total", "amount_due", "payment_reference")
_SURE = 0.9


@dataclass(frozen=True, kw_only=True)
class _Printed:
    """A paper: its page, what is read there without habits, and what is printed."""

    layout: PageLayout
    read: Invoice
    truth: dict[str, Any]
    customer_name: str


def rows() -> list[tuple[str, str]]:
    """Return what the table shows, of the layouts that nobody looks into."""
    return measure("test")


def measure(half: str) -> list[tuple[str, str]]:
    """Return the rows of one half of the layouts."""
    counts: Counter[str] = Counter()
    for layout in chosen_layouts(half):
        _follow(_papers_of(layout), counts)
    n = counts["papers"]
    return [
        ("papers of known suppliers, key right without habits", f"{counts['plain']} of {n}"),
        ("papers of known suppliers, key right with habits", f"{counts['recalled']} of {n}"),
        ("fields mended by habits, spoiled by habits", f"{counts['mended']}, {counts['spoiled']}"),
        ("learned values ≥ 90 % sure, right", f"{counts['sure_right']} of {counts['sure']}"),
    ]


def _follow(papers: Iterator[_Printed], counts: Counter[str]) -> None:
    """Read the papers of one supplier one after another, and learn from each."""
    known: SupplierHabits | None = None
    for paper in papers:
        if known is not None:
            _count(paper, recall(paper.layout, paper.read, known), counts)
        final = replace(paper.read, customer_name=paper.customer_name, **paper.truth)
        known = observe(known, final, layout=paper.layout, read=paper.read)


def _count(paper: _Printed, recalled: Invoice, counts: Counter[str]) -> None:
    before, after = _right(paper, paper.read), _right(paper, recalled)
    key = set(_KEY) & set(paper.truth)
    counts["papers"] += 1
    counts["plain"] += key <= before
    counts["recalled"] += key <= after
    counts["mended"] += len(after - before)
    counts["spoiled"] += len(before - after)
    checked, _warnings = check(recalled)
    for name in paper.truth:
        known = checked.evidence.get(name)
        if known and known.learned and known.confidence >= _SURE:
            counts["sure"] += 1
            counts["sure_right"] += name in after


def _right(paper: _Printed, invoice: Invoice) -> set[str]:
    return {name for name, value in paper.truth.items() if is_same(getattr(invoice, name), value)}


def _papers_of(layout: Layout) -> Iterator[_Printed]:
    """Yield purchases with text in one layout, all of one supplier."""
    dossiers = invent_dossiers(_SEED)
    supplier = None
    for number in range(_PAPERS_EACH):
        rng = Random(f"{_SEED} {layout.name} learning {number}")
        face = make_face(rng, layout, find_dossier(rng, dossiers, layout))
        if face.paper.is_sale:
            continue
        supplier = supplier or face.paper.supplier
        face.paper = replace(face.paper, supplier=supplier)
        sheet = Sheet(family=layout.family, size=layout.size, paper=layout.paper)
        layout.draw(sheet, face)
        truth = write_truth(face, sheet.texts(), [], is_receipt=layout.is_receipt)
        content = write_pdf(sheet, "plain", rng)
        seen = read_plainly(content, "paper.pdf", own_vat=face.paper.customer.vat)
        if seen is not None:
            page, read = seen
            name = str(truth["customer_name"] or "")
            yield _Printed(layout=page, read=read, truth=_printed(truth), customer_name=name)


def _printed(truth: Truth) -> dict[str, Any]:
    """Return the fields that can be read on the paper, as values of an invoice."""
    visible = truth.get("visible") or {}
    return {
        name: _value(name, str(truth[name]))
        for name in _FIELDS
        if truth.get(name) and visible.get(name, True)
    }


def _value(name: str, text: str) -> str | date | Decimal:
    if name in _DATES:
        return date.fromisoformat(text)
    return Decimal(text) if name in _AMOUNTS else text
