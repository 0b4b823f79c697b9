"""Writes UBL 2.1 for a document that came as paper or PDF, with the PDF inside.

Sources: EN 16931-1 (BT-…, BG-…, rules BR-…), Peppol BIS Billing 3.0, OASIS UBL 2.1. A UBL invoice
that a supplier sent is never rewritten: it is passed on unchanged.
"""

import base64
import re
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from connectors.ubl_lines import STANDARD, UblLine, UblTax, build_lines, build_taxes
from mailbot.domain.booking import BookingProposal, Problem
from mailbot.domain.identifiers import read_enterprise_number
from mailbot.domain.invoice import DocumentClass, Invoice
from mailbot.domain.money import ZERO, cents, total

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

#: for whoever opens the file elsewhere: what it is not
NOT_ORIGINAL = (
    "Made by mailbot from a document received as PDF; this is not the supplier's original "
    "e-invoice. The attached document is what the supplier sent."
)

#: what the totals may differ from the sum of the parts; written as rounding (BT-114)
_MOST_ROUNDING = Decimal("1.00")

_PRICE = Decimal("0.000001")

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_NAMESPACES = {
    "cac": f"{_UBL}:CommonAggregateComponents-2",
    "cbc": f"{_UBL}:CommonBasicComponents-2",
}

