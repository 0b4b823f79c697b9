"""The same money asked for again, under another number; and what is another invoice indeed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.document import Document
from mailbot.domain.invoice import DocumentClass
from mailbot.rules.duplicates import EarlierDocument
from mailbot.rules.near_duplicates import credited_by, find_near_duplicates
from tests.unit.rules.test_duplicates import a_new, earlier

OGM, OTHER_OGM = "123456789002", "090933755493"
LATER, MUCH_LATER = date(2026, 11, 17), date(2026, 12, 13)


def warning(new: Document, old: EarlierDocument, message_id: str = "") -> str | None:
    found = find_near_duplicates(new, [old], message_id=message_id)
    return found[0][1] if found else None


@pytest.mark.parametrize(
    ("number", "other"),
    [
        ("2026-114", "2026/0114"),
        ("2026-114", "F2026-114"),
        ("2026-114", "FACT 2026.114"),
        ("INV-2026-114", "2026-114"),
        ("2026-101", "2026-1O1"),
        ("2026-101", "2O26-l0l"),
        ("F-0012", "12"),
    ],
)
def test_a_number_spelled_otherwise(number: str, other: str) -> None:
    new = a_new(invoice_number=number)
    assert warning(new, earlier(invoice_number=other)) == "duplicate_spelling"
    apart = earlier(invoice_number=other, total_incl=Decimal(70), invoice_date=MUCH_LATER)
    assert warning(new, apart) is None


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ({"invoice_number": "2026-115", "invoice_date": LATER}, "duplicate_amount"),
        ({"invoice_number": "2026-115", "invoice_date": MUCH_LATER}, None),
        ({"invoice_number": "2026-115", "total_incl": Decimal("606.00")}, None),
        ({"invoice_number": "2026-115", "supplier_vat": "BE0712345630"}, None),
        (
            {"invoice_number": "2", "invoice_date": MUCH_LATER, "communication": OGM},
            "duplicate_communication",
        ),
        ({"invoice_number": "2", "invoice_date": MUCH_LATER, "communication": OTHER_OGM}, None),
        (
            {"invoice_number": "C-1", "is_credit_note": True, "invoice_date": MUCH_LATER},
            "billed_again",
        ),
        ({"invoice_number": "C-1", "is_credit_note": True, "total_incl": Decimal(7)}, None),
    ],
)
def test_the_same_money_again(old: dict[str, object], said: str | None) -> None:
    assert warning(a_new(payment_reference=OGM), earlier(**old)) == said


def test_a_communication_that_is_a_customers_number_is_asked_about_twice() -> None:
    """A water company writes the same one on every invoice."""
    months = [date(2026, month, 1) for month in (8, 9, 10)]
    old = [
        earlier(id=str(n), invoice_number=f"W{n}", invoice_date=day, communication=OGM)
        for n, day in enumerate(months, 1)
    ]
    new = a_new(payment_reference=OGM, invoice_number="W9")
    assert [w for _id, w in find_near_duplicates(new, old[:1])] == ["duplicate_communication"]
    assert find_near_duplicates(new, old[:2]) == []
    assert find_near_duplicates(new, old) == []
    # a reminder, or the same invoice under another number, lies close to one of them
    soon = replace(old[2], id="s", invoice_number="R1", invoice_date=date(2026, 10, 8))
    assert len(find_near_duplicates(new, [*old, soon])) == 4
    same_number = replace(old[2], invoice_number="W2")
    assert len(find_near_duplicates(new, [*old[:2], same_number])) == 3


def test_invoices_of_one_mail_are_each_meant() -> None:
    sibling = earlier(invoice_number="2026-115")
    assert warning(a_new(), sibling, "<1@client.example>") is None
    assert warning(a_new(), sibling, "<2@client.example>") == "duplicate_amount"


def test_a_credit_note_takes_back_the_newest_invoice_of_its_amount() -> None:
    note = a_new(document_class=DocumentClass.CREDIT_NOTE, invoice_number="C-1")
    old = [earlier(id="1"), earlier(id="2"), earlier(id="3", total_incl=Decimal(1))]
    assert credited_by(note, old) == "2"
    assert credited_by(a_new(), old) == ""
    assert credited_by(note, [replace(old[0], is_credit_note=True)]) == ""
