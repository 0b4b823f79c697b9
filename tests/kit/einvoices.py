"""Builds e-invoices that keep every rule of their profile; every name and number is invented."""

import io

import pikepdf

EN_16931 = "urn:cen.eu:en16931:2017"
PEPPOL = f"{EN_16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
SELF_BILLING = f"{EN_16931}#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
NLCIUS = f"{EN_16931}#compliant#urn:fdc:nen.nl:nlcius:v1.0"
G_ACCOUNT = f"{NLCIUS}#conformant#urn:fdc:nen.nl:gaccount:v1.0"
BASIC = f"{EN_16931}#compliant#urn:factur-x.eu:1p0:basic"
MINIMUM = "urn:factur-x.eu:1p0:minimum"
XRECHNUNG = f"{EN_16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
_CII = "urn:un:unece:uncefact:data:standard"


def ubl_invoice(
    specification: str = PEPPOL,
    *,
    process: str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    is_credit_note: bool = False,
    lines: int = 1,
) -> str:
    """Return an invoice or credit note between Dutch companies: 100.00 a line, 21 %."""
    kind = "CreditNote" if is_credit_note else "Invoice"
    code = "381" if is_credit_note else "380"
    due = "" if is_credit_note else "<cbc:DueDate>2026-12-13</cbc:DueDate>"
    net, vat = f"{100 * lines}.00", f"{21 * lines}.00"
    total = f"{121 * lines}.00"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{kind} xmlns="{_UBL}:{kind}-2" xmlns:cac="{_UBL}:CommonAggregateComponents-2"
 xmlns:cbc="{_UBL}:CommonBasicComponents-2">
<cbc:CustomizationID>{specification}</cbc:CustomizationID>
<cbc:ProfileID>{process}</cbc:ProfileID>
<cbc:ID>2026-114</cbc:ID><cbc:IssueDate>2026-11-13</cbc:IssueDate>{due}
<cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>K-17</cbc:BuyerReference>
<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>2026-100</cbc:ID>
</cac:InvoiceDocumentReference></cac:BillingReference>
<cac:AccountingSupplierParty>{_ubl_party("Drukkerij Voorbeeld BV", "12345678")}
</cac:AccountingSupplierParty>
<cac:AccountingCustomerParty>{_ubl_party("Atelier Exemple BV", "87654321")}
</cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
<cac:PayeeFinancialAccount><cbc:ID>NL91ABNA0417164300</cbc:ID></cac:PayeeFinancialAccount>
</cac:PaymentMeans>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{vat}</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount currencyID="EUR">{net}</cbc:TaxableAmount>
<cbc:TaxAmount currencyID="EUR">{vat}</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>
</cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal>
<cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{total}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">{total}</cbc:PayableAmount>
</cac:LegalMonetaryTotal>
{"".join(_ubl_line(kind, number + 1) for number in range(lines))}
</{kind}>"""


def _ubl_party(name: str, kvk: str) -> str:
    return f"""<cac:Party><cbc:EndpointID schemeID="0106">{kvk}</cbc:EndpointID>
<cac:PostalAddress><cbc:StreetName>Dorpsstraat 1</cbc:StreetName>
<cbc:CityName>Utrecht</cbc:CityName><cbc:PostalZone>3511 AA</cbc:PostalZone>
<cac:Country><cbc:IdentificationCode>NL</cbc:IdentificationCode></cac:Country>
</cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>NL{kvk}0B01</cbc:CompanyID>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>
<cbc:CompanyID schemeID="0106">{kvk}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party>"""


def _ubl_line(kind: str, number: int) -> str:
    quantity = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return f"""<cac:{kind}Line><cbc:ID>{number}</cbc:ID>