#: VATEX codes and words that EN 16931 demands where no VAT is charged (BR-AE-10, BR-E-10, …)
_EXEMPTIONS = {
    "AE": ("VATEX-EU-AE", "Reverse charge"),
    "K": ("VATEX-EU-IC", "Intra-Community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    "E": ("", "Exempt from VAT"),
}

#: Peppol EAS code list: the scheme of a VAT number as endpoint, by its prefix
_VAT_SCHEMES = {
    "AT": "9914", "BE": "9925", "BG": "9926", "CH": "9927", "CY": "9928", "CZ": "9929",
    "DE": "9930", "EE": "9931", "EL": "9933", "ES": "9920", "FR": "9957", "GB": "9932",
    "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937", "LU": "9938",
    "LV": "9939", "MT": "9943", "NL": "9944", "PL": "9945", "PT": "9946", "RO": "9947",
    "SE": "9955", "SI": "9949", "SK": "9950",
}  # fmt: skip

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of an element


@dataclass(frozen=True, kw_only=True)
class UblParty:
    """Seller or buyer."""

    name: str
    #: with its country prefix
    vat_number: str = ""
    #: Belgium: 10 digits
    enterprise_number: str = ""
    #: ISO 3166-1 alpha-2; "" is the country of the VAT number, else Belgium
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """Everything that is written, computed beforehand."""

    invoice: Invoice
    supplier: UblParty
    customer: UblParty
    lines: tuple[UblLine, ...]
    taxes: tuple[UblTax, ...]
    is_credit_note: bool
    buyer_reference: str
    pdf: tuple[str, bytes] | None

    @property
    def total_excl(self) -> Decimal:
        return total(line.amount for line in self.lines)

    @property
    def vat_total(self) -> Decimal:
        return total(tax.amount for tax in self.taxes)

    @property
    def rounding(self) -> Decimal:
        """What the supplier's total has more than its parts."""
        stated = self.invoice.total_incl
        return ZERO if stated is None else cents(stated - self.total_excl - self.vat_total)


def write_ubl(
    invoice: Invoice,
    *,
    supplier: UblParty,
    customer: UblParty,
    booking: BookingProposal | None = None,
    pdf: bytes | None = None,
    pdf_name: str = "invoice.pdf",
) -> bytes:
    """Return a UBL 2.1 Invoice or CreditNote (Peppol BIS 3) as UTF-8 XML.

    `booking` gives lines with ledger accounts (AccountingCost). Amounts are positive, a credit
    note is a CreditNote. Raises ValueError for a document that has `find_problems`.
    """
    problems = find_problems(invoice, booking)
    if problems:
        raise ValueError(", ".join(f"{problem.field}: {problem.reason}" for problem in problems))
    lines = build_lines(invoice, booking)
    draft = _Draft(
        invoice=invoice,
        supplier=supplier,
        customer=customer,
        lines=lines,
        taxes=build_taxes(lines, invoice, booking),
        is_credit_note=invoice.document_class is DocumentClass.CREDIT_NOTE,
        buyer_reference=booking.key if booking else (invoice.invoice_number or "-"),
        pdf=(pdf_name, pdf) if pdf is not None else None,
    )
    return etree.tostring(_document(draft), xml_declaration=True, encoding="UTF-8")


def find_problems(invoice: Invoice, booking: BookingProposal | None = None) -> list[Problem]:
    """Return what must be mended before the document can be written."""
    needed = ("invoice_number", "invoice_date", "currency")
    problems = [
        Problem(field=name, reason="missing_field")
        for name in needed
        if not getattr(invoice, name)
    ]
    lines = build_lines(invoice, booking)
    if not lines:
        return [*problems, Problem(field="vat_breakdown", reason="missing_field")]
    vat = total(tax.amount for tax in build_taxes(lines, invoice, booking))
    parts = total(line.amount for line in lines) + vat
    stated = invoice.total_incl
    if stated is not None and abs(stated - parts) > _MOST_ROUNDING:
        problems.append(Problem(field="total_incl", reason="does_not_balance", value=str(stated)))
    return problems


def _document(draft: _Draft) -> Element:
    """Return the whole document; the order of elements is that of the schema."""
    invoice = draft.invoice
    name = "CreditNote" if draft.is_credit_note else "Invoice"
    namespace = f"{_UBL}:{name}-2"
    nsmap = dict[str | None, str](_NAMESPACES) | {None: namespace}
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=nsmap)
    _add(root, "cbc:CustomizationID", CUSTOMIZATION)
    _add(root, "cbc:ProfileID", PROFILE)
    _add(root, "cbc:ID", invoice.invoice_number or "")
    _add(root, "cbc:IssueDate", str(invoice.invoice_date))
    if invoice.due_date and not draft.is_credit_note:
        _add(root, "cbc:DueDate", str(invoice.due_date))
    _add(root, f"cbc:{name}TypeCode", "381" if draft.is_credit_note else "380")
    _add(root, "cbc:Note", NOT_ORIGINAL)
    _add(root, "cbc:DocumentCurrencyCode", invoice.currency or "")
    _add(root, "cbc:BuyerReference", draft.buyer_reference)
    _add_pdf(root, draft.pdf)
    _add_party(_add(root, "cac:AccountingSupplierParty"), draft.supplier)
    _add_party(_add(root, "cac:AccountingCustomerParty"), draft.customer)
    _add_delivery(root, draft)
    _add_payment(root, draft)
    _add_taxes(root, draft)
    _add_totals(root, draft)
    for number, line in enumerate(draft.lines, start=1):
        _add_line(root, draft, number, line)
    return root


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Append the element `prefix:name` to `parent` and return it."""
    prefix, _, local = name.partition(":")
    node = etree.SubElement(parent, f"{{{_NAMESPACES[prefix]}}}{local}", attributes)
    # XML 1.0 has no control characters, and a PDF's text may have some.
    node.text = (
        re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", text)
        if text
        else None
    )
    return node


def _add_amount(parent: Element, name: str, amount: Decimal, draft: _Draft) -> None:
    _add(parent, name, f"{amount:f}", currencyID=draft.invoice.currency or "")


def _add_pdf(root: Element, pdf: tuple[str, bytes] | None) -> None:
    """Append what the supplier sent (BG-24)."""
    if pdf is None:
        return
    name, content = pdf
    reference = _add(root, "cac:AdditionalDocumentReference")
    _add(reference, "cbc:ID", name)
    _add(
        _add(reference, "cac:Attachment"),
        "cbc:EmbeddedDocumentBinaryObject",
        base64.b64encode(content).decode(),
        mimeCode="application/pdf",
        filename=name,
    )


def _add_party(parent: Element, party: UblParty) -> None:
    """Append BG-4 or BG-7; addresses are not known beyond the country."""
    node = _add(parent, "cac:Party")
    number = read_enterprise_number(party.enterprise_number or party.vat_number.removeprefix("BE"))
    is_belgian = number is not None and _country(party) == "BE"
    scheme = _VAT_SCHEMES.get(party.vat_number[:2])
    if is_belgian:
        _add(node, "cbc:EndpointID", number, schemeID="0208")
    elif scheme:
        _add(node, "cbc:EndpointID", party.vat_number, schemeID=scheme)
    name = party.name.strip() or "-"  # an empty element is an error (PEPPOL-EN16931-R008)
    _add(_add(node, "cac:PartyName"), "cbc:Name", name)
    country = _add(_add(node, "cac:PostalAddress"), "cac:Country")
    _add(country, "cbc:IdentificationCode", _country(party))
    if party.vat_number:
        tax = _add(node, "cac:PartyTaxScheme")
        _add(tax, "cbc:CompanyID", party.vat_number)
        _add(_add(tax, "cac:TaxScheme"), "cbc:ID", "VAT")
    legal = _add(node, "cac:PartyLegalEntity")
    _add(legal, "cbc:RegistrationName", name)
    if is_belgian:
        _add(legal, "cbc:CompanyID", number, schemeID="0208")


def _country(party: UblParty) -> str:
    prefix = party.vat_number[:2] if party.vat_number[:2].isalpha() else ""
    return party.country or {"EL": "GR"}.get(prefix, prefix) or "BE"


def _add_delivery(root: Element, draft: _Draft) -> None:
    """Append date and country of delivery, which BR-IC-11 and -12 demand inside the EU."""
    if not any(tax.category == "K" for tax in draft.taxes):
        return
    delivery = _add(root, "cac:Delivery")
    _add(delivery, "cbc:ActualDeliveryDate", str(draft.invoice.invoice_date))
    address = _add(_add(delivery, "cac:DeliveryLocation"), "cac:Address")
    _add(_add(address, "cac:Country"), "cbc:IdentificationCode", _country(draft.customer))


def _add_payment(root: Element, draft: _Draft) -> None:
    """Append how to pay: 30 is a credit transfer, 1 is not said (UNCL4461)."""
    invoice = draft.invoice
    means = _add(root, "cac:PaymentMeans")
    _add(means, "cbc:PaymentMeansCode", "30" if invoice.iban else "1")
    if invoice.due_date and draft.is_credit_note:
        _add(means, "cbc:PaymentDueDate", str(invoice.due_date))
    if invoice.payment_reference:
        _add(means, "cbc:PaymentID", invoice.payment_reference)
    if invoice.iban:
        account = _add(means, "cac:PayeeFinancialAccount")
        _add(account, "cbc:ID", invoice.iban)
        if invoice.bic:
            _add(_add(account, "cac:FinancialInstitutionBranch"), "cbc:ID", invoice.bic)
    if not invoice.due_date:  # BR-CO-25: a due date or terms
        _add(_add(root, "cac:PaymentTerms"), "cbc:Note", "See the attached document.")


def _add_taxes(root: Element, draft: _Draft) -> None:
    node = _add(root, "cac:TaxTotal")
    _add_amount(node, "cbc:TaxAmount", draft.vat_total, draft)
    for tax in draft.taxes:
        row = _add(node, "cac:TaxSubtotal")
        _add_amount(row, "cbc:TaxableAmount", tax.base, draft)
        _add_amount(row, "cbc:TaxAmount", tax.amount, draft)
        _add_category(_add(row, "cac:TaxCategory"), tax.category, tax.rate, with_reason=True)


def _add_category(node: Element, category: str, rate: Decimal, *, with_reason: bool) -> None:
    _add(node, "cbc:ID", category)
    _add(node, "cbc:Percent", f"{rate if category == STANDARD else ZERO:f}")
    code, reason = _EXEMPTIONS.get(category, ("", ""))
    if with_reason and code:
        _add(node, "cbc:TaxExemptionReasonCode", code)
    if with_reason and reason:
        _add(node, "cbc:TaxExemptionReason", reason)
    _add(_add(node, "cac:TaxScheme"), "cbc:ID", "VAT")


def _add_totals(root: Element, draft: _Draft) -> None:
    """Append BG-22: payable = total with VAT - already paid + rounding (BR-CO-16)."""
    total_incl = draft.total_excl + draft.vat_total
    rounded = total_incl + draft.rounding
    due = draft.invoice.amount_due
    payable = cents(due) if due is not None and ZERO <= due <= rounded else rounded
    node = _add(root, "cac:LegalMonetaryTotal")
    _add_amount(node, "cbc:LineExtensionAmount", draft.total_excl, draft)
    _add_amount(node, "cbc:TaxExclusiveAmount", draft.total_excl, draft)
    _add_amount(node, "cbc:TaxInclusiveAmount", total_incl, draft)
    if payable != rounded:
        _add_amount(node, "cbc:PrepaidAmount", rounded - payable, draft)
    if draft.rounding:
        _add_amount(node, "cbc:PayableRoundingAmount", draft.rounding, draft)
    _add_amount(node, "cbc:PayableAmount", payable, draft)


def _add_line(root: Element, draft: _Draft, number: int, line: UblLine) -> None:
    """Append BG-25; a price is never negative (BR-27): the quantity carries the sign."""
    kind = "CreditNote" if draft.is_credit_note else "Invoice"
    quantity = -line.quantity if line.amount < 0 < line.quantity else line.quantity
    node = _add(root, f"cac:{kind}Line")
    _add(node, "cbc:ID", str(number))
    quantity_name = "CreditedQuantity" if draft.is_credit_note else "InvoicedQuantity"
    _add(node, f"cbc:{quantity_name}", f"{quantity:f}", unitCode="C62")
    _add_amount(node, "cbc:LineExtensionAmount", line.amount, draft)
    if line.ledger_account:
        _add(node, "cbc:AccountingCost", line.ledger_account)
    item = _add(node, "cac:Item")
    _add(item, "cbc:Name", line.text)
    category = _add(item, "cac:ClassifiedTaxCategory")
    _add_category(category, line.category, line.rate, with_reason=False)
    # Amounts may have been rounded per line, prices have no limit to their decimals.
    price = (
        abs(line.amount / quantity).quantize(_PRICE) if line.quantity != 1 else abs(line.amount)
    )
    _add_amount(_add(node, "cac:Price"), "cbc:PriceAmount", price, draft)
