"""Makes the XSLT that the rule engine runs: of rule files of ours, and around published ones.

Of ISO/IEC 19757-3 it knows what our own files use: ns, let, pattern, rule with its own let,
assert, and functions of XSLT. The first rule of a pattern whose context fits a node is the one
that counts (§5.4.10), so each pattern becomes a mode and its rules templates of falling priority.
"""

from xml.sax.saxutils import quoteattr

from lxml import etree

SCHEMATRON = "http://purl.oclc.org/dsdl/schematron"
SVRL = "http://purl.oclc.org/dsdl/svrl"
XSLT = "http://www.w3.org/1999/XSL/Transform"

_SCH = f"{{{SCHEMATRON}}}"
_XSL = f"{{{XSLT}}}"


#: where a rule failed is not told, and finding it out takes a walk through the document each time:
#: a file with 10 000 faults would take minutes. Import precedence replaces both ways to do it.
_QUICK = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:schxslt="https://doi.org/10.5281/zenodo.1495494">
<xsl:import href={href}/>
<xsl:template match="/ | node() | @*" mode="schematron-select-full-path" priority="9"/>
<xsl:function name="schxslt:location" as="xs:string">
<xsl:param name="node" as="node()"/><xsl:sequence select="''"/></xsl:function>
</xsl:stylesheet>"""


def without_locations(href: str) -> str:
    """Return a stylesheet that does what the published one at `href` does, but for locations."""
    return _QUICK.format(href=quoteattr(href))


def to_xslt(schematron: bytes) -> bytes:
    """Return an XSLT 2.0 stylesheet that reports every failed assert of `schematron` as SVRL.

    Only for files that mailbot itself ships. Raises lxml.etree.XMLSyntaxError.
    """
    schema = etree.fromstring(schematron)
    spaces = {ns.get("prefix", ""): ns.get("uri", "") for ns in schema.iter(f"{_SCH}ns")}
    sheet = etree.Element(
        f"{_XSL}stylesheet", nsmap={**spaces, "xsl": XSLT, "svrl": SVRL}, version="2.0"
    )
    for function in schema.iterchildren(f"{_XSL}function"):
        sheet.append(function)
    _add_variables(sheet, schema)
    patterns = list(schema.iterchildren(f"{_SCH}pattern"))
    _add_start(sheet, [_mode(pattern) for pattern in patterns])
    for pattern in patterns:
        _add_variables(sheet, pattern)
        _add_pattern(sheet, pattern)
    return etree.tostring(sheet)


def _mode(pattern: etree._Element) -> str:
    return pattern.get("id", "")


def _add_variables(parent: etree._Element, source: etree._Element) -> None:
    """Add each `let` of `source` as a variable."""
    for let in source.iterchildren(f"{_SCH}let"):
        etree.SubElement(
            parent, f"{_XSL}variable", name=let.get("name", ""), select=let.get("value", "")
        )


def _add_start(sheet: etree._Element, modes: list[str]) -> None:
    """Add the template that walks the document once for each pattern."""
    start = etree.SubElement(sheet, f"{_XSL}template", match="/")
    output = etree.SubElement(start, f"{{{SVRL}}}schematron-output")
    for mode in modes:
        etree.SubElement(output, f"{_XSL}apply-templates", select="/*", mode=mode)


def _add_pattern(sheet: etree._Element, pattern: etree._Element) -> None:
    mode, rules = _mode(pattern), list(pattern.iterchildren(f"{_SCH}rule"))
    for place, rule in enumerate(rules):
        priority = str(len(rules) - place)
        context = rule.get("context", "")
        template = etree.SubElement(
            sheet, f"{_XSL}template", match=context, mode=mode, priority=priority
        )
        _add_variables(template, rule)
        for check in rule.iterchildren(f"{_SCH}assert"):
            _add_assert(template, check)
        etree.SubElement(template, f"{_XSL}apply-templates", select="*", mode=mode)
    onward = etree.SubElement(sheet, f"{_XSL}template", match="*", mode=mode, priority="0")
    etree.SubElement(onward, f"{_XSL}apply-templates", select="*", mode=mode)


def _add_assert(template: etree._Element, check: etree._Element) -> None:
    wrong = etree.SubElement(template, f"{_XSL}if", test=f"not({check.get('test', '')})")
    failed = etree.SubElement(
        wrong,
        f"{{{SVRL}}}failed-assert",
        id=check.get("id", ""),
        flag=check.get("flag", "fatal"),
    )
    text = etree.SubElement(failed, f"{{{SVRL}}}text")
    text.text = " ".join("".join(check.itertext()).split())
