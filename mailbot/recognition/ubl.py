"""Reads UBL invoices and credit notes: Peppol BIS 3, NLCIUS (SI-UBL), e-FFF, UBL 2.0 and 2.1.

Sources: OASIS UBL 2.1; EN 16931-3-2 (which UBL element is which business term, BT-…).
"""

from collections.abc import Iterator

from mailbot.domain.invoice import Discount, InvoiceLine, Source
from mailbot.domain.money import ZERO
from mailbot.recognition.binary_objects import read_binary_objects
from mailbot.recognition.choices import Party
from mailbot.recognition.discounts import build_allowance, read_cash_discount
from mailbot.recognition.embedded import EmbeddedFile
from mailbot.recognition.structured import CREDIT_NOTE_CODES, Facts, VatRow
from mailbot.recognition.xml_tree import (
    Element,
    children,
    find,
    find_all,
    find_amount,
    find_date,
    find_text,
    find_texts,
    local_name,
)

_CREDIT_NOTE_ROOTS = frozenset({"CreditNote", "SelfBilledCreditNote"})
ROOTS = _CREDIT_NOTE_ROOTS | {"Invoice", "SelfBilledInvoice"}

#: a tax number with fewer digits is no VAT number of the EU
_FEWEST_VAT_DIGITS = 7
_FALLBACK_CURRENCY = ("TaxInclusiveAmount", "PayableAmount", "TaxExclusiveAmount")


def is_ubl(node: Element) -> bool:
    """Tell whether `node` is a UBL invoice or credit note; its namespace may be missing."""
    if local_name(node) not in ROOTS:
        return False
    namespace = str(node.tag).rpartition("}")[0].lower()
    return "ubl" in namespace or find(node, "LegalMonetaryTotal") is not None


def read_facts(root: Element, *, was_mended: bool = False) -> Facts:
    """Return the facts of a UBL Invoice or CreditNote."""
    totals = find(root, "LegalMonetaryTotal")
    currency = find_text(root, "DocumentCurrencyCode") or _currency_of_amounts(totals)
    tax = _document_tax_total(root, currency)
    due = find_amount(totals, "PayableAmount")
    total_incl = find_amount(totals, "TaxInclusiveAmount")
    return Facts(
        source=Source.UBL,
        is_credit_note=_is_credit_note(root),
        supplier=_party(find(root, "AccountingSupplierParty/Party")),
        customer=_party(find(root, "AccountingCustomerParty/Party")),
        invoice_number=find_text(root, "ID"),
        invoice_date=find_date(root, "IssueDate"),
        due_date=find_date(
            root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate"
        ),
        currency=currency,
        total_incl=due if total_incl is None else total_incl,
        total_excl=find_amount(totals, "TaxExclusiveAmount"),
        vat_total=find_amount(tax, "TaxAmount"),
        amount_due=due,
        vat_rows=tuple(_vat_row(row) for row in children(tax, "TaxSubtotal")),
        accounts=tuple(find_texts(root, "PaymentMeans/PayeeFinancialAccount/ID")),
        bics=_bics(root),
        references=tuple(find_texts(root, "PaymentMeans/PaymentID")),
        instructions=tuple(find_texts(root, "PaymentMeans/InstructionID")),
        lines=tuple(map(_line, _lines(root))),
        discount=_discount(root),
        was_mended=was_mended,
    )


def read_embedded_files(root: Element) -> Iterator[EmbeddedFile]:
    """Yield the files inside as name, media type by content, content."""
    path = "AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject"
    return read_binary_objects(find_all(root, path))


def _is_credit_note(root: Element) -> bool:
    code = find_text(root, "InvoiceTypeCode", "CreditNoteTypeCode")
    return local_name(root) in _CREDIT_NOTE_ROOTS or code in CREDIT_NOTE_CODES


def _currency_of_amounts(totals: Element | None) -> str | None:
    """Return the currency that the totals are in: UBL 2.0 does not demand DocumentCurrencyCode."""
    nodes = (find(totals, name) for name in _FALLBACK_CURRENCY)
    return next((c for n in nodes if n is not None and (c := n.get("currencyID"))), None)


def _party(party: Element | None) -> Party:
    return Party(
        names=tuple(find_texts(party, "PartyLegalEntity/RegistrationName", "PartyName/Name")),
        vat=_vat_number(party),
        country=find_text(party, "PostalAddress/Country/IdentificationCode"),
    )


def _vat_number(party: Element | None) -> str | None:
    """Return BT-31 or BT-48: the tax scheme called VAT, else a number with a country before it."""
    other = None
    for scheme in children(party, "PartyTaxScheme"):
        number = find_text(scheme, "CompanyID")
        if number and (find_text(scheme, "TaxScheme/ID") or "").upper() == "VAT":
            return number
        if number and number[:2].isalpha() and sum(map(str.isdigit, number)) >= _FEWEST_VAT_DIGITS:
            other = other or number
    return other


def _document_tax_total(root: Element, currency: str | None) -> Element | None:
    """Return the TaxTotal in the document's currency (BT-110).

    The one in the VAT accounting currency (BT-111) has no TaxSubtotal.
    """
    every = list(children(root, "TaxTotal"))
    detailed = [t for t in every if find(t, "TaxSubtotal") is not None] or every
    for candidate in detailed:
        amount = find(candidate, "TaxAmount")
        if amount is not None and amount.get("currencyID") in (currency, None):
            return candidate
    return detailed[0] if detailed else None


def _vat_row(row: Element) -> VatRow:
    return VatRow(
        rate=find_amount(row, "TaxCategory/Percent", "Percent"),
        base=find_amount(row, "TaxableAmount"),
        amount=find_amount(row, "TaxAmount"),
        category=find_text(row, "TaxCategory/ID"),
    )


def _bics(root: Element) -> tuple[str, ...]:
    branch = "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch"
    return tuple(find_texts(root, f"{branch}/ID", f"{branch}/FinancialInstitution/ID"))


def _lines(root: Element) -> Iterator[Element]:
    yield from root.iterchildren("{*}InvoiceLine", "{*}CreditNoteLine")


def _line(node: Element) -> InvoiceLine:
    base = find_amount(node, "Price/BaseQuantity")
    price = find_amount(node, "Price/PriceAmount")
    quantity = find_amount(node, "InvoicedQuantity", "CreditedQuantity")
    return InvoiceLine(
        description=find_text(node, "Item/Name", "Item/Description", "Note") or "",
        amount=find_amount(node, "LineExtensionAmount") or ZERO,
        quantity=quantity,
        unit_price=price / base if price is not None and base else price,
        vat_rate=find_amount(
            node,
            "Item/ClassifiedTaxCategory/Percent",
            "TaxTotal/TaxSubtotal/TaxCategory/Percent",
        ),
    )


def _discount(root: Element) -> Discount | None:
    """Return the cash discount of the payment terms, else what was taken off the total."""
    percent = find_amount(root, "PaymentTerms/SettlementDiscountPercent")
    if percent:
        return Discount(type="financial", percent=percent)
    cash = read_cash_discount(find_texts(root, "PaymentTerms/Note"))
    return cash or _allowance(root)


def _allowance(root: Element) -> Discount | None:
    allowances = [
        node
        for node in children(root, "AllowanceCharge")
        if (find_text(node, "ChargeIndicator") or "").lower() in ("false", "0")
    ]
    return build_allowance(
        [find_amount(node, "Amount") for node in allowances],
        [find_amount(node, "MultiplierFactorNumeric") for node in allowances],
    )
