"""Finds values in an XML tree by local names, whatever prefix or version its namespace has.

Paths are local names with slashes, "PaymentMeans/PaymentID"; every branch is followed. Values that
nobody filled in (`${number}`, `__NAME__`) and values that are not what they should be are None.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of an element

#: characters; longer is no name, number or reference
_MAX_TEXT = 1000
#: digits before the decimal point; more is no amount of money
_MAX_DIGITS = 15

_AMOUNT = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_COMMA_AMOUNT = re.compile(r"[+-]?\d{1,15},\d{1,2}", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
#: how generators of XML write a variable that they did not fill in
_PLACEHOLDERS = (("__", "__"), ("${", "}"), ("{", "}"), ("%%", "%%"))


def local_name(node: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def children(node: Element | None, name: str) -> Iterator[Element]:
    """Yield the children of `node` called `name`, in any namespace or none."""
    if node is not None:
        yield from node.iterchildren(f"{{*}}{name}")


def find_all(node: Element | None, path: str) -> Iterator[Element]:
    """Yield every element below `node` at `path`, in document order."""
    name, _, rest = path.partition("/")
    for child in children(node, name):
        if rest:
            yield from find_all(child, rest)
        else:
            yield child


def find(node: Element | None, path: str) -> Element | None:
    """Return the first element at `path`, None if there is none."""
    return next(find_all(node, path), None)


def own_text(node: Element | None) -> str | None:
    """Return the text of `node` with single spaces, None when it is empty or a placeholder."""
    if node is None:
        return None
    text = " ".join("".join(node.itertext()).split())[:_MAX_TEXT]
    return None if not text or _is_placeholder(text) else text


def _is_placeholder(text: str) -> bool:
    return any(
        text.startswith(before) and text.endswith(after) and len(text) > len(before + after)
        for before, after in _PLACEHOLDERS
    )


def find_text(node: Element | None, *paths: str) -> str | None:
    """Return the first text at any of `paths`, tried in their order."""
    return next(find_texts(node, *paths), None)


def find_texts(node: Element | None, *paths: str) -> Iterator[str]:
    """Yield every text at `paths`."""
    for path in paths:
        for found in find_all(node, path):
            if text := own_text(found):
                yield text


def text_of(root: Element) -> str:
    """Return every text of a document but its base64 attachments, in document order."""
    texts = (
        " ".join(node.text.split())
        for node in root.iter(etree.Element)
        if node.text and not local_name(node).endswith("BinaryObject")
    )
    return "\n".join(filter(None, texts))


def find_amount(node: Element | None, *paths: str) -> Decimal | None:
    """Return the first amount at any of `paths`."""
    return next((a for t in find_texts(node, *paths) if (a := read_amount(t)) is not None), None)


def find_date(node: Element | None, *paths: str) -> date | None:
    """Return the first date at any of `paths`."""
    return next((d for t in find_texts(node, *paths) if (d := read_date(t))), None)


def read_amount(text: str) -> Decimal | None:
    """Return an xsd:decimal; an exponent and a decimal comma are met in the wild, too."""
    if _COMMA_AMOUNT.fullmatch(text):
        text = text.replace(",", ".")
    if not _AMOUNT.fullmatch(text):
        return None
    amount = Decimal(text)
    return amount if amount.adjusted() < _MAX_DIGITS else None


def read_date(text: str) -> date | None:
    """Return the day of an ISO 8601 date, date-time or YYYYMMDD (UNTDID 2379 code 102)."""
    found = _ISO_DATE.match(text) or _COMPACT_DATE.match(text)
    if not found:
        return None
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
