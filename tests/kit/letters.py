"""Builds readers, offices and documents for tests of what mailbot writes; all names invented."""

import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from struct import pack

from mailbot.compose.facts import DocumentView, Earlier
from mailbot.compose.render import Letterhead
from mailbot.domain.booking import BookingLine, BookingProposal
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.invoice import (
    DocumentClass,
    Evidence,
    Invoice,
    RecognitionStatus,
    Source,
    VatLine,
)
from mailbot.domain.letter import Links, Reader
from mailbot.domain.mail import Language
from mailbot.domain.people import Dossier, JournalKind, Office

TODAY = date(2026, 11, 20)
PAGE = "https://mail.kantoor.example/d/token"
FIRST_NAMES: dict[Language, str] = {"nl": "An", "fr": "Amélie", "en": "Alice", "de": "Jürgen"}

OFFICE = Office(code="voorbeeld", name="Kantoor Voorbeeld", address="facturen@kantoor.example")
DOSSIER = Dossier(
    code="bakkerij",
    office="voorbeeld",
    name="Bakkerij De Korenaar",
    enterprise_number="0400000185",
    vat_number="BE0400000185",
    dossier_manager="sofie@kantoor.example",
)
LINKS = Links(
    document=PAGE,
    approve=f"{PAGE}/approve",
    reject=f"{PAGE}/reject",
    correct=f"{PAGE}/correct",
    reply_address="r.token@mail.kantoor.example",
)
INVOICE = Invoice(
    document_class=DocumentClass.INVOICE,
    supplier_name="Drukkerij Voorbeeld BV",
    supplier_vat="BE0456123791",
    customer_name="Bakkerij De Korenaar",
    customer_vat="BE0400000185",
    invoice_number="2026-114",
    invoice_date=date(2026, 11, 13),
    due_date=date(2026, 12, 13),
    currency="EUR",
    total_incl=Decimal("605.00"),
    total_excl=Decimal("500.00"),
    vat_total=Decimal("105.00"),
    vat_breakdown=(
        VatLine(rate=Decimal(21), base=Decimal("500.00"), amount=Decimal("105.00"), category="S"),
    ),
    amount_due=Decimal("605.00"),
    iban="BE17123456781212",
    payment_reference="123456789002",
    pages=1,
)
BOOKING = BookingProposal(
    key="bakkerij-2026-114",
    kind=JournalKind.PURCHASE,
    journal="A1",
    is_credit_note=False,
    counterparty_name="Drukkerij Voorbeeld BV",
    counterparty_vat="BE0456123791",
    invoice_number="2026-114",
    issue_date=date(2026, 11, 13),
    due_date=date(2026, 12, 13),
    period="2026-11",
    currency="EUR",
    total_incl=Decimal("605.00"),
    lines=(
        BookingLine(
            ledger_account="613400",
            amount=Decimal("500.00"),
            vat_rate=Decimal(21),
            vat_amount=Decimal("105.00"),
            vat_code="S21",
            text="folders najaar",
        ),
    ),
    iban="BE17123456781212",
    payment_reference="123456789002",
)


def certain(invoice: Invoice, source: Source = Source.UBL, confidence: float = 1.0) -> Invoice:
    """Return `invoice` with the same evidence for every field that is known."""
    names = (n for n in invoice.__dataclass_fields__ if n not in {"evidence", "lines", "pages"})
    known = [n for n in names if getattr(invoice, n) not in {None, ()}]
    evidence = {n: Evidence(confidence=confidence, source=source) for n in known}
    return replace(invoice, evidence=evidence)


def a_document(**changes: object) -> Document:
    """Return a purchase invoice that waits for approval, with `changes`."""
    file = StoredFile(
        role="original",
        name="factuur 2026-114.pdf",
        media_type="application/pdf",
        sha256="0" * 64,
        size=12_000,
    )
    document = Document(
        id="0198c0ffee",
        dossier="bakkerij",
        kind=JournalKind.PURCHASE,
        status=Status.TO_APPROVE,
        received_at=datetime(2026, 11, 14, 9, 30, tzinfo=UTC),
        mail_id="0198beef",
        delivered_by="karim@korenaar.example",
        files=(file,),
        title="folders najaar",
        invoice=certain(INVOICE),
        recognition_status=RecognitionStatus.OK,
        booking=BOOKING,
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def an_unsure_invoice() -> Invoice:
    """Return an invoice read by OCR: one field missing, one doubtful with another reading."""
    read = certain(replace(INVOICE, invoice_number=None), Source.OCR, 0.95)
    doubtful = Evidence(confidence=0.61, source=Source.OCR, alternatives=("665.00", "606.00"))
    half = Evidence(confidence=0.84, source=Source.OCR, alternatives=("2026-12-18",))
    return replace(read, evidence={**read.evidence, "total_incl": doubtful, "due_date": half})


def a_view(document: Document | None = None, *, with_image: bool = False) -> DocumentView:
    """Return a document as it is shown: a supplier known since 2024, the usual account."""
    return DocumentView(
        document=document or a_document(),
        dossier=DOSSIER,
        page_image=a_png() if with_image else None,
        earlier=Earlier(since=date(2024, 3, 1), same_account=True),
    )


def a_reader(language: Language = "nl", **changes: str) -> Reader:
    """Return somebody who reads `language`."""
    first_name = FIRST_NAMES[language]
    reader = Reader(
        email=f"{language}@korenaar.example",
        first_name=first_name,
        name=f"{first_name} Peeters",
        language=language,
    )
    return replace(reader, **changes)  # type: ignore[arg-type]


def a_letterhead(language: Language = "nl", **changes: object) -> Letterhead:
    """Return a letterhead of the office to a reader of `language`, on a fixed day."""
    head = Letterhead(office=OFFICE, reader=a_reader(language), today=TODAY, links=LINKS)
    return replace(head, **changes)  # type: ignore[arg-type]


def a_png(width: int = 12, height: int = 16) -> bytes:
    """Return a small grey picture."""
    row = b"\x00" + b"\xcc" * width
    chunks = (
        (b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    packed = (pack(">I", len(c)) + n + c + pack(">I", zlib.crc32(n + c)) for n, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)
