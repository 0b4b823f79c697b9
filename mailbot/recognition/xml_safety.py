"""Parses XML from strangers: no DTD, no entities, no network, nothing larger than its limit.

A DOCTYPE is refused before a parser sees it: without one there are no entities to expand and no
external files to fetch (OWASP XXE; XML 1.0 §2.8). What real senders get wrong and what has only
one meaning is mended: blank lines before the declaration, a wrong encoding, a bare ampersand.
"""

import re
from dataclasses import dataclass

from lxml import etree

#: bytes; above what one mail can bring
MAX_XML = 64 * 1024 * 1024

#: libxml2 takes no text node above this many bytes unless `huge_tree` is on
_MAX_TEXT_NODE = 10_000_000

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARATION = re.compile(rb"\A\s*<\?xml\s[^>]*\?>")
_MISC = re.compile(rb"(?s)\s++|<\?.*?\?>|<!--.*?-->")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class XmlError(ValueError):
    """This XML is not read; `reason` is the id that `Recognition.unreadable` carries."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ParsedXml:
    """The root of a document, and whether it had to be mended to be read."""

    root: etree._Element
    was_mended: bool = False


def read_xml(content: bytes) -> ParsedXml:
    """Return the parsed XML of `content`.

    Raises XmlError("xml_too_large" | "xml_doctype" | "xml_broken").
    """
    if len(content) > MAX_XML:
        raise XmlError("xml_too_large")
    text = _as_ascii_compatible(content)
    root = _parse(text)
    if root is not None:
        return ParsedXml(root)
    root = _parse(_mended(text))
    if root is None:
        raise XmlError("xml_broken")
    return ParsedXml(root, was_mended=True)


def _as_ascii_compatible(content: bytes) -> bytes:
    """Return `content` without leading blanks, UTF-16 and UTF-32 turned into UTF-8."""
    content = content.lstrip(b" \t\r\n")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            text = content.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
            return _DECLARATION.sub(b"", text.encode("utf-8", errors="replace"))
    return content


def _has_doctype(text: bytes) -> bool:
    """Tell whether a DOCTYPE stands before the root element (XML 1.0, production 22)."""
    position = 0
    while found := _MISC.match(text, position):
        position = found.end()
    return text[position : position + 9].upper() == b"<!DOCTYPE"


def _parse(text: bytes) -> etree._Element | None:
    """Return the root element, None when `text` is not well-formed. Raises XmlError.

    `huge_tree` stays off but for files that cannot be read without it: a PDF of 7.5 MB inside a
    UBL invoice is one text node of 10 MB. DOCTYPE and size are checked before, and libxml2 limits
    the depth (2048) even then.
    """
    if _has_doctype(text):
        raise XmlError("xml_doctype")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=len(text) > _MAX_TEXT_NODE,
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    # Some encodings (UTF-7) can hide a DOCTYPE from the check on bytes.
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("xml_doctype")
    return root


def _mended(text: bytes) -> bytes:
    """Return `text` as UTF-8 from its first `<` on, without control characters or bare &."""
    body = _DECLARATION.sub(b"", text[max(text.find(b"<"), 0) :])
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        # What declares UTF-8 and is not is Windows-1252 in western Europe.
        body = body.decode("cp1252", errors="replace").encode("utf-8")
    return _BARE_AMPERSAND.sub(b"&amp;", _CONTROL.sub(b"", body)).strip()
