"""Says which rules an e-invoice must keep: by its syntax, by what it says it follows, or as asked.

Sources: EN 16931-1 (BT-24, specification identifier), Peppol BIS Billing 3.0, NLCIUS,
Factur-X 1.0 §4. Where each file of rules comes from stands in rule_files/README.md.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Syntax(StrEnum):
    """The two syntaxes of EN 16931, and what is neither."""

    UBL = "ubl"
    CII = "cii"
    NONE = ""


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """One file of rules: "mailbot:…" below rule_files, "facturx:…" in the library factur-x."""

    file: str
    #: what it says of rules whose ids fit this pattern does not count here
    left_out: str = ""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What an e-invoice is measured by."""

    name: str
    rule_sets: tuple[RuleSet, ...]
    #: XML Schema of the syntax, in the library factur-x
    schema: str


_EN_UBL = RuleSet(file="facturx:ubl-2.1/EN16931-UBL-validation.xslt")
_EN_CII = RuleSet(file="mailbot:en16931/EN16931-CII-validation.xslt")

#: rules of PEPPOL-EN16931-UBL.xsl that peppol-ubl-changes.sch says anew
_CHANGED = "PEPPOL-EN16931-(R002|P0100|CL007|CL008)|PEPPOL-COMMON-R042|DK-R-00[348]|NL-R-00[78]"
_PEPPOL_UBL = (
    RuleSet(file="mailbot:peppol/PEPPOL-EN16931-UBL.xsl", left_out=_CHANGED),
    RuleSet(file="mailbot:peppol/peppol-ubl-changes.sch"),
)
_PEPPOL_CII = RuleSet(file="mailbot:peppol/peppol-cii.sch")

#: self-billing has its own of these, and no national rules
_NOT_SELF_BILLED = r"PEPPOL-EN16931-(R004|R007|P010[01]|P0112)|[A-Z]{2}-R-.*"
_SELF_BILLING_UBL = (
    RuleSet(
        file="mailbot:peppol/PEPPOL-EN16931-UBL.xsl", left_out=f"{_CHANGED}|{_NOT_SELF_BILLED}"
    ),
    RuleSet(file="mailbot:peppol/peppol-ubl-changes.sch", left_out=_NOT_SELF_BILLED),
    RuleSet(file="mailbot:peppol/peppol-selfbilling-ubl.sch"),
)

_NLCIUS_UBL = RuleSet(file="mailbot:nlcius/nlcius-ubl.sch")
_NLCIUS_CII = RuleSet(file="mailbot:nlcius/nlcius-cii.sch")
_G_ACCOUNT = RuleSet(file="mailbot:nlcius/nlcius-gaccount-ubl.sch")
#: the extension is there to allow what these forbid (UBL-CR-411, -453 and -459 of EN 16931)
_EN_G_ACCOUNT = RuleSet(file=_EN_UBL.file, left_out="UBL-CR-(411|453|459)")

EN_16931 = "en16931"
PEPPOL = "peppol-bis-3"
SELF_BILLING = "peppol-selfbilling-3"
NLCIUS = "nlcius"
G_ACCOUNT = "nlcius-gaccount"
MINIMUM = "factur-x-minimum"
BASIC_WL = "factur-x-basic-wl"
BASIC = "factur-x-basic"
EXTENDED = "factur-x-extended"
EXTENDED_FR = "extended-ctc-fr"
ZUGFERD_1 = "zugferd-1"


def _factur_x(name: str) -> RuleSet:
    return RuleSet(file=f"facturx:facturx-{name}/*.xsl*")


#: MINIMUM and BASIC WL hold less than EN 16931 asks for, EXTENDED more than it allows
_RULE_SETS: dict[tuple[Syntax, str], tuple[RuleSet, ...]] = {
    (Syntax.UBL, EN_16931): (_EN_UBL,),
    (Syntax.UBL, PEPPOL): (_EN_UBL, *_PEPPOL_UBL),
    (Syntax.UBL, SELF_BILLING): (_EN_UBL, *_SELF_BILLING_UBL),
    (Syntax.UBL, NLCIUS): (_EN_UBL, _NLCIUS_UBL),
    (Syntax.UBL, G_ACCOUNT): (_EN_G_ACCOUNT, _NLCIUS_UBL, _G_ACCOUNT),
    (Syntax.UBL, EXTENDED_FR): (RuleSet(file="facturx:ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"),),
    (Syntax.CII, EN_16931): (_EN_CII,),
    (Syntax.CII, PEPPOL): (_EN_CII, _PEPPOL_CII),
    (Syntax.CII, NLCIUS): (_EN_CII, _NLCIUS_CII),
    (Syntax.CII, MINIMUM): (_factur_x("minimum"),),
    (Syntax.CII, BASIC_WL): (_factur_x("basicwl"),),
    (Syntax.CII, BASIC): (_EN_CII, _factur_x("basic")),
    (Syntax.CII, EXTENDED): (_factur_x("extended"),),
    (Syntax.CII, EXTENDED_FR): (RuleSet(file="facturx:cii-extended-ctc-fr/*.xsl*"),),
    (Syntax.CII, ZUGFERD_1): (),
}
PROFILES = tuple(dict.fromkeys(name for _syntax, name in _RULE_SETS))

