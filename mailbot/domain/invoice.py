"""What was read from a document: every value with how sure, from where, and what else it might be.

Field names follow EN 16931 where it has one (see `contract.md`, `mailbot recognise`).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class DocumentClass(StrEnum):
    """What a document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    NOT_INVOICE = "not_invoice"
    BUNDLE = "bundle"


class Source(StrEnum):
    """Where a value was read, best first (CF-WL-10)."""

    PERSON = "person"
    UBL = "ubl"
    CII = "cii"
    PDF_TEXT = "pdf_text"
    QR = "qr"
    OCR = "ocr"
    COMPUTED = "computed"
    #: not on the page: remembered of a counterparty that the page shows (its name, its class)
    LEARNED = "learned"


class RecognitionStatus(StrEnum):
    """How complete the reading is (CF-ST-01…08)."""

    OK = "ok"
    OK_NEW = "ok_new"
    OCR = "ocr"
    EMPTY = "empty"
    NOK = "nok"
    DUPLICATE = "not_ok"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How a value came to be known."""

    #: 0.0 to 1.0
    confidence: float
    source: Source
    #: 1-based; None for structured data
    page: int | None = None
    #: x0, y0, x1, y1 in PDF points from the top left of the page
    box: tuple[float, float, float, float] | None = None
    #: other readings, best first
    alternatives: tuple[str, ...] = ()
    #: confirmed documents of the same counterparty that taught it, 0 when it was read without them
    learned: int = 0


@dataclass(frozen=True, kw_only=True)
class VatLine:
    """One row of the VAT breakdown (EN 16931 BG-23)."""

    rate: Decimal
    base: Decimal
    amount: Decimal
    #: UNCL5305: S, Z, E, AE, K, G, O; None if not said
    category: str | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One line of an invoice (EN 16931 BG-25), amounts without VAT."""

    description: str
    amount: Decimal
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Discount:
    """A discount: `financial` for prompt payment (korting contant), or `commercial`."""

    type: str
    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """The values of an invoice or credit note; None: not known; credit notes are positive."""

    document_class: DocumentClass = DocumentClass.INVOICE
    supplier_name: str | None = None
    supplier_vat: str | None = None
    customer_name: str | None = None
    customer_vat: str | None = None
    invoice_number: str | None = None
    invoice_date: date | None = None
    due_date: date | None = None
    #: ISO 4217
    currency: str | None = None
    total_incl: Decimal | None = None
    total_excl: Decimal | None = None
    vat_total: Decimal | None = None
    vat_breakdown: tuple[VatLine, ...] = ()
    amount_due: Decimal | None = None
    iban: str | None = None
    bic: str | None = None
    #: structured communication as 12 digits, or the free reference of the invoice
    payment_reference: str | None = None
    lines: tuple[InvoiceLine, ...] = ()
    is_reverse_charge: bool | None = None
    discount: Discount | None = None
    qr_iban_differs: bool | None = None
    pages: int = 0
    #: field name -> evidence, for every field that is not None
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def confidence(self, name: str) -> float:
        """Return how sure the value of field `name` is, 0.0 when it is not known."""
        known = self.evidence.get(name)
        return known.confidence if known else 0.0

    def corrected(self, **values: Any) -> "Invoice":
        """Return a copy with values that a person gave: certain, source PERSON."""
        sure = {name: Evidence(confidence=1.0, source=Source.PERSON) for name in values}
        return replace(self, **values, evidence={**self.evidence, **sure})


#: without these nothing can be booked (CF-ST-01, -04, -05)
MANDATORY_FIELDS = ("supplier_name", "invoice_number", "invoice_date", "total_incl", "currency")


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """The result of reading one file."""

    invoice: Invoice
    status: RecognitionStatus
    #: ids of sentences in templates/<language>/sentences.toml, table `warnings`
    warnings: tuple[str, ...] = ()
    #: files found inside: (name, media type, content): the PDF in a UBL, the XML in a PDF
    embedded: tuple[tuple[str, str, bytes], ...] = field(default=(), repr=False)
    #: text of the document, for search and classification
    text: str = field(default="", repr=False)
    #: parts of a bundle: (first page, last page, what it is)
    parts: tuple[tuple[int, int, Invoice], ...] = ()
    password_required: bool = False
    unreadable: str = ""
