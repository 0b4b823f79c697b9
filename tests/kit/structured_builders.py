"""Builds UBL and CII invoices, and PDFs that carry them; every name and number is invented."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import pikepdf
from reportlab.pdfgen.canvas import Canvas

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
IBAN = "BE68539007547034"
OGM = "+++090/9337/55493+++"
OGM_DIGITS = "090933755493"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An invoice of 1 000.00 at 21 % and 50.00 at 6 %, unless it says otherwise."""

    number: str = "2026-114"
    issue_date: str = "2026-11-13"
    due_date: str = "2026-12-13"
    type_code: str = "380"
    currency: str = "EUR"
    supplier: str = "Drukkerij Voorbeeld BV"
    supplier_vat: str = "BE0456123791"
    customer: str = "Atelier Exemple SRL"
    customer_vat: str = "BE0400000185"
    iban: str = IBAN
    bic: str = "GKCCBEBB"
    reference: str = OGM
    #: rate, base, VAT, category
    rows: Sequence[tuple[str, str, str, str]] = (
        ("21", "1000.00", "210.00", "S"),
        ("6", "50.00", "3.00", "S"),
    )
    total_excl: str = "1050.00"
    vat_total: str = "213.00"
    total_incl: str = "1263.00"
    amount_due: str = "1263.00"


def build_ubl(
    sample: Sample | None = None,
    *,
    credit_note: bool = False,
    pdf: bytes = b"",
    extra: str = "",
    namespace: str = "",
) -> bytes:
    """Return a UBL 2.1 document; `extra` is XML before the parties."""
    s = sample or Sample()
    name = "CreditNote" if credit_note else "Invoice"
    namespaces = {
        "xmlns": namespace or f"{UBL}:{name}-2",
        "xmlns:cac": f"{UBL}:CommonAggregateComponents-2",
        "xmlns:cbc": f"{UBL}:CommonBasicComponents-2",
    }
    declared = " ".join(f'{prefix}="{uri}"' for prefix, uri in namespaces.items())
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?><{name} {declared}>',
        _element("cbc:ID", s.number),
        _element("cbc:IssueDate", s.issue_date),
        "" if credit_note else _element("cbc:DueDate", s.due_date),
        _element(f"cbc:{name}TypeCode", s.type_code),
        _element("cbc:DocumentCurrencyCode", s.currency),
        extra,
        _attachment(pdf),
        _ubl_party("AccountingSupplierParty", s.supplier, s.supplier_vat),
        _ubl_party("AccountingCustomerParty", s.customer, s.customer_vat),
        _payment_means(s, credit_note=credit_note),
        f"<cac:TaxTotal>{_amount('TaxAmount', s.vat_total, s)}{_subtotals(s)}</cac:TaxTotal>",
        "<cac:LegalMonetaryTotal>",
        _amount("TaxExclusiveAmount", s.total_excl, s),
        _amount("TaxInclusiveAmount", s.total_incl, s),
        _amount("PayableAmount", s.amount_due, s),
        "</cac:LegalMonetaryTotal>",
        *(_ubl_line(name, row, s) for row in s.rows),
        f"</{name}>",
    ]
    return "".join(parts).encode()


def _element(name: str, text: str, **attributes: str) -> str:
    inside = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{inside}>{escape(text)}</{name}>" if text else ""


def _amount(name: str, amount: str, sample: Sample) -> str:
    attributes = {"currencyID": sample.currency} if sample.currency else {}
    return _element(f"cbc:{name}", amount, **attributes)


def _attachment(pdf: bytes) -> str:
    if not pdf:
        return ""
    encoded = _element(
        "cbc:EmbeddedDocumentBinaryObject",
        base64.b64encode(pdf).decode(),
        mimeCode="application/pdf",
        filename="factuur.pdf",
    )
    return (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        f"{encoded}</cac:Attachment></cac:AdditionalDocumentReference>"
    )


