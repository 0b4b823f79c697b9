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

_WIDE = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARATION = re.compile(rb"\A\s*<\?xml\s[^>]*\?>")
_ENCODING = re.compile(rb"\sencoding\s*=\s*[\"']([^\"']*)[\"']")
#: supersets of ASCII, in which `<!DOCTYPE` cannot be written otherwise
_PLAIN_ENCODING = re.compile(
    rb"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-?125\d|cp-?125\d", re.IGNORECASE
)
_MISC = re.compile(rb"(?s)\s++|<\?.*?\?>|<!--.*?-->")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class XmlError(ValueError):
    """This XML is not read; `reason` is the id for people, the message says more."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class ParsedXml:
    """The root of a document, and whether it had to be mended to be read."""

    root: etree._Element
    was_mended: bool = False


def read_xml(content: bytes) -> ParsedXml:
    """Return the parsed XML of `content`.

    Raises XmlError with reason "too_large" or "unreadable" (a DOCTYPE, not well-formed).
    """
    if len(content) > MAX_XML:
        raise XmlError("too_large", f"more than {MAX_XML} bytes of XML")
    text = _as_ascii_compatible(content)
    root = _parse(text)
    if root is not None:
        return ParsedXml(root)
    root = _parse(_mended(text))
    if root is None:
        raise XmlError("unreadable", "not well-formed")
    return ParsedXml(root, was_mended=True)


def _as_ascii_compatible(content: bytes) -> bytes:
    """Return `content` without leading blanks, UTF-16 and UTF-32 turned into UTF-8."""
    content = content.lstrip(b" \t\r\n")
    if content.startswith(b"\xef\xbb\xbf"):
        return content[3:].lstrip(b" \t\r\n")
    for mark, encoding in _WIDE:
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
        raise XmlError("unreadable", "has a DOCTYPE")
    if not _has_plain_encoding(text):
        return None
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
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlError("unreadable", "has a DOCTYPE")
    return root


def _has_plain_encoding(text: bytes) -> bool:
    """Tell whether what the declaration says cannot hide a DOCTYPE (UTF-7 could)."""
    declaration = _DECLARATION.match(text)
    encoding = _ENCODING.search(declaration[0]) if declaration else None
    return encoding is None or bool(_PLAIN_ENCODING.fullmatch(encoding[1]))


def _mended(text: bytes) -> bytes:
    """Return `text` as UTF-8 from its first `<` on, without control characters or bare &."""
    body = _DECLARATION.sub(b"", text[max(text.find(b"<"), 0) :])
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        # What declares UTF-8 and is not is Windows-1252 in western Europe.
        body = body.decode("cp1252", errors="replace").encode("utf-8")
    return _BARE_AMPERSAND.sub(b"&amp;", _CONTROL.sub(b"", body)).strip()
