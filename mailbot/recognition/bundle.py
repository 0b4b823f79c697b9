"""Tells where one document ends and the next begins in a file of several pages.

A page continues the document before it when it says so (page number, carried-over sum, the same
invoice number) or says nothing; it begins a new one when it says otherwise: page 1, another
number, another issuer, a heading of its own. Time sheets, delivery notes and conditions of the
same issuer belong to the invoice before them. The rules are one ordered table; the first that
knows, decides.
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
from mailbot.recognition.page_facts import (
    PageFacts,
    PrintedNumber,
    read_facts,
    read_printed_number,
)

#: papers that are booked, and papers that travel behind them
_BOOKED = frozenset({"invoice", "credit_note"})
_ANNEXES = frozenset({"terms", "delivery_note", "timesheet"})
#: what a page of details may be headed by: "Contract 12", "Bestelling 4711"
_DETAILS = frozenset({"contract", "order", "statement", "payment_notice", "invoice"})
#: papers that list the numbers of invoices, and have none themselves
_LISTS = frozenset({"reminder", "statement", "payment_notice"})
#: a heading that begins a document stands out this much
_PROMINENT = 1.3
#: and one of conditions, which fill the page in small print, this much
_PROMINENT_TERMS = 1.0
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


@dataclass(frozen=True, slots=True)
class _Verdict:
    begins: bool
    is_sure: bool = True


_NEW, _PERHAPS_NEW = _Verdict(begins=True), _Verdict(begins=True, is_sure=False)
_SAME = _Verdict(begins=False)


@dataclass(slots=True)
class _Open:
    """The document that is being put together."""

    pages: list[PageFacts]
    is_sure: bool

    @property
    def number(self) -> str | None:
        """The invoice number, None on papers that only list numbers."""
        if self.kind in _LISTS:
            return None
        return next((p.invoice_number for p in self.pages if p.invoice_number), None)

    @property
    def kind(self) -> str:
        """Kind of paper of its first page, "" when nothing says so."""
        return self.pages[0].kind

    @property
    def printed(self) -> PrintedNumber | None:
        """The last page number seen."""
        return next((p.printed for p in reversed(self.pages) if p.printed), None)

    @property
    def has_total(self) -> bool:
        """Whether its sum has been met."""
        return any(page.has_total for page in self.pages)


# --- the file ------------------------------------------------------------------------------------


def find_parts(
    pages: Sequence[Page], *, own_vat: str = "", separators: frozenset[int] = frozenset()
) -> tuple[Part, ...]:
    """Return the documents in `pages`, in order; one part means that the file is no bundle.

    `own_vat` is the dossier's own VAT number; `separators` are the numbers of pages that a code
    marks as sheets between documents: they are in no part.
    """
    if len(pages) < 2 or (not separators and _is_numbered_through(pages)):
        return (Part(pages[0].number, pages[-1].number),) if pages else ()
    facts = [read_facts(page, own_vat) for page in pages]
    sheets = {f.page for f in facts if f.is_separator} | separators
    if sheets:
        return _parts_between(sheets, facts)
    documents: list[_Open] = []
    for page in facts:
        verdict = _judge(documents[-1], page) if documents else _NEW
        if verdict.begins:
            documents.append(_Open([page], verdict.is_sure))
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


def _is_numbered_through(pages: Sequence[Page]) -> bool:
    """Tell whether the pages say that they are 1 to n of n: then nothing else is looked at."""
    printed = (read_printed_number(page) for page in pages)
    return all(
        number is not None and number.total == len(pages) and number.number == place
        for place, number in enumerate(printed, start=1)
    )


def _is_empty(document: _Open) -> bool:
    return all(page.is_blank for page in document.pages)


def _part(document: _Open) -> Part:
    blank = [page.is_blank for page in document.pages]
    has_unread = any(all(blank[at : at + _MOST_BLANK + 1]) for at in range(len(blank) - 1))
    first, last = document.pages[0].page, document.pages[-1].page
    return Part(first, last, document.is_sure and not has_unread)


# --- the rules -----------------------------------------------------------------------------------


def _judge(document: _Open, page: PageFacts) -> _Verdict:
    """Return whether `page` begins a new document after `document`."""
    for rule in _RULES:
        verdict = rule(document, page)
        if verdict:
            return verdict
    return _SAME


def _nothing_on_it(document: _Open, page: PageFacts) -> _Verdict | None:
    """Join a page without a word: it is the back of the one before."""
    return _SAME if page.is_blank or _is_empty(document) else None


def _counts_on(document: _Open, page: PageFacts) -> _Verdict | None:
    """Join page 2 to page 1 of as many pages; numbers of the whole file prove nothing."""
    before, now = document.printed, page.printed
    if not before or not now or now.number != before.number + 1:
        return None
    if now.number == page.page and _has_other_identity(document, page):
        return None
    return _SAME if now.total == before.total else None


def _carries_on(document: _Open, page: PageFacts) -> _Verdict | None:
    """Join when the sum at the foot of the page before stands at the head of this one."""
    out = document.pages[-1].carried_out
    return _SAME if out is not None and out == page.carried_in else None


def _is_annex(document: _Open, page: PageFacts) -> _Verdict | None:
    """Join time sheets, delivery notes and conditions to the invoice of the same issuer."""
    if not _is_headed(page) or page.heading not in _ANNEXES or document.kind not in _BOOKED:
        return None
    if _mentions(document, page) or _is_same_issuer(document, page):
        return _SAME
    if page.heading == "terms":
        # Conditions without a name are those of the invoice if that speaks of them.
        return _SAME if any(p.mentions_terms for p in document.pages) else _NEW
    return _SAME if page.heading == "timesheet" and not _has_issuer(page) else _NEW


def _is_other_kind(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part at a heading of another kind of paper, even when it repeats the number."""
    if not _is_headed(page) or not document.kind or page.heading == document.kind:
        return None
    is_detail = page.heading in _DETAILS and not page.has_total
    return None if is_detail and _is_same_issuer(document, page) else _NEW