<cbc:{quantity} unitCode="C62">2</cbc:{quantity}>
<cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>Papier</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>
<cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="EUR">50.00</cbc:PriceAmount></cac:Price>
</cac:{kind}Line>"""


def cii_invoice(specification: str = EN_16931, *, process: str = "") -> str:
    """Return the same invoice in CII; a business process when one is given."""
    context = (
        "<ram:BusinessProcessSpecifiedDocumentContextParameter>"
        f"<ram:ID>{process}</ram:ID></ram:BusinessProcessSpecifiedDocumentContextParameter>"
        if process
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{_CII}:CrossIndustryInvoice:100"
 xmlns:ram="{_CII}:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="{_CII}:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext>{context}<ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>{specification}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
</rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>2026-114</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime>{_cii_date("20261113")}</ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:Name>Papier</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
<ram:ChargeAmount>50.00</ram:ChargeAmount></ram:NetPriceProductTradePrice>
</ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">2</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>21</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>100.00</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>K-17</ram:BuyerReference>
<ram:SellerTradeParty>{_cii_party("Drukkerij Voorbeeld BV", "12345678")}</ram:SellerTradeParty>
<ram:BuyerTradeParty>{_cii_party("Atelier Exemple BV", "87654321")}</ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode>
<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>NL91ABNA0417164300</ram:IBANID>
</ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>21.00</ram:CalculatedAmount>
<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>100.00</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>21</ram:RateApplicablePercent>
</ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>{_cii_date("20261213")}
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>100.00</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">21.00</ram:TaxTotalAmount>
<ram:GrandTotalAmount>121.00</ram:GrandTotalAmount>
<ram:DuePayableAmount>121.00</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""


def _cii_date(day: str) -> str:
    return f'<udt:DateTimeString format="102">{day}</udt:DateTimeString>'


def _cii_party(name: str, kvk: str) -> str:
    return f"""<ram:Name>{name}</ram:Name>
<ram:SpecifiedLegalOrganization><ram:ID schemeID="0106">{kvk}</ram:ID>
</ram:SpecifiedLegalOrganization>
<ram:PostalTradeAddress><ram:PostcodeCode>3511 AA</ram:PostcodeCode>
<ram:LineOne>Dorpsstraat 1</ram:LineOne><ram:CityName>Utrecht</ram:CityName>
<ram:CountryID>NL</ram:CountryID></ram:PostalTradeAddress>
<ram:URIUniversalCommunication><ram:URIID schemeID="0106">{kvk}</ram:URIID>
</ram:URIUniversalCommunication>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">NL{kvk}0B01</ram:ID>
</ram:SpecifiedTaxRegistration>"""


_XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#" pdfaid:part="{part}">
<pdfaid:conformance>B</pdfaid:conformance>{described}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
_DESCRIBED = """<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml
</fx:DocumentFileName><fx:Version>1.0</fx:Version><fx:ConformanceLevel>{level}</fx:ConformanceLevel>"""


def hybrid_pdf(
    xml: str,
    *,
    name: str = "factur-x.xml",
    relationship: str = "/Alternative",
    level: str = "EN 16931",
    part: str = "3",
    is_associated: bool = True,
    has_intent: bool = True,
) -> bytes:
    """Return a PDF that carries `xml` as Factur-X asks for, unless told otherwise."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    attachment = pikepdf.AttachedFileSpec(pdf, xml.encode(), filename=name, mime_type="text/xml")
    pdf.attachments[name] = attachment
    specification = pdf.attachments[name].obj
    if relationship:
        specification["/AFRelationship"] = pikepdf.Name(relationship)
    elif "/AFRelationship" in specification:
        del specification["/AFRelationship"]
    pdf.Root["/AF"] = pikepdf.Array([specification])
    if not is_associated:
        del pdf.Root["/AF"]
    if has_intent:
        pdf.Root["/OutputIntents"] = pikepdf.Array(
            [pikepdf.Dictionary(S=pikepdf.Name("/GTS_PDFA1"))]
        )
    described = _DESCRIBED.format(level=level) if level else ""
    metadata = _XMP.format(part=part, described=described).encode()
    pdf.Root["/Metadata"] = pikepdf.Stream(pdf, metadata)
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()
