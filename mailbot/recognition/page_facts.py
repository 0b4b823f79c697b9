"""Collects what one page says about the document that it belongs to, before pages are joined.

Printed page numbers, carried-over sums, the number and the issuer of an invoice, headings.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from mailbot.recognition.candidates import find_candidates
from mailbot.recognition.document_class import decide_paper_kind, find_headings
from mailbot.recognition.fields import decide_number
from mailbot.recognition.grammars import find_amounts
from mailbot.recognition.layout import Cell, Layout, Page, build_layout
from mailbot.recognition.supplier import decide_parties
from mailbot.recognition.totals import decide_totals
from mailbot.recognition.vocabulary import WORDS, compact, compacted, tokens

#: page numbers without a total are looked for in these shares of the page, above and below
_TOP, _BOTTOM = 0.25, 0.85
#: a higher number without a total is no page of an invoice
_MAX_PAGE = 60
#: a row with more cells is of a table
_MAX_EDGE_CELLS = 3
#: rows at the end of a page among which a sum is carried over (a footer may follow)
_LAST_ROWS = 6
#: below this a number of an invoice is no identity
_SURE_NUMBER = 0.75
#: below this a sum is no total of a document
_SURE_TOTAL = 0.6
#: letters of a line that can be recognised when it is repeated on the next page
_MIN_REPEATED = 10
_REPEATED_TOP, _REPEATED_BOTTOM = 0.15, 0.85
#: points by which a repeated line may stand elsewhere
_PLACE = 3.0
_MAX_SEPARATOR_WORDS = 60

_LABELLED = re.compile(
    r"(?<![a-z])(?:(?:pagina|pag|page|seite|blz|bladzijde|blad|feuille|feuillet|folio|sheet|p)"
    r"[\s.:/°]*){1,3}(?:nr|no|n)?[\s.:°]*(\d{1,3})(?!\d)"
    r"(?:\s*(?:van de|van|sur|de|von|of|op|/|aus)\s*(\d{1,3})(?!\d))?",
    re.IGNORECASE,
)
# no zeros in front: "01/07" is a day
_BARE = re.compile(r"\s*([1-9]\d?)\s*/\s*([1-9]\d?)\s*")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]{3,}\.[a-z]{2,})", re.IGNORECASE)
_FREE_MAIL = ("gmail", "hotmail", "outlook", "telenet", "skynet", "live", "yahoo", "icloud", "gmx")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """The number that a page carries: 2 of 3; `total` is None when only "page 2" is printed."""

    number: int
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """What one page says; empty sets and None where it says nothing."""

    #: place in the file, 1-based
    page: int
    is_blank: bool = False
    #: a sheet that was put between documents before scanning
    is_separator: bool = False
    printed: PrintedNumber | None = None
    #: the number by which the page's own invoice is called
    invoice_number: str | None = None
    supplier_vat: str | None = None
    vat_numbers: frozenset[str] = frozenset()
    ibans: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    #: what the page would be by itself, "" when nothing says so
    kind: str = ""
    #: kind of paper that the most prominent heading names, e.g. "reminder", and how prominently
    heading: str = ""
    prominence: float = 0.0
    has_total: bool = False
    #: the sum that is carried to the next page, and from the page before
    carried_out: Decimal | None = None
    carried_in: Decimal | None = None
    #: says that conditions apply, or stand overleaf
    mentions_terms: bool = False
    #: the page's words in one piece, to find numbers of other pages
    words: frozenset[str] = frozenset()
    #: lines at the head and the foot of the page with their places
    lines: frozenset[tuple[str, int, int]] = field(default=frozenset(), repr=False)


def read_printed_number(page: Page) -> PrintedNumber | None:
    """Return the number printed on a page: "Pagina 1 van 3", "2/2", "pag. 1"."""
    return _printed(build_layout([page]))


def read_facts(page: Page, own_vat: str = "") -> PageFacts:
    """Return the facts of `page`; `own_vat` is the dossier's own VAT number, "" when unknown."""
    layout = build_layout([page])
    if not layout.rows:
        return PageFacts(page=page.number, is_blank=True)
    if _is_separator(layout):
        return PageFacts(page=page.number, is_separator=True)
    candidates = find_candidates(layout)
    number = decide_number(layout, candidates)
    supplier_vat = decide_parties(layout, candidates, own_vat).supplier_vat
    total = decide_totals(layout, candidates).total_incl
    has_total = total is not None and total.confidence >= _SURE_TOTAL
    heading, prominence = _heading(layout)
    return PageFacts(
        page=page.number,
        printed=_printed(layout),
        invoice_number=number.value if number and number.confidence >= _SURE_NUMBER else None,
        supplier_vat=supplier_vat.value if supplier_vat else None,
        vat_numbers=frozenset(c.value.number for c in candidates.vat_numbers),
        ibans=frozenset(c.value.number for c in candidates.ibans if c.value.is_valid),
        domains=_domains(layout.text),
        kind=_kind(layout, has_total=has_total),
        heading=heading,
        prominence=prominence,
        has_total=has_total,
        carried_out=_carried(layout, "out", len(layout.rows) - _LAST_ROWS),
        carried_in=_carried(layout, "in", 0),
        mentions_terms=_mentions_terms(layout),
        words=frozenset(compact(word.text) for word in page.words),
        lines=_lines(layout),
    )