#: the rules of the French reform (BR-FR), whatever the profile
_FRENCH = {
    Syntax.UBL: RuleSet(file="facturx:ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt"),
    Syntax.CII: RuleSet(file="facturx:cii-schematron-fr-ctc/*.xsl*"),
}

_SCHEMAS = {
    "Invoice": "facturx:ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "facturx:ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "facturx:cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    "CrossIndustryDocument": "facturx:zugferd/ZUGFeRD1p0.xsd",
}

#: pattern of the specification identifier -> profile, first match counts
_DECLARED = (
    (r"urn:fdc:nen\.nl:nlcius:v1\.0.*#conformant#urn:fdc:nen\.nl:gaccount:v1\.0", G_ACCOUNT),
    (r"urn:fdc:nen\.nl:nlcius:v1\.0", NLCIUS),
    (r"urn:fdc:peppol\.eu:2017:poacc:selfbilling:3\.0", SELF_BILLING),
    (r"urn:fdc:peppol\.eu:2017:poacc:billing:3\.0", PEPPOL),
    (r"extended-ctc-fr", EXTENDED_FR),
    (r"(factur-x\.eu:1p0|zugferd\.de:2p0):minimum\b", MINIMUM),
    (r"(factur-x\.eu:1p0|zugferd\.de:2p0):basicwl\b", BASIC_WL),
    (r"(factur-x\.eu:1p0|zugferd\.de:2p0):basic\b", BASIC),
    (r"(factur-x\.eu:1p0|zugferd\.de:2p0):extended\b", EXTENDED),
    (r"urn:ferd:(CrossIndustryDocument:)?invoice:(1p0|rc)", ZUGFERD_1),
    # what a country adds (XRechnung, UBL.BE) is told apart by `is_whole`
    (r"urn:cen\.eu:en16931:2017", EN_16931),
)


def find_declared(specification: str) -> str | None:
    """Return the name of the profile that a specification identifier (BT-24) means, or None."""
    for pattern, name in _DECLARED:
        if re.search(pattern, specification):
            return name
    return None


def is_whole(specification: str) -> bool:
    """Tell whether mailbot knows every rule of what `specification` names."""
    name = find_declared(specification)
    return name is not None and (name != EN_16931 or specification == "urn:cen.eu:en16931:2017")


def choose_profile(
    root_name: str, specification: str, *, asked: str = "", is_french: bool = False
) -> Profile | None:
    """Return what an invoice is measured by; None when it cannot be measured as `asked`.

    `root_name` is the local name of its root. A file without specification identifier breaks the
    first rule there is; its other faults are told by Peppol BIS, which most are meant for.
    """
    syntax = find_syntax(root_name)
    name = asked or find_declared(specification) or (EN_16931 if specification else PEPPOL)
    rule_sets = _RULE_SETS.get((syntax, name))
    if rule_sets is None or root_name not in _SCHEMAS:
        return None
    if is_french:
        rule_sets = (*rule_sets, _FRENCH[syntax])
    return Profile(name=name, rule_sets=rule_sets, schema=_SCHEMAS[root_name])


def find_syntax(root_name: str) -> Syntax:
    """Return the syntax of a document by the local name of its root."""
    if root_name in ("Invoice", "CreditNote", "SelfBilledInvoice", "SelfBilledCreditNote"):
        return Syntax.UBL
    return Syntax.CII if root_name.startswith("CrossIndustry") else Syntax.NONE


def rule_files() -> tuple[str, ...]:
    """Return every file of rules and schema that a profile names."""
    sets = [rule_set for chosen in _RULE_SETS.values() for rule_set in chosen]
    files = [rule_set.file for rule_set in (*sets, *_FRENCH.values())]
    return tuple(dict.fromkeys((*files, *_SCHEMAS.values())))
