"""Validates e-invoices: EN 16931, Peppol BIS 3, NLCIUS, Factur-X, in UBL, CII or inside a PDF.

A verdict is a value, whatever the file: what is hostile or broken breaks a rule of its own
("XML"), and what could not be checked says so and is never valid.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from mailbot.recognition import cii, ubl
from mailbot.recognition.embedded import find_embedded_files, find_xml_files
from mailbot.recognition.file_kind import FileKind, find_kind
from mailbot.recognition.validation_engine import Rules, SharedRules, UncheckedError
from mailbot.recognition.validation_hybrid import check_hybrid
from mailbot.recognition.validation_profile import (
    EN_16931,
    Profile,
    choose_profile,
    find_declared,
    find_syntax,
    is_whole,
)
from mailbot.recognition.validation_verdict import Broken, Verdict, each_once, own_rule
from mailbot.recognition.xml_safety import XmlError, read_xml
from mailbot.recognition.xml_tree import Element, find_text, local_name

#: bytes of an invoice without its attachments, and its elements; 8 000 lines are less
MAX_INVOICE = 16 * 1024 * 1024
MAX_ELEMENTS = 250_000
#: characters of an attachment that go to the rules as they are: no rule looks inside
_MAX_ATTACHMENT = 1000
_ANY_BASE64 = "QUJD"

_SPECIFICATION = (
    "CustomizationID",
    "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID",
    "SpecifiedExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID",
)
_AGREEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"
_SELLER_COUNTRY = (
    "AccountingSupplierParty/Party/PostalAddress/Country/IdentificationCode",
    f"{_AGREEMENT}/SellerTradeParty/PostalTradeAddress/CountryID",
)
_BUYER_COUNTRY = (
    "AccountingCustomerParty/Party/PostalAddress/Country/IdentificationCode",
    f"{_AGREEMENT}/BuyerTradeParty/PostalTradeAddress/CountryID",
)
_PROCESS = (
    "ProfileID",
    "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID",
)
#: kinds of invoicing of the French reform (BT-23): goods, services, both
_FRENCH_PROCESS = re.compile(r"[BSM]\d")
_UNCHECKED = {"too_slow": "TOO-SLOW", "engine_died": "ENGINE-DIED"}


def validate(content: bytes, name: str, engine: Rules, *, profile: str = "") -> Verdict:
    """Return the verdict on one file: UBL, CII, or a PDF with one of them inside.

    `profile`, one of `validation_profile.PROFILES`, replaces what the file says it follows.
    """
    match find_kind(content, name):
        case FileKind.PDF:
            return _validate_hybrid(content, engine, profile)
        case FileKind.XML:
            return _validate_xml(content, engine, profile)
        case _:
            return Verdict(broken=(own_rule("NOT-AN-INVOICE"),))


def check_named_rules(content: bytes, name: str) -> Verdict | None:
    """Return the verdict on a file that says which rules it follows, None for any other."""
    return validate(content, name, SharedRules()) if names_its_rules(content, name) else None


def names_its_rules(content: bytes, name: str) -> bool:
    """Tell whether a file says which rules it follows; any other claims to be no e-invoice."""
    match find_kind(content, name):
        case FileKind.PDF:
            carried = find_xml_files(find_embedded_files(content))
            specification = _specification_of(carried[0][2]) if carried else ""
        case FileKind.XML:
            specification = _specification_of(content)
        case _:
            return False
    return find_declared(specification) is not None


def _validate_hybrid(content: bytes, engine: Rules, profile: str) -> Verdict:
    """Return the verdict on a PDF: on the XML inside, and on how the PDF carries it."""
    carried = find_xml_files(find_embedded_files(content))
    if not carried:
        return Verdict(broken=check_hybrid(content, "", ""))
    name, _, xml = carried[0]
    specification = _specification_of(xml)
    # whatever the XML says or forgets to say, a PDF with XML is meant as Factur-X or ZUGFeRD
    verdict = _validate_xml(xml, engine, profile or ("" if specification else EN_16931))
    faults = check_hybrid(content, name, specification)
    return replace(verdict, broken=each_once((*faults, *verdict.broken)))


def _specification_of(xml: bytes) -> str:
    """Return what an XML says it follows, "" when it cannot be read."""
    try:
        root = _invoice_root(read_xml(xml).root)
    except XmlError:
        return ""
    return _specification(root) if root is not None else ""


def _validate_xml(content: bytes, engine: Rules, profile: str) -> Verdict:
    try:
        parsed = read_xml(content)
    except XmlError as error:
        if error.reason == "too_large":
            return Verdict(unchecked="TOO-LARGE")
        return Verdict(broken=(own_rule("XML"),))
    root = _invoice_root(parsed.root)
    if root is None:
        return Verdict(broken=(own_rule("NOT-AN-INVOICE"),))
    verdict = _validate_root(root, engine, profile)
    if not parsed.was_mended:
        return verdict
    return replace(verdict, broken=(own_rule("XML-MENDED"), *verdict.broken))


def _invoice_root(root: Element) -> Element | None:
    """Return the invoice of a document: its root, or the first in its envelope."""
    return next((node for node in root.iter("*") if ubl.is_ubl(node) or cii.is_cii(node)), None)


def _validate_root(root: Element, engine: Rules, asked: str) -> Verdict:
    """Return the verdict on an invoice that could be parsed."""
    specification, syntax = _specification(root), find_syntax(local_name(root))
    profile = choose_profile(
        local_name(root), specification, asked=asked, is_french=_is_french(root)
    )
    if profile is None:
        return Verdict(syntax=syntax, broken=(own_rule("NOT-AN-INVOICE"),))
    verdict = Verdict(syntax=syntax, profile=profile.name)
    xml = _without_attachments(root)
    if len(xml) > MAX_INVOICE or sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        return replace(verdict, unchecked="TOO-LARGE")
    broken, unchecked = _run(engine, xml, profile, f"{syntax.upper()}-XSD")
    if specification and not asked and not is_whole(specification):
        broken.append(own_rule("SPECIFICATION", is_fatal=False))
    return replace(verdict, broken=each_once(broken), unchecked=unchecked)


def _specification(root: Element) -> str:
    return find_text(root, *_SPECIFICATION) or ""


def _is_french(root: Element) -> bool:
    """Tell whether an invoice between French parties says that it follows the French reform."""
    countries = {find_text(root, *_SELLER_COUNTRY), find_text(root, *_BUYER_COUNTRY)}
    process = find_text(root, *_PROCESS) or ""
    return countries == {"FR"} and bool(_FRENCH_PROCESS.fullmatch(process))


def _without_attachments(root: Element) -> bytes:
    """Return an invoice written anew, each long attachment replaced by three bytes."""
    for node in root.iter("{*}EmbeddedDocumentBinaryObject", "{*}AttachmentBinaryObject"):
        if len(node.text or "") > _MAX_ATTACHMENT:
            node.text = _ANY_BASE64
    return etree.tostring(root, encoding="utf-8", with_tail=False)


def _run(
    engine: Rules, xml: bytes, profile: Profile, schema_rule: str
) -> tuple[list[Broken], str]:
    """Return what breaks the rules of `profile`, and the id of why some of them were not run."""
    files = [rule_set.file for rule_set in profile.rule_sets]
    try:
        report = engine.check(xml, profile.schema, files)
    except UncheckedError as error:
        return [], _UNCHECKED[error.reason]
    broken = [Broken(rule=schema_rule, sentence=text) for text in report.schema_errors]
    for rule_set, findings in zip(profile.rule_sets, report.findings, strict=True):
        broken += _counting(findings or (), rule_set.left_out)
    # rules stop on what the schema forbids, and then it has said what is wrong
    has_stopped = None in report.findings and not report.schema_errors
    return broken, "RULES-STOPPED" if has_stopped else ""


def _counting(findings: Iterable[tuple[str, str, str]], left_out: str) -> list[Broken]:
    """Return the findings of one rule set but those about rules that another set says anew."""
    return [
        Broken(rule=rule, sentence=text, is_fatal=flag == "fatal")
        for rule, flag, text in findings
        if not (left_out and re.fullmatch(left_out, rule))
    ]