def _begins_after_last(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part after page n of n, at page 1 of another or at a page with its own heading."""
    before, now = document.printed, page.printed
    if not before or before.number != before.total:
        return None
    if now is None:
        return _NEW if page.prominence > 0 and (page.has_total or page.invoice_number) else None
    return _NEW if now.number == 1 and now.total else None


def _has_same_number(document: _Open, page: PageFacts) -> _Verdict | None:
    """Join pages of one invoice number; its copy is no other document."""
    if document.number and page.invoice_number:
        return _SAME if document.number == page.invoice_number else None
    return None


def _begins_counting(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part at a page 1, unless it is an annex that names the invoice."""
    if not page.printed or page.printed.number != 1:
        return None
    if not page.prominence and not page.has_total and _mentions(document, page):
        return _SAME
    return _NEW if page.printed.total or document.printed else None


def _has_other_number(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part at another invoice number; without a heading or sum it may be a mention."""
    if not document.number or not page.invoice_number:
        return None
    return _NEW if page.has_total or page.prominence else _PERHAPS_NEW


def _has_other_issuer(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part at another issuer when the page has a heading, a number or a sum."""
    if not _is_other_issuer(document, page):
        return None
    speaks = page.prominence > 0 or page.invoice_number or page.has_total
    return _NEW if speaks else None


def _is_booked_otherwise(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part at an invoice with its number and sum: it is no page of a reminder or of conditions."""
    if page.kind not in _BOOKED or not document.kind or page.kind == document.kind:
        return None
    is_whole = page.has_total and (page.prominence > 0 or page.invoice_number)
    return _NEW if is_whole else None


def _begins_again(document: _Open, page: PageFacts) -> _Verdict | None:
    """Part at a heading and a number or sum, when the sum of the document was met before."""
    if page.prominence < _PROMINENT or not document.has_total:
        return None
    if page.invoice_number:
        return _NEW
    return _PERHAPS_NEW if page.has_total else None


_RULES: tuple[Callable[[_Open, PageFacts], _Verdict | None], ...] = (
    _nothing_on_it,
    _counts_on,
    _carries_on,
    _is_annex,
    _is_other_kind,
    _begins_after_last,
    _has_same_number,
    _begins_counting,
    _has_other_number,
    _has_other_issuer,
    _is_booked_otherwise,
    _begins_again,
)


def _is_headed(page: PageFacts) -> bool:
    is_terms = page.heading == "terms"
    return page.prominence >= (_PROMINENT_TERMS if is_terms else _PROMINENT)


def _has_other_identity(document: _Open, page: PageFacts) -> bool:
    number = document.number
    is_other_number = bool(number and page.invoice_number and number != page.invoice_number)
    return is_other_number or (page.prominence > 0 and _is_other_issuer(document, page))


def _mentions(document: _Open, page: PageFacts) -> bool:
    """Tell whether the page names the number of the document."""
    number = "".join(c for c in (document.number or "").lower() if c.isalnum())
    return len(number) >= 4 and number in page.words


def _has_issuer(page: PageFacts) -> bool:
    return bool(page.supplier_vat or page.ibans or page.domains)


def _is_same_issuer(document: _Open, page: PageFacts) -> bool:
    return any(
        (other.supplier_vat and other.supplier_vat in page.vat_numbers)
        or page.ibans & other.ibans
        or page.domains & other.domains
        or page.lines & other.lines
        for other in document.pages
    )


def _is_other_issuer(document: _Open, page: PageFacts) -> bool:
    """Tell whether both name an issuer and nothing of one is on the other."""
    if _is_same_issuer(document, page):
        return False
    vats = {other.supplier_vat for other in document.pages} - {None}
    if page.supplier_vat and vats:
        return True
    ibans = frozenset[str]().union(*(other.ibans for other in document.pages))
    return bool(page.ibans and ibans)


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
