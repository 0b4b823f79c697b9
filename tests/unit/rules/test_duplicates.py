"""The same invoice again is noticed, whatever it arrives as; another invoice is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.document import Document
from mailbot.domain.invoice import Invoice
from mailbot.rules.duplicates import EarlierDocument, find_duplicates
from tests.kit.letters import a_document

INVOICE = Invoice(
    supplier_name="Drukkerij Voorbeeld BV",
    supplier_vat="BE0456123791",
    invoice_number="2026-114",
    invoice_date=date(2026, 11, 13),
    total_incl=Decimal("605.00"),
)


def a_new(**changes: object) -> Document:
    document = a_document(invoice=replace(INVOICE, **changes))  # type: ignore[arg-type]
    return replace(document, files=(replace(document.original, sha256="a" * 64),))


def earlier(**changes: object) -> EarlierDocument:
    known = EarlierDocument(
        id="old",
        sha256="b" * 64,
        message_id="<1@client.example>",
        supplier_vat="BE0456123791",
        supplier_name="Drukkerij Voorbeeld BV",
        invoice_number="2026-114",
        invoice_date=date(2026, 11, 13),
        total_incl=Decimal("605.00"),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def warning(new: Document, old: EarlierDocument, message_id: str = "") -> str | None:
    found = find_duplicates(new, [old], message_id=message_id)
    return found[0][1] if found else None


@pytest.mark.parametrize(
    "old",
    [
        earlier(),
        earlier(invoice_number="2026/114"),
        earlier(invoice_number=" 2026 114"),
        earlier(invoice_number="02026-114"),
        earlier(supplier_vat="", supplier_name="DRUKKERIJ VOORBEELD B.V."),
        earlier(total_incl=Decimal("605.01")),
        earlier(invoice_date=date(2026, 11, 14)),
        earlier(invoice_date=None, total_incl=None),
        earlier(invoice_number=""),
    ],
    ids=lambda old: f"{old.invoice_number}|{old.supplier_name}|{old.total_incl}",
)
def test_the_same_invoice(old: EarlierDocument) -> None:
    assert warning(a_new(), old) == "duplicate_invoice"


@pytest.mark.parametrize(
    "old",
    [
        earlier(invoice_number="2026-115"),
        earlier(supplier_vat="BE0712345630"),
        earlier(supplier_vat="", supplier_name="Drukkerij Ander BV"),
        earlier(invoice_date=date(2024, 1, 2), total_incl=Decimal("70.00")),
        earlier(invoice_number="", total_incl=Decimal("606.00")),
        earlier(invoice_number="", invoice_date=date(2026, 10, 13)),
        earlier(supplier_vat="", supplier_name=""),
    ],
    ids=lambda old: f"{old.invoice_number}|{old.supplier_name}|{old.total_incl}",
)
def test_another_invoice(old: EarlierDocument) -> None:
    assert warning(a_new(), old) is None


def test_nothing_known_is_like_nothing() -> None:
    blank = earlier(supplier_vat="", supplier_name="", invoice_number="", total_incl=None)
    unread = replace(a_new(), invoice=None)
    assert warning(unread, blank) is None


def test_the_same_file_whatever_was_read_of_it() -> None:
    unread = replace(a_new(), invoice=None)
    assert warning(unread, earlier(sha256="a" * 64, invoice_number="1")) == "duplicate_file"


def test_the_same_mail_with_the_same_number() -> None:
    other = earlier(supplier_vat="BE0712345630")
    assert warning(a_new(), other, "<1@client.example>") == "duplicate_message"
    assert warning(a_new(), other, "<2@client.example>") is None
    sibling = earlier(supplier_vat="BE0712345630", invoice_number="2026-115")
    assert warning(a_new(), sibling, "<1@client.example>") is None


def test_the_strongest_likeness_comes_first() -> None:
    old = [earlier(id="invoice"), earlier(id="file", sha256="a" * 64)]
    assert find_duplicates(a_new(), old) == [
        ("file", "duplicate_file"),
        ("invoice", "duplicate_invoice"),
    ]


def test_facts_of_a_document() -> None:
    known = EarlierDocument.of(a_new(), message_id="<1@client.example>")
    assert known.sha256 == "a" * 64
    assert replace(known, id="old", sha256="b" * 64) == earlier()
    assert EarlierDocument.of(replace(a_new(), invoice=None)).invoice_number == ""
