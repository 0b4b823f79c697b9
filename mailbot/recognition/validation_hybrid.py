"""Checks how a PDF carries its invoice: name, relationship, metadata, PDF/A.

Sources: Factur-X 1.0 §6 (embedding, XMP), ZUGFeRD 2.x and 1.0 (older names), ISO 19005-3 §6.8
(associated files) and §6.2.3 (output intent), PDF Association AFRelationship values.
"""

import io
import zlib
from collections.abc import Iterator

import pikepdf

from mailbot.recognition.validation_profile import find_declared
from mailbot.recognition.validation_verdict import Broken
from mailbot.recognition.xml_safety import XmlError, read_xml
from mailbot.recognition.xml_tree import Element, local_name

#: bytes of XMP metadata, inflated
_MAX_METADATA = 4 * 1024 * 1024

_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
#: profile (`validation_profile`) -> what the XMP calls it
_LEVELS = {
    "factur-x-minimum": "MINIMUM",
    "factur-x-basic-wl": "BASIC WL",
    "factur-x-basic": "BASIC",
    "factur-x-extended": "EXTENDED",
    "extended-ctc-fr": "EXTENDED",
}
_LEVELS_OF_EN_16931 = ("EN 16931", "EN16931", "COMFORT", "XRECHNUNG")

_SENTENCES = {
    "FX-XML": "The PDF carries no invoice as XML.",
    "FX-NAME": "The invoice inside must be called factur-x.xml or xrechnung.xml.",
    "FX-SPECIFICATION": "The XML names no profile of Factur-X (BT-24).",
    "FX-AF": "The catalogue of the PDF must list the invoice as an associated file (/AF).",
    "FX-RELATIONSHIP": "The invoice must say how it relates to the PDF (/AFRelationship).",
    "FX-RELATIONSHIP-VALUE": "The relationship should be Data or Alternative.",
    "FX-XMP": "The metadata (XMP) must name the XML and its profile.",
    "FX-XMP-LEVEL": "The metadata of the PDF and the XML name different profiles.",
    "FX-PDF-A": "The PDF must be PDF/A-3, and define its colours (output intent).",
}
_EMPTY = pikepdf.Dictionary()
#: rules about the PDF around an invoice, not about the invoice
CARRIER_RULES = frozenset(_SENTENCES)
_DAMAGE = (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError)


def check_hybrid(content: bytes, name: str, specification: str) -> tuple[Broken, ...]:
    """Return what is wrong with how a PDF carries the XML called `name`.

    `name` is empty when there is none; `specification` is what the XML says it follows (BT-24).
    """
    if not name:
        return (_broken("FX-XML"),)
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return tuple(map(_broken, _faults(pdf, name, specification)))
    except _DAMAGE:
        return (_broken("FX-PDF-A"),)


def _broken(rule: str) -> Broken:
    is_fatal = rule != "FX-RELATIONSHIP-VALUE"
    return Broken(rule=rule, sentence=_SENTENCES[rule], is_fatal=is_fatal)


def _faults(pdf: pikepdf.Pdf, name: str, specification: str) -> Iterator[str]:
    profile = find_declared(specification)
    is_first = profile == "zugferd-1"
    if name.rpartition("/")[2].lower() not in _NAMES:
        yield "FX-NAME"
    if specification and profile is None:
        yield "FX-SPECIFICATION"
    if not is_first:
        yield from _association_faults(pdf)
    metadata = _metadata(pdf)
    yield from _level_faults(metadata, profile)
    if metadata.get("part") != "3" or not _has_defined_colours(pdf):
        yield "FX-PDF-A"


def _has_defined_colours(pdf: pikepdf.Pdf) -> bool:
    """Tell whether an output intent defines the colours, or every page has spaces of its own.

    Whether each colour on a page is in such a space (ISO 19005-3 §6.2.4) is not looked at.
    """
    if "/OutputIntents" in pdf.Root:
        return True
    return all("/ColorSpace" in page.obj.get("/Resources", _EMPTY) for page in pdf.pages)


def _association_faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Yield what is wrong with /AF, which ISO 19005-3 asks for and ZUGFeRD 1.0 did not know."""
    associated = pdf.Root.get("/AF")
    if not isinstance(associated, pikepdf.Array) or not len(associated):
        yield "FX-AF"
        return
    relations = [str(file.get("/AFRelationship", "")) for file in list(associated)[:100]]
    if not any(relations):
        yield "FX-RELATIONSHIP"
    elif not {"/Data", "/Alternative"} & set(relations):
        yield "FX-RELATIONSHIP-VALUE"


def _level_faults(metadata: dict[str, str], profile: str | None) -> Iterator[str]:
    level = metadata.get("ConformanceLevel", "").upper().replace("_", " ")
    if not level or not metadata.get("DocumentFileName"):
        yield "FX-XMP"
    elif profile is not None and profile != "zugferd-1" and not _fits(level, profile):
        yield "FX-XMP-LEVEL"


def _fits(level: str, profile: str) -> bool:
    if profile in _LEVELS:
        return level.replace(" ", "") == _LEVELS[profile].replace(" ", "")
    return level in _LEVELS_OF_EN_16931


def _metadata(pdf: pikepdf.Pdf) -> dict[str, str]:
    """Return the values that XMP gives to the names asked for here, as elements or attributes."""
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, pikepdf.Stream):
        return {}
    try:
        root = read_xml(_inflated(stream)).root
    except XmlError:
        return {}
    return dict(_values(root))


def _values(root: Element) -> Iterator[tuple[str, str]]:
    wanted = ("ConformanceLevel", "DocumentFileName", "part")
    for node in root.iter("*"):
        pairs = [(local_name(node), node.text or ""), *map(_plain, node.attrib.items())]
        yield from ((name, value.strip()) for name, value in pairs if name in wanted)


def _plain(attribute: tuple[str | bytes, str | bytes]) -> tuple[str, str]:
    return str(attribute[0]).rpartition("}")[2], str(attribute[1])


def _inflated(stream: pikepdf.Stream) -> bytes:
    """Return the content of a stream that is plain or deflated, b"" when it is too large."""
    raw = stream.read_raw_bytes()
    if "/Filter" not in stream:
        return raw if len(raw) <= _MAX_METADATA else b""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(raw, _MAX_METADATA)
    except zlib.error:
        return b""
    return b"" if inflater.unconsumed_tail else content