def _ubl_party(role: str, name: str, vat: str) -> str:
    tax = (
        f"<cac:PartyTaxScheme>{_element('cbc:CompanyID', vat)}"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
    )
    return (
        f"<cac:{role}><cac:Party><cac:PartyName>{_element('cbc:Name', name)}</cac:PartyName>"
        "<cac:PostalAddress><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode>"
        f"</cac:Country></cac:PostalAddress>{tax if vat else ''}"
        f"</cac:Party></cac:{role}>"
    )


def _payment_means(sample: Sample, *, credit_note: bool) -> str:
    due = _element("cbc:PaymentDueDate", sample.due_date) if credit_note else ""
    branch = (
        "<cac:FinancialInstitutionBranch>"
        f"{_element('cbc:ID', sample.bic)}</cac:FinancialInstitutionBranch>"
    )
    account = (
        f"<cac:PayeeFinancialAccount>{_element('cbc:ID', sample.iban)}{branch}"
        "</cac:PayeeFinancialAccount>"
    )
    return (
        f"<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>{due}"
        f"{_element('cbc:PaymentID', sample.reference)}{account}</cac:PaymentMeans>"
    )


def _subtotals(sample: Sample) -> str:
    return "".join(
        "<cac:TaxSubtotal>"
        f"{_amount('TaxableAmount', base, sample)}{_amount('TaxAmount', vat, sample)}"
        f"<cac:TaxCategory>{_element('cbc:ID', category)}{_element('cbc:Percent', rate)}"
        "</cac:TaxCategory></cac:TaxSubtotal>"
        for rate, base, vat, category in sample.rows
    )


def _ubl_line(document: str, row: tuple[str, str, str, str], sample: Sample) -> str:
    rate, base, _, category = row
    quantity = "CreditedQuantity" if document == "CreditNote" else "InvoicedQuantity"
    return (
        f"<cac:{document}Line><cbc:ID>1</cbc:ID><cbc:{quantity}>2</cbc:{quantity}>"
        f"{_amount('LineExtensionAmount', base, sample)}<cac:Item><cbc:Name>folders</cbc:Name>"
        f"<cac:ClassifiedTaxCategory>{_element('cbc:ID', category)}{_element('cbc:Percent', rate)}"
        "</cac:ClassifiedTaxCategory></cac:Item></cac:" + document + "Line>"
    )


def build_cii(sample: Sample | None = None, *, version: int = 2, extra: str = "") -> bytes:
    """Return a Cross Industry Invoice: Factur-X (version 2) or ZUGFeRD 1.0 (version 1).

    `extra` is XML in the settlement, behind the payment means.
    """
    s = sample or Sample()
    old = version == 1
    root = "CrossIndustryDocument" if old else "CrossIndustryInvoice"
    document = "HeaderExchangedDocument" if old else "ExchangedDocument"
    trade = f"{'Specified' if old else ''}SupplyChainTradeTransaction"
    middle = "SupplyChain" if old else "Header"
    totals = f"SpecifiedTradeSettlement{'' if old else 'Header'}MonetarySummation"
    rate_name = "ApplicablePercent" if old else "RateApplicablePercent"
    taxes = "".join(
        "<ApplicableTradeTax>"
        f"{_element('CalculatedAmount', vat)}{_element('BasisAmount', base)}"
        f"{_element('CategoryCode', category)}{_element(rate_name, rate)}</ApplicableTradeTax>"
        for rate, base, vat, category in s.rows
    )
    lines = "".join(_cii_line(row, rate_name, old=old) for row in s.rows)
    return (
        f'<{root} xmlns="urn:un:unece:uncefact:data:standard:{root}:100"><{document}>'
        f"{_element('ID', s.number)}{_element('TypeCode', s.type_code)}"
        f"<IssueDateTime>{_cii_date(s.issue_date)}</IssueDateTime></{document}><{trade}>{lines}"
        f"<Applicable{middle}TradeAgreement>"
        f"{_cii_party('SellerTradeParty', s.supplier, s.supplier_vat)}"
        f"{_cii_party('BuyerTradeParty', s.customer, s.customer_vat)}"
        f"</Applicable{middle}TradeAgreement><Applicable{middle}TradeSettlement>"
        f"{_element('PaymentReference', s.reference)}{_element('InvoiceCurrencyCode', s.currency)}"
        "<SpecifiedTradeSettlementPaymentMeans><PayeePartyCreditorFinancialAccount>"
        f"{_element('IBANID', s.iban)}</PayeePartyCreditorFinancialAccount>"
        f"<PayeeSpecifiedCreditorFinancialInstitution>{_element('BICID', s.bic)}"
        "</PayeeSpecifiedCreditorFinancialInstitution></SpecifiedTradeSettlementPaymentMeans>"
        f"{extra}{taxes}<SpecifiedTradePaymentTerms><DueDateDateTime>{_cii_date(s.due_date)}"
        f"</DueDateDateTime></SpecifiedTradePaymentTerms><{totals}>"
        f"{_element('TaxBasisTotalAmount', s.total_excl)}"
        f'<TaxTotalAmount currencyID="EUR">{s.vat_total}</TaxTotalAmount>'
        f"{_element('GrandTotalAmount', s.total_incl)}{_element('DuePayableAmount', s.amount_due)}"
        f"</{totals}></Applicable{middle}TradeSettlement></{trade}></{root}>"
    ).encode()


