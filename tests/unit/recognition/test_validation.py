"""E-invoices are measured by the rules that they say they follow, and nothing breaks the check."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.recognition.validation import MAX_ELEMENTS, MAX_INVOICE, names_its_rules, validate
from mailbot.recognition.validation_engine import shared_engine
from mailbot.recognition.validation_profile import PROFILES
from mailbot.recognition.validation_verdict import Verdict
from mailbot.recognition.xml_safety import MAX_XML
from tests.kit.einvoices import (
    BASIC,
    EN_16931,
    G_ACCOUNT,
    MINIMUM,
    NLCIUS,
    PEPPOL,
    SELF_BILLING,
    XRECHNUNG,
    cii_invoice,
    hybrid_pdf,
    ubl_invoice,
)

BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
SELF_BILLED = ubl_invoice(
    SELF_BILLING, process="urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0"
).replace(">380<", ">389<")
TERMS = (
    "<cac:PaymentTerms><cbc:PaymentMeansID>{}</cbc:PaymentMeansID>"
    '<cbc:Amount currencyID="EUR">{}</cbc:Amount></cac:PaymentTerms>'
)
MEANS = (
    "<cac:PaymentMeans><cbc:ID>{}</cbc:ID><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>"
    "<cac:PayeeFinancialAccount><cbc:ID>NL91ABNA0417164300</cbc:ID></cac:PayeeFinancialAccount>"
    "</cac:PaymentMeans>"
)


def two_accounts(*terms: tuple[str, str]) -> str:
    """Return an invoice that is paid to a G-account and to a plain one."""
    plain = ubl_invoice(G_ACCOUNT)
    start, end = plain.index("<cac:PaymentMeans>"), plain.index("<cac:TaxTotal>")
    means = MEANS.format("GACCOUNT") + MEANS.format("PLAIN")
    return plain[:start] + means + "".join(TERMS.format(*term) for term in terms) + plain[end:]


def verdict(xml: str, profile: str = "") -> Verdict:
    return validate(xml.encode(), "factuur.xml", shared_engine(), profile=profile)


@pytest.mark.parametrize(
    ("xml", "syntax", "profile"),
    [
        (ubl_invoice(EN_16931), "ubl", "en16931"),
        (ubl_invoice(PEPPOL), "ubl", "peppol-bis-3"),
        (ubl_invoice(PEPPOL, is_credit_note=True), "ubl", "peppol-bis-3"),
        (SELF_BILLED, "ubl", "peppol-selfbilling-3"),
        (ubl_invoice(NLCIUS), "ubl", "nlcius"),
        (two_accounts(("GACCOUNT", "21.00"), ("PLAIN", "100.00")), "ubl", "nlcius-gaccount"),
        (cii_invoice(EN_16931), "cii", "en16931"),
        (cii_invoice(PEPPOL, process=BILLING), "cii", "peppol-bis-3"),
        (cii_invoice(NLCIUS), "cii", "nlcius"),
        (cii_invoice(BASIC), "cii", "factur-x-basic"),
        (cii_invoice(MINIMUM), "cii", "factur-x-minimum"),
    ],
)
def test_an_invoice_that_keeps_the_rules_of_what_it_follows_is_valid(
    xml: str, syntax: str, profile: str
) -> None:
    found = verdict(xml)
    assert (found.syntax, found.profile) == (syntax, profile)
    assert (found.rules, found.unchecked, found.is_valid) == ((), "", True)


@pytest.mark.parametrize(
    ("xml", "before", "after", "rule"),
    [
        (ubl_invoice(EN_16931), ">121.00</cbc:TaxInc", ">120.00</cbc:TaxInc", "BR-CO-15"),
        (ubl_invoice(EN_16931), "<cbc:ID>2026-114</cbc:ID>", "", "BR-02"),
        (ubl_invoice(EN_16931), 'unitCode="C62"', 'unitCode="BOX"', "BR-CL-23"),
        (ubl_invoice(EN_16931), "<cbc:IssueDate>", "<cbc:Issued>", "XML"),
        (ubl_invoice(EN_16931), ">2026-11-13<", ">13/11/2026<", "UBL-XSD"),
        (ubl_invoice(EN_16931), ">100.00</cbc:LineExtensionAmount", ">100,00</cbc:LineE", "XML"),
        (
            ubl_invoice(PEPPOL),
            "<cbc:BuyerReference>K-17</cbc:BuyerReference>",
            "",
            "PEPPOL-EN16931-R003",
        ),
        (ubl_invoice(PEPPOL), ":billing:01:1.0<", ":billing:1:1.0<", "PEPPOL-EN16931-R007"),
        (ubl_invoice(PEPPOL), 'D schemeID="0106"', 'D schemeID="9999"', "PEPPOL-EN16931-CL008"),
        (ubl_invoice(PEPPOL), ">380<", ">384<", "PEPPOL-EN16931-P0112"),
        (ubl_invoice(PEPPOL), ">12345678<", ">1234567<", "PEPPOL-COMMON-R054"),
        (ubl_invoice(PEPPOL), ">NL123456780B01<", ">NL12345678B01<", "PEPPOL-COMMON-R056-2"),
        (ubl_invoice(PEPPOL), "<cbc:StreetName>Dorpsstraat 1</cbc:StreetName>", "", "NL-R-002"),
        (ubl_invoice(PEPPOL), 'ID schemeID="0106"', 'ID schemeID="0002"', "NL-R-003"),
        (ubl_invoice(PEPPOL), "MeansCode>30<", "MeansCode>31<", "NL-R-008"),
        (
            ubl_invoice(is_credit_note=True),
            "BillingReference",
            "DespatchDocumentReference",
            "NL-R-001",
        ),
        (ubl_invoice(NLCIUS), "<cbc:BuyerReference>K-17</cbc:BuyerReference>", "", "BR-NL-2"),
        (ubl_invoice(NLCIUS), ">380<", ">386<", "BR-NL-7"),
        (ubl_invoice(NLCIUS), "MeansCode>30<", "MeansCode>31<", "BR-NL-12"),
        (
            ubl_invoice(NLCIUS),
            'CompanyID schemeID="0106"',
            'CompanyID schemeID="0002"',
            "BR-NL-10",
        ),
        (ubl_invoice(NLCIUS), "<cbc:CityName>Utrecht</cbc:CityName>", "", "BR-NL-4"),
    ],
)
def test_a_broken_rule_is_named_and_said(xml: str, before: str, after: str, rule: str) -> None:
    assert before in xml
    found = verdict(xml.replace(before, after))
    assert rule in found.rules
    assert found.reasons[rule]
    assert not found.is_valid


@pytest.mark.parametrize(
    ("specification", "before", "after", "rule"),
    [
        (EN_16931, "GrandTotalAmount>121.00<", "GrandTotalAmount>120.00<", "BR-CO-15"),
        (EN_16931, ">20261113<", ">2026-11-13<", "CII-DT-097"),
        (EN_16931, ">50.00<", ">fifty<", "CII-XSD"),
        (PEPPOL, "<ram:BuyerReference>K-17</ram:BuyerReference>", "", "PEPPOL-EN16931-R003"),
        (PEPPOL, "<ram:ChargeAmount>50", "<ram:ChargeAmount>40", "PEPPOL-EN16931-R120"),
        (PEPPOL, 'URIID schemeID="0106"', 'URIID schemeID="0208"', "PEPPOL-COMMON-R043"),
        (PEPPOL, "<ram:LineOne>Dorpsstraat 1</ram:LineOne>", "", "NL-R-004"),
        (PEPPOL, "TypeCode>30<", "TypeCode>31<", "NL-R-008"),
        (NLCIUS, "<ram:LineOne>Dorpsstraat 1</ram:LineOne>", "", "BR-NL-3"),
        (NLCIUS, 'ID schemeID="0106">1', 'ID schemeID="0002">1', "BR-NL-1"),
        (NLCIUS, "TypeCode>30<", "TypeCode>31<", "BR-NL-12"),
    ],
)
def test_the_same_rules_hold_in_the_other_syntax(
    specification: str, before: str, after: str, rule: str
) -> None:
    xml = cii_invoice(specification, process=BILLING if specification == PEPPOL else "")
    assert before in xml
    found = verdict(xml.replace(before, after))
    assert rule in found.rules
    assert not found.is_valid


@pytest.mark.parametrize(
    ("before", "added", "rule"),
    [
        ("<cbc:BuyerReference>", "<cbc:TaxCurrencyCode>USD</cbc:TaxCurrencyCode>", "BR-NL-19"),
        ("<cac:Country>", "<cbc:CountrySubentity>Utrecht</cbc:CountrySubentity>", "BR-NL-28"),
        ("</cac:PayeeFinancialAccount>", "<cbc:Name>Drukkerij</cbc:Name>", "BR-NL-30"),
        ("<cac:BillingReference>", "<cbc:TaxPointDate>2026-11-13</cbc:TaxPointDate>", "BR-NL-20"),
    ],
)
def test_what_nlcius_advises_against_is_a_warning(before: str, added: str, rule: str) -> None:
    found = verdict(ubl_invoice(NLCIUS).replace(before, added + before))
    assert rule in found.warnings
    assert rule not in found.rules


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ([("GACCOUNT", "121.00")], "BR-GA-1"),
        ([("GACCOUNT", "21.00"), ("PLAIN", "99.00")], "BR-GA-3"),
        ([("GACCOUNT", "21.00"), ("OTHER", "100.00")], "BR-GA-6"),
    ],
)
def test_an_invoice_with_a_g_account_is_paid_in_two_parts(
    terms: list[tuple[str, str]], rule: str
) -> None:
    assert rule in verdict(two_accounts(*terms)).rules


def test_self_billing_has_types_of_its_own() -> None:
    assert verdict(SELF_BILLED.replace(">389<", ">380<")).rules == ("PEPPOL-EN16931-P0100",)


def test_minimum_holds_less_than_en_16931_and_may() -> None:
    minimum = cii_invoice(MINIMUM).replace("<ram:BuyerReference>K-17</ram:BuyerReference>", "")
    assert verdict(minimum).is_valid
    assert verdict(minimum).warnings == ("FX-NOT-USED",)


def test_who_asks_for_a_profile_gets_it() -> None:
    assert verdict(ubl_invoice(EN_16931), "peppol-bis-3").rules == ("PEPPOL-EN16931-R004",)
    assert verdict(ubl_invoice(PEPPOL), "en16931").is_valid
    assert verdict(ubl_invoice(), "factur-x-basic").rules == ("NOT-AN-INVOICE",)


def test_a_national_addition_that_is_not_known_is_told() -> None:
    found = verdict(ubl_invoice(XRECHNUNG))
    assert (found.profile, found.warnings) == ("en16931", ("SPECIFICATION",))


def test_without_specification_identifier_the_first_rule_is_broken() -> None:
    assert "BR-01" in verdict(ubl_invoice("")).rules


def test_the_rules_of_the_french_reform_hold_where_an_invoice_follows_it() -> None:
    french = cii_invoice().replace("<ram:CountryID>NL", "<ram:CountryID>FR")
    assert not [rule for rule in verdict(french).rules if rule.startswith("BR-FR")]
    reformed = cii_invoice(process="B1").replace("<ram:CountryID>NL", "<ram:CountryID>FR")
    assert [rule for rule in verdict(reformed).rules if rule.startswith("BR-FR")]


def test_a_namespace_of_nobody_is_not_valid() -> None:
    found = verdict(ubl_invoice().replace("xsd:Invoice-2", "xsd:Invoice-3"))
    assert "UBL-XSD" in found.rules


def test_an_invoice_of_a_thousand_lines_is_checked() -> None:
    assert verdict(ubl_invoice(lines=1000)).is_valid


def test_an_invoice_in_an_envelope_is_found() -> None:
    bare = ubl_invoice().removeprefix('<?xml version="1.0" encoding="UTF-8"?>')
    assert verdict(f"<StandardBusinessDocument>{bare}</StandardBusinessDocument>").is_valid


def test_an_attachment_is_no_part_of_the_check() -> None:
    encoded = base64.b64encode(b"%PDF-1.7" * 1_000_000).decode()
    attached = (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="factuur.pdf">'
        f"{encoded}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"
        "</cac:AdditionalDocumentReference>"
    )
    supplier = "<cac:AccountingSupplierParty>"
    assert verdict(ubl_invoice().replace(supplier, attached + supplier)).is_valid


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b'<!DOCTYPE Invoice [<!ENTITY a "b">]><Invoice>&a;</Invoice>', "XML"),
        (b'<!DOCTYPE i SYSTEM "file:///etc/passwd"><Invoice/>', "XML"),
        (ubl_invoice()[:900].encode(), "XML"),
        (ubl_invoice().replace("Papier", "Papier & inkt").encode(), "XML-MENDED"),
        (b"<html><body>Factuur</body></html>", "NOT-AN-INVOICE"),
        (b"<Order/>", "NOT-AN-INVOICE"),
        (b"Factuur 2026-114", "NOT-AN-INVOICE"),
        (b"", "NOT-AN-INVOICE"),
    ],
)
def test_what_is_no_sound_xml_or_no_invoice_is_not_valid(content: bytes, rule: str) -> None:
    found = validate(content, "factuur.xml", shared_engine())
    assert found.rules[:1] == (rule,)
    assert not found.is_valid


def test_a_file_of_100_megabytes_is_not_checked_and_not_valid() -> None:
    found = validate(b"<Invoice>" + b" " * 100_000_000, "factuur.xml", shared_engine())
    assert (found.unchecked, found.is_valid) == ("TOO-LARGE", False)


@pytest.mark.parametrize(
    "note", ["<cbc:Note>" + "x" * MAX_INVOICE + "</cbc:Note>", "<cbc:Note/>" * MAX_ELEMENTS]
)
def test_an_invoice_too_large_for_the_rules_is_not_checked_and_not_valid(note: str) -> None:
    xml = ubl_invoice().replace("<cbc:DocumentCurrencyCode>", note + "<cbc:DocumentCurrencyCode>")
    assert len(xml) < MAX_XML
    found = verdict(xml)
    assert (found.profile, found.unchecked, found.is_valid) == ("peppol-bis-3", "TOO-LARGE", False)
    assert found.reasons["TOO-LARGE"]


@settings(max_examples=40, deadline=None)
@given(
    start=st.integers(0, 6000),
    length=st.integers(0, 400),
    text=st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20),
)
def test_whatever_is_cut_out_or_put_in_there_is_a_verdict(
    start: int, length: int, text: str
) -> None:
    xml = ubl_invoice()
    found = verdict(xml[:start] + text + xml[start + length :])
    assert found.is_valid is (not found.rules and not found.unchecked)


@given(content=st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_bytes_of_any_kind_get_a_verdict(content: bytes) -> None:
    assert not validate(content, "factuur.xml", shared_engine()).is_valid


def test_a_pdf_that_carries_its_invoice_well_is_valid() -> None:
    found = validate(hybrid_pdf(cii_invoice()), "factuur.pdf", shared_engine())
    assert (found.syntax, found.profile, found.reasons) == ("cii", "en16931", {})
    assert found.is_valid


@pytest.mark.parametrize(
    ("carried", "rule"),
    [
        ({"name": "factuur.xml"}, "FX-NAME"),
        ({"relationship": ""}, "FX-RELATIONSHIP"),
        ({"is_associated": False}, "FX-AF"),
        ({"level": ""}, "FX-XMP"),
        ({"level": "BASIC"}, "FX-XMP-LEVEL"),
        ({"part": "2"}, "FX-PDF-A"),
        ({"has_intent": False}, "FX-PDF-A"),
    ],
)
def test_a_pdf_that_carries_its_invoice_badly_is_not_valid(
    carried: dict[str, object], rule: str
) -> None:
    pdf = hybrid_pdf(cii_invoice(), **carried)
    assert validate(pdf, "factuur.pdf", shared_engine()).rules == (rule,)


def test_an_odd_relationship_is_a_warning() -> None:
    pdf = hybrid_pdf(cii_invoice(), relationship="/Source")
    assert validate(pdf, "f.pdf", shared_engine()).warnings == ("FX-RELATIONSHIP-VALUE",)


def test_a_pdf_is_measured_by_the_rules_of_the_xml_inside() -> None:
    wrong = cii_invoice(BASIC).replace("GrandTotalAmount>121", "GrandTotalAmount>120")
    found = validate(hybrid_pdf(wrong, level="BASIC"), "factuur.pdf", shared_engine())
    assert "BR-CO-15" in found.rules
    assert found.profile == "factur-x-basic"


def test_a_profile_that_does_not_exist_is_told() -> None:
    pdf = hybrid_pdf(cii_invoice("urn:factur-x.eu:1p0:ultimate"))
    assert validate(pdf, "factuur.pdf", shared_engine()).rules == ("FX-SPECIFICATION",)


def test_a_pdf_without_xml_is_no_e_invoice() -> None:
    pdf = hybrid_pdf("plain text", name="leesmij.txt")
    assert validate(pdf, "factuur.pdf", shared_engine()).rules == ("FX-XML",)


@pytest.mark.parametrize(
    ("content", "is_named"),
    [
        (ubl_invoice(PEPPOL).encode(), True),
        (ubl_invoice("").encode(), False),
        (ubl_invoice("urn:www.example.com").encode(), False),
        (hybrid_pdf(cii_invoice(BASIC)), True),
        (hybrid_pdf("plain text", name="leesmij.txt"), False),
        (b"<Invoice", False),
        (b"GIF89a", False),
    ],
)
def test_a_file_says_which_rules_it_follows_or_not(content: bytes, is_named: bool) -> None:
    assert names_its_rules(content, "factuur") is is_named


def test_every_profile_has_a_name_of_its_own() -> None:
    assert len(set(PROFILES)) == len(PROFILES)
