"""Tells where one document ends and the next begins in a file of several pages.

A page continues the document before it when it says so (page number, carried-over sum, the same
invoice number) or says nothing; it begins a new one when it says otherwise: page 1, another
number, another issuer, a heading of its own (the rules are in `page_joining`). Time sheets,
delivery notes and conditions of the same issuer belong to the invoice before them. Who puts sheets
between documents decides alone.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from mailbot.domain.invoice import (
    DocumentClass,
    Evidence,
    Invoice,
    Recognition,
    RecognitionStatus,
    Source,
)
from mailbot.recognition.layout import Page
from mailbot.recognition.page_facts import PageFacts, PrintedNumber
from mailbot.recognition.page_joining import NEW, OpenDocument, judge

#: more pages in a row without a word were not read
_MOST_BLANK = 1
_BY_SHEETS, _SURE, _IN_DOUBT = 0.98, 0.93, 0.6

IN_DOUBT = "bundle_in_doubt"


@dataclass(frozen=True, slots=True)
class Part:
    """One document in a file: first and last page, 1-based, and whether its beginning is sure."""

    first: int
    last: int
    is_sure: bool = True
    #: sheets between the documents say so
    by_sheets: bool = False


# --- the file ------------------------------------------------------------------------------------


def find_parts(
    pages: Sequence[Page], *, own_vat: str = "", separators: frozenset[int] = frozenset()
) -> tuple[Part, ...]:
    """Return the documents in `pages`, in order; one part means that the file is no bundle.

    `own_vat` is the dossier's own VAT number; `separators` are the numbers of pages that a code
    marks as sheets between documents: they are in no part.
    """
    if len(pages) < 2:
        return tuple(Part(page.number, page.number) for page in pages)
    facts = [PageFacts(page, own_vat) for page in pages]
    if not separators and _is_numbered_through(facts):
        return (Part(pages[0].number, pages[-1].number),)
    sheets = {f.page for f in facts if f.is_separator} | separators
    if sheets:
        return _parts_between(sheets, facts)
    documents: list[OpenDocument] = []
    for page in facts:
        verdict = judge(documents[-1], page) if documents else NEW
        if verdict.begins:
            documents.append(OpenDocument([page], verdict.is_sure))
        else:
            documents[-1].pages.append(page)
    return tuple(_part(document) for document in documents)


def _parts_between(sheets: AbstractSet[int], facts: Sequence[PageFacts]) -> tuple[Part, ...]:
    """Return what stands between sheets; who puts them in decides alone where documents begin."""
    parts: list[Part] = []
    is_open = False
    for page in facts:
        if page.page in sheets:
            is_open = False
        elif is_open:
            parts[-1] = replace(parts[-1], last=page.page)
        elif not page.is_blank:
            parts.append(Part(page.page, page.page, by_sheets=True))
            is_open = True
    return tuple(parts)


def _is_numbered_through(facts: Sequence[PageFacts]) -> bool:
    """Tell whether the pages say that they are 1 to n of n: then nothing else is looked at."""
    return all(
        page.printed is not None and page.printed == PrintedNumber(place, len(facts))
        for place, page in enumerate(facts, start=1)
    )


def _part(document: OpenDocument) -> Part:
    blank = [page.is_blank for page in document.pages]
    has_unread = any(all(blank[at : at + _MOST_BLANK + 1]) for at in range(len(blank) - 1))
    first, last = document.pages[0].page, document.pages[-1].page
    return Part(first, last, document.is_sure and not has_unread)


# --- reading the parts ---------------------------------------------------------------------------

#: reads pages that count from 1, of a document of so many pages
ReadOne = Callable[[Sequence[Page], int], Recognition]


def read_parts(
    parts: Sequence[Part], pages: Sequence[Page], read_one: ReadOne, *, n_pages: int
) -> Recognition:
    """Return the bundle with each part read by `read_one` as if it were a file of its own.

    Its evidence says on which page of the file a value stands. A file with more pages than were
    read is a bundle in doubt.
    """
    read = [_read_part(part, pages, read_one) for part in parts]
    is_sure = all(part.is_sure for part in parts) and n_pages == len(pages)
    by_sheets = is_sure and all(part.by_sheets for part in parts)
    sure = _BY_SHEETS if by_sheets else _SURE if is_sure else _IN_DOUBT
    certainty = Evidence(confidence=sure, source=Source.COMPUTED)
    invoice = Invoice(
        document_class=DocumentClass.BUNDLE,
        pages=n_pages,
        evidence={"document_class": certainty},
    )
    return Recognition(
        invoice=invoice,
        status=RecognitionStatus.NOK,
        warnings=() if is_sure else (IN_DOUBT,),
        text="\n\n".join(each.text for each in read),
        parts=tuple(
            (part.first, part.last, _in_file(each.invoice, part.first - 1))
            for part, each in zip(parts, read, strict=True)
        ),
    )


def _read_part(part: Part, pages: Sequence[Page], read_one: ReadOne) -> Recognition:
    own = [page for page in pages if part.first <= page.number <= part.last]
    return read_one([replace(page, number=n) for n, page in enumerate(own, start=1)], len(own))


def _in_file(invoice: Invoice, before: int) -> Invoice:
    """Return the invoice of a part with its pages counted in the file, `before` pages further."""
    evidence = {
        name: replace(known, page=known.page + before) if known.page else known
        for name, known in invoice.evidence.items()
    }
    return replace(invoice, evidence=evidence)
