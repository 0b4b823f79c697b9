"""Reads UN/CEFACT Cross Industry Invoices: Factur-X, ZUGFeRD 1 and 2, XRechnung, every profile.

Sources: EN 16931-3-3 (which CII element is which business term, BT-…); ZUGFeRD 1.0, whose
CrossIndustryDocument has the same shape under older names.
"""

from collections.abc import Iterator
from decimal import Decimal

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
    own_text,
    read_amount,
)

ROOTS = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"})

#: path of each part in CII D16B, then in ZUGFeRD 1.0
_DOCUMENT = ("ExchangedDocument", "HeaderExchangedDocument")
_TRADE = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
_AGREEMENT = ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
_SETTLEMENT = ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
_TOTALS = (
    "SpecifiedTradeSettlementHeaderMonetarySummation",
    "SpecifiedTradeSettlementMonetarySummation",
)
_RATES = ("RateApplicablePercent", "ApplicablePercent")
_LINE_SETTLEMENT = ("SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
_LINE_DELIVERY = ("SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
_LINE_AGREEMENT = ("SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
_LINE_TOTALS = ("SpecifiedTradeSettlementLineMonetarySummation", _TOTALS[1])


def is_cii(node: Element) -> bool:
    """Tell whether `node` is the root of a Cross Industry Invoice."""
    return local_name(node) in ROOTS


def read_facts(root: Element, *, was_mended: bool = False) -> Facts:
    """Return the facts of a CrossIndustryInvoice or CrossIndustryDocument."""
    document, trade = _either(root, _DOCUMENT), _either(root, _TRADE)
    agreement, settlement = _either(trade, _AGREEMENT), _either(trade, _SETTLEMENT)
    totals = _either(settlement, _TOTALS)
    currency = find_text(settlement, "InvoiceCurrencyCode")
    due = find_amount(totals, "DuePayableAmount")
    total_incl = find_amount(totals, "GrandTotalAmount")
    means = "SpecifiedTradeSettlementPaymentMeans"
    return Facts(
        source=Source.CII,
        is_credit_note=find_text(document, "TypeCode") in CREDIT_NOTE_CODES,
        supplier=_party(find(agreement, "SellerTradeParty")),
        customer=_party(find(agreement, "BuyerTradeParty")),
        invoice_number=find_text(document, "ID"),
        invoice_date=find_date(document, "IssueDateTime/DateTimeString", "IssueDateTime/DateTime"),
        due_date=find_date(
            settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"
        ),
        currency=currency,
        total_incl=due if total_incl is None else total_incl,
        total_excl=find_amount(totals, "TaxBasisTotalAmount"),
        vat_total=_vat_total(totals, currency),
        amount_due=due,
        vat_rows=tuple(_vat_row(row) for row in children(settlement, "ApplicableTradeTax")),
        accounts=tuple(
            find_texts(settlement, f"{means}/PayeePartyCreditorFinancialAccount/IBANID")
        ),
        bics=tuple(
            find_texts(settlement, f"{means}/PayeeSpecifiedCreditorFinancialInstitution/BICID")
        ),
        references=tuple(find_texts(settlement, "PaymentReference")),
        lines=tuple(map(_line, children(trade, "IncludedSupplyChainTradeLineItem"))),
        discount=_discount(settlement),
        was_mended=was_mended,
    )


def read_embedded_files(root: Element) -> Iterator[EmbeddedFile]:
    """Yield the files inside as name, media type by content, content."""
    agreement = _either(_either(root, _TRADE), _AGREEMENT)
    path = "AdditionalReferencedDocument/AttachmentBinaryObject"
    return read_binary_objects(find_all(agreement, path))


def _either(node: Element | None, names: tuple[str, ...]) -> Element | None:
    """Return the first child that has one of `names`."""
    return next((found for name in names if (found := find(node, name)) is not None), None)


def _party(party: Element | None) -> Party:
    return Party(
        names=tuple(find_texts(party, "Name", "SpecifiedLegalOrganization/TradingBusinessName")),
        vat=next(_registrations(party, "VA"), None),
        country=find_text(party, "PostalTradeAddress/CountryID"),
    )


def _registrations(party: Element | None, scheme: str) -> Iterator[str]:
    """Yield the tax registrations under `scheme`: VA is VAT, FC the local tax number."""
    for node in find_all(party, "SpecifiedTaxRegistration/ID"):
        number = own_text(node)
        if node.get("schemeID") == scheme and number:
            yield number


def _vat_total(totals: Element | None, currency: str | None) -> Decimal | None:
    """Return the VAT in the invoice's currency (BT-110), not in the accounting one (BT-111)."""
    nodes = list(children(totals, "TaxTotalAmount"))
    same = [node for node in nodes if node.get("currencyID") in (currency, None)] or nodes
    text = own_text(same[0]) if same else None
    return read_amount(text) if text else None


def _vat_row(row: Element) -> VatRow:
    return VatRow(
        rate=find_amount(row, *_RATES),
        base=find_amount(row, "BasisAmount"),
        amount=find_amount(row, "CalculatedAmount"),
        category=find_text(row, "CategoryCode"),
    )


def _line(node: Element) -> InvoiceLine:
    settlement = _either(node, _LINE_SETTLEMENT)
    price = find(_either(node, _LINE_AGREEMENT), "NetPriceProductTradePrice")
    amount, base = find_amount(price, "ChargeAmount"), find_amount(price, "BasisQuantity")
    return InvoiceLine(
        description=find_text(
            node,
            "SpecifiedTradeProduct/Name",
            "SpecifiedTradeProduct/Description",
            "AssociatedDocumentLineDocument/IncludedNote/Content",
        )
        or "",
        amount=find_amount(_either(settlement, _LINE_TOTALS), "LineTotalAmount") or ZERO,
        quantity=find_amount(_either(node, _LINE_DELIVERY), "BilledQuantity"),
        unit_price=amount / base if amount is not None and base else amount,
        vat_rate=find_amount(find(settlement, "ApplicableTradeTax"), *_RATES),
    )


def _discount(settlement: Element | None) -> Discount | None:
    """Return the cash discount of the payment terms, else what was taken off the total."""
    terms = "SpecifiedTradePaymentTerms"
    discount = find(settlement, f"{terms}/ApplicableTradePaymentDiscountTerms")
    percent = find_amount(discount, "CalculationPercent")
    amount = find_amount(discount, "ActualDiscountAmount")
    if percent or amount:
        return Discount(type="financial", percent=percent, amount=amount)
    cash = read_cash_discount(find_texts(settlement, f"{terms}/Description"))
    return cash or _allowance(settlement)


def _allowance(settlement: Element | None) -> Discount | None:
    allowances = [
        node
        for node in children(settlement, "SpecifiedTradeAllowanceCharge")
        if (find_text(node, "ChargeIndicator/Indicator") or "").lower() in ("false", "0")
    ]
    return build_allowance(
        [find_amount(node, "ActualAmount") for node in allowances],
        [find_amount(node, "CalculationPercent") for node in allowances],
    )
