"""Decides whether a file of several documents is split, and reads what pages a person names."""

import re
from dataclasses import replace

from mailbot.domain.errors import Refused
from mailbot.domain.invoice import DocumentClass, Invoice, Recognition

#: first and last page of a part, 1-based
PageRange = tuple[int, int]

_BOOKED = (DocumentClass.INVOICE, DocumentClass.CREDIT_NOTE)
#: so sure is only a bundle with sheets between its documents
_BY_SHEETS = 0.97
#: below this nobody may rely on where its documents begin
_SURE = 0.9
_MOST_PARTS = 200
_RANGE = re.compile(r"(\d{1,4})(?:\s*(-|t/m|tot|à|bis|to)\s*(\d{1,4})?)?", re.IGNORECASE)


def decide_split(read: Recognition) -> tuple[PageRange, ...]:
    """Return the parts that become documents of their own, () when the file stays whole.

    Sheets between documents say what somebody wants; else the parts must be sure, two or more of
    them must be booked, and each of those must show a number or a total.
    """
    parts = tuple((first, last) for first, last, _ in read.parts)
    sure = read.invoice.confidence("document_class")
    if sure >= _BY_SHEETS:
        return parts
    booked = [invoice for _, _, invoice in read.parts if invoice.document_class in _BOOKED]
    is_readable = all(_is_readable(invoice) for invoice in booked)
    return parts if sure >= _SURE and len(booked) > 1 and is_readable else ()


def _is_readable(invoice: Invoice) -> bool:
    return invoice.invoice_number is not None or invoice.total_incl is not None


def kept_whole(read: Recognition) -> Recognition:
    """Return the reading of a bundle that stays one document.

    The only invoice among other papers is what is booked; several are told, and none is chosen.
    """
    if not read.parts:
        return read
    booked = [invoice for _, _, invoice in read.parts if invoice.document_class in _BOOKED]
    if len(booked) > 1:
        return replace(read, warnings=_with(read.warnings, "bundle_in_doubt"))
    others = tuple(w for w in read.warnings if w != "bundle_in_doubt")
    if not booked:
        nothing = replace(read.invoice, document_class=DocumentClass.NOT_INVOICE)
        return replace(read, invoice=nothing, warnings=others)
    return replace(
        read,
        invoice=replace(booked[0], pages=read.invoice.pages),
        warnings=_with(others, "holds_other_papers"),
    )


def _with(warnings: tuple[str, ...], warning: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*warnings, warning)))


def read_ranges(text: str, n_pages: int) -> tuple[PageRange, ...]:
    """Return the parts in "1-2,3-" of a file of `n_pages` pages; the last one goes to the end.

    Raises Refused("bad_value") unless every page is in exactly one part, in order.
    """
    refused = Refused("bad_value", {"field": "pages", "value": text})
    ranges: list[PageRange] = []
    for piece in re.split(r"[,;+]|\ben\b|\bet\b|\bund\b|\band\b", text):
        found = _RANGE.fullmatch(piece.strip())
        if found is None:
            raise refused
        first = int(found[1])
        last = int(found[3]) if found[3] else n_pages if found[2] else first
        ranges.append((first, last))
    first, last = ranges[-1]
    ranges[-1] = (first, n_pages) if first == last else (first, last)
    expected = 1
    for first, last in ranges:
        if first != expected or not first <= last <= n_pages:
            raise refused
        expected = last + 1
    if expected != n_pages + 1 or not 1 < len(ranges) <= _MOST_PARTS:
        raise refused
    return tuple(ranges)