def _cii_date(iso: str) -> str:
    return f'<DateTimeString format="102">{iso.replace("-", "")}</DateTimeString>'


def _cii_party(role: str, name: str, vat: str) -> str:
    tax = f'<SpecifiedTaxRegistration><ID schemeID="VA">{vat}</ID></SpecifiedTaxRegistration>'
    return f"<{role}>{_element('Name', name)}{tax if vat else ''}</{role}>"


def _cii_line(row: tuple[str, str, str, str], rate_name: str, *, old: bool) -> str:
    rate, base, _, _ = row
    middle = "SupplyChain" if old else "Line"
    totals = f"SpecifiedTradeSettlement{'' if old else 'Line'}MonetarySummation"
    return (
        "<IncludedSupplyChainTradeLineItem><SpecifiedTradeProduct><Name>folders</Name>"
        f"</SpecifiedTradeProduct><Specified{middle}TradeDelivery><BilledQuantity>2"
        f"</BilledQuantity></Specified{middle}TradeDelivery><Specified{middle}TradeSettlement>"
        f"<ApplicableTradeTax>{_element(rate_name, rate)}</ApplicableTradeTax>"
        f"<{totals}>{_element('LineTotalAmount', base)}</{totals}>"
        f"</Specified{middle}TradeSettlement></IncludedSupplyChainTradeLineItem>"
    )


def build_pdf(lines: Sequence[str]) -> bytes:
    """Return a PDF of one page with `lines` of text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for number, line in enumerate(lines):
        canvas.drawString(72, 760 - 18 * number, line)
    canvas.save()
    return out.getvalue()


def page_of(sample: Sample, **changes: str) -> list[str]:
    """Return what the page of `sample` shows."""
    shown = {**vars(sample), **changes}
    return [
        f"{shown['supplier']}  {shown['supplier_vat']}",
        f"Factuur {shown['number']} van {shown['issue_date']}",
        f"Maatstaf {shown['total_excl']}  BTW {shown['vat_total']}",
        f"Te betalen EUR {shown['total_incl']}",
        f"IBAN {shown['iban']}  BIC {shown['bic']}",
    ]


def attach(pdf: bytes, files: dict[str, bytes], *, locked_with: str | None = None) -> bytes:
    """Return `pdf` with `files` attached; encrypted when `locked_with` is not None."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name, content in files.items():
            document.attachments[name] = pikepdf.AttachedFileSpec(document, content, filename=name)
        if locked_with is None:
            document.save(out)
        else:
            encryption = pikepdf.Encryption(owner="owner", user=locked_with)
            document.save(out, encryption=encryption)
    return out.getvalue()
