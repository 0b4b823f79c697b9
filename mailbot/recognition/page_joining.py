"""Tells whether a page begins a new document or goes on with the one before.

One ordered table of rules, read top to bottom; the first that knows, decides. A page that says
nothing belongs to the document before it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailbot.recognition.page_facts import PageFacts, PrintedNumber

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a page begins a document, and whether that is sure."""

    begins: bool
    is_sure: bool = True


NEW, _PERHAPS_NEW = Verdict(begins=True), Verdict(begins=True, is_sure=False)
_SAME = Verdict(begins=False)


@dataclass(slots=True)
class OpenDocument:
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
    def is_empty(self) -> bool:
        """Whether not a word stands on its pages."""
        return all(page.is_blank for page in self.pages)

    @property
    def has_total(self) -> bool:
        """Whether its sum has been met."""
        return any(page.has_total for page in self.pages)


def judge(document: OpenDocument, page: PageFacts) -> Verdict:
    """Return whether `page` begins a new document after `document`."""
    for rule in _RULES:
        verdict = rule(document, page)
        if verdict:
            return verdict
    return _SAME


def _nothing_on_it(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Join a page without a word: it is the back of the one before."""
    return _SAME if page.is_blank or document.is_empty else None


def _counts_on(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Join page 2 to page 1 of as many pages; numbers of the whole file prove nothing."""
    before, now = document.printed, page.printed
    # The first page often carries no number.
    last = before.number if before else len(document.pages)
    if not now or now.number != last + 1:
        return None
    if (not before or now.number == page.page) and _has_other_identity(document, page):
        return None
    return _SAME if not before or now.total == before.total else None


def _carries_on(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Join a page that says so, or has the sum at the foot of the one before at its head."""
    if page.is_continued and not page.prominence:
        return _SAME
    out = document.pages[-1].carried_out
    return _SAME if out is not None and out == page.carried_in else None


def _is_annex(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Join time sheets, delivery notes and conditions to the invoice of the same issuer."""
    if not _is_headed(page) or page.heading not in _ANNEXES or document.kind not in _BOOKED:
        return None
    if _mentions(document, page) or _is_same_issuer(document, page):
        return _SAME
    if page.heading == "terms":
        return NEW if _are_terms_of_another(document, page) else _SAME
    return _SAME if page.heading == "timesheet" and not _has_issuer(page) else NEW


def _are_terms_of_another(document: OpenDocument, page: PageFacts) -> bool:
    """Tell whether conditions without a name can hardly be the back of the document."""
    if any(other.mentions_terms for other in document.pages):
        return False
    if not any(other.has_register for other in document.pages):
        return False
    words = frozenset[str]().union(*(other.words for other in document.pages))
    return bool(page.courts) and not page.courts & words


def _is_other_kind(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part at a heading of another kind of paper, even when it repeats the number."""
    if not _is_headed(page) or not document.kind or page.heading == document.kind:
        return None
    is_detail = page.heading in _DETAILS and not page.has_total
    return None if is_detail and _is_same_issuer(document, page) else NEW


def _begins_after_last(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part after page n of n, at page 1 of another or at a page with its own heading."""
    before, now = document.printed, page.printed
    if not before or before.number != before.total:
        return None
    if now is None:
        return NEW if page.prominence > 0 and (page.has_total or page.invoice_number) else None
    return NEW if now.number == 1 and now.total else None


def _has_same_number(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Join pages of one invoice number; its copy is no other document."""
    if document.number and page.invoice_number:
        return _SAME if document.number == page.invoice_number else None
    return None


def _begins_counting(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part at a page 1, unless it is an annex that names the invoice."""
    if not page.printed or page.printed.number != 1:
        return None
    if not page.prominence and not page.has_total and _mentions(document, page):
        return _SAME
    return NEW if page.printed.total or document.printed else None


def _has_other_number(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part at another invoice number; without a heading or sum it may be a mention."""
    if not document.number or not page.invoice_number:
        return None
    if page.heading in _DETAILS - _BOOKED and not page.has_total:
        return None  # the number of a contract or of an order
    return NEW if page.has_total or page.prominence else _PERHAPS_NEW


def _has_other_issuer(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part at another issuer when the page has a heading, a number or a sum."""
    if not _is_other_issuer(document, page):
        return None
    # A sum alone is what the document still lacks, unless it was met.
    speaks = page.prominence > 0 or page.invoice_number or (page.has_total and document.has_total)
    return NEW if speaks else None


def _is_booked_otherwise(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part at an invoice with its number and sum: it is no page of a reminder or of conditions."""
    if page.kind not in _BOOKED or not document.kind or page.kind == document.kind:
        return None
    is_whole = page.has_total and (page.prominence > 0 or page.invoice_number)
    return NEW if is_whole else None


def _begins_again(document: OpenDocument, page: PageFacts) -> Verdict | None:
    """Part at a heading and a number or sum, when the sum of the document was met before."""
    if page.prominence < _PROMINENT or not document.has_total or _mentions(document, page):
        return None
    if page.invoice_number:
        return NEW
    return _PERHAPS_NEW if page.has_total else None


_RULES: tuple[Callable[[OpenDocument, PageFacts], Verdict | None], ...] = (
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


def _has_other_identity(document: OpenDocument, page: PageFacts) -> bool:
    number = document.number
    is_other_number = bool(number and page.invoice_number and number != page.invoice_number)
    return is_other_number or (page.prominence > 0 and _is_other_issuer(document, page))


def _mentions(document: OpenDocument, page: PageFacts) -> bool:
    """Tell whether the page names the number of the document."""
    number = "".join(c for c in (document.number or "").lower() if c.isalnum())
    return len(number) >= 4 and number in page.words


def _has_issuer(page: PageFacts) -> bool:
    return bool(page.supplier_vat or page.ibans or page.domains)


def _is_same_issuer(document: OpenDocument, page: PageFacts) -> bool:
    return any(
        _is_made_by(other.supplier_vat, page)
        or page.ibans & other.ibans
        or page.domains & other.domains
        or page.lines & other.lines
        for other in document.pages
    )


def _is_made_by(vat_number: str | None, page: PageFacts) -> bool:
    """Tell whether an issuer's VAT number is on the page, and not as its customer's."""
    return vat_number in page.vat_numbers and page.supplier_vat in (None, vat_number)


def _is_other_issuer(document: OpenDocument, page: PageFacts) -> bool:
    """Tell whether both name an issuer and nothing of one is on the other."""
    if _is_same_issuer(document, page):
        return False
    vats = {other.supplier_vat for other in document.pages} - {None}
    if page.supplier_vat and vats:
        return True
    if page.ibans and any(other.ibans for other in document.pages):
        return True
    has_domains = bool(page.domains) and any(other.domains for other in document.pages)
    has_sums = page.has_total and document.has_total
    return has_domains and (page.prominence >= _PROMINENT or has_sums)