def _is_separator(layout: Layout) -> bool:
    """Tell whether the page calls itself a sheet between documents."""
    words = [token for cell in layout.cells for token in tokens(cell.text)]
    if len(words) > _MAX_SEPARATOR_WORDS:
        return False
    text = "".join(words)
    return any(word in text for word in compacted("separator"))


def _kind(layout: Layout, *, has_total: bool) -> str:
    kind = decide_paper_kind(layout, is_negative=False, has_total=has_total)
    return kind.name if kind.cell is not None else ""


def _heading(layout: Layout) -> tuple[str, float]:
    named = find_headings(layout)
    if not named:
        return "", 0.0
    name = max(named, key=lambda one: named[one][0])
    return name, named[name][0]


def _domains(text: str) -> frozenset[str]:
    found = (match[1].lower() for match in _DOMAIN.finditer(text))
    return frozenset(name for name in found if name.split(".")[0] not in _FREE_MAIL)


def _mentions_terms(layout: Layout) -> bool:
    text = f" {' '.join(tokens(layout.text))} "
    return any(phrase in text for phrase in _terms_phrases())


@cache
def _terms_phrases() -> tuple[str, ...]:
    return tuple(f" {' '.join(tokens(word))} " for word in WORDS["terms_apply"]["words"])


# --- page numbers --------------------------------------------------------------------------------


def _printed(layout: Layout) -> PrintedNumber | None:
    found = [number for row in layout.rows if (number := _printed_in(row))]
    with_total = [number for number in found if number.total]
    return next(iter(with_total or found), None)


def _printed_in(row: tuple[Cell, ...]) -> PrintedNumber | None:
    """Return the page number in a row; without its label or total only at head or foot."""
    page = row[0].page
    is_edge = not _TOP * page.height < row[0].box[1] < _BOTTOM * page.height
    for match in _LABELLED.finditer(" ".join(cell.text for cell in row)):
        number = _numbered(match)
        if number and (is_edge or number.total):
            return number
    for cell in row if is_edge and len(row) <= _MAX_EDGE_CELLS else ():
        bare = _BARE.fullmatch(cell.text)
        if bare and (number := _numbered(bare)):
            return number
    return None


def _numbered(match: re.Match[str]) -> PrintedNumber | None:
    number, total = int(match[1]), int(match[2]) if match[2] else None
    if not number or number > (total or _MAX_PAGE):
        return None
    return PrintedNumber(number, total)


# --- sums that are carried over ------------------------------------------------------------------


def _carried(layout: Layout, way: str, first_row: int) -> Decimal | None:
    """Return the amount beside "over te brengen" (way out) or "overdracht" (way in)."""
    words = compacted("carried_over", way)
    for row in layout.rows[max(first_row, 0) :]:
        label = "".join(w for w in tokens(row[0].text) if not w[0].isdigit())
        if any(label.startswith(word) for word in words):
            amounts = list(find_amounts(" ".join(cell.text for cell in row)))
            if amounts:
                return amounts[-1].value.amount
    return None


# --- what is repeated ----------------------------------------------------------------------------


def _lines(layout: Layout) -> frozenset[tuple[str, int, int]]:
    """Return the longer lines at the head and the foot, each with its place in coarse steps."""
    found = set()
    for cell in layout.cells:
        height = max(cell.page.height, 1.0)
        is_edge = not _REPEATED_TOP < cell.box[1] / height < _REPEATED_BOTTOM
        text = compact(cell.text)
        if is_edge and len(text) >= _MIN_REPEATED:
            found.add((text, round(cell.x0 / _PLACE), round(cell.box[1] / _PLACE)))
    return frozenset(found)
