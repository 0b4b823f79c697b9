"""Collects what one page says about the document that it belongs to, before pages are joined.

Printed page numbers, carried-over sums, the number and the issuer of an invoice, headings.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property

from mailbot.recognition.candidates import Candidates, find_candidates
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
#: rows at the head of a page among which it says that it goes on
_FIRST_ROWS = 4
#: registers of firms, by the court that keeps them: "RPR Gent"
_REGISTERS = frozenset({"rpr", "rpm", "rjp", "tpr"})
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
#: the town of the court that conditions name
_COURT = re.compile(
    r"(?:[Rr]echtbank(?:en)?|[Tt]ribuna(?:l|ux)|Gerichtsstand|[Cc]ourts?)"
    r"(?:\s+(?:van|te|de|d'|ist|of|in))?\s*:?\s*([A-ZÀ-Ý][\w-]{2,})"
)
_BARE = re.compile(r"\s*([1-9]\d?)\s*/\s*([1-9]\d?)\s*")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]{3,}\.[a-z]{2,})", re.IGNORECASE)
_FREE_MAIL = ("gmail", "hotmail", "outlook", "telenet", "skynet", "live", "yahoo", "icloud", "gmx")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """The number that a page carries: 2 of 3; `total` is None when only "page 2" is printed."""

    number: int
    total: int | None = None


class PageFacts:
    """What one page says, each thing looked for when it is asked: most pages need few."""

    def __init__(self, page: Page, own_vat: str = "") -> None:
        """Take a page; `own_vat` is the dossier's own VAT number, "" when unknown."""
        #: place in the file, 1-based
        self.page = page.number
        self._layout = build_layout([page])
        self._own_vat = own_vat

    @property
    def is_blank(self) -> bool:
        """Whether not a word stands on it."""
        return not self._layout.rows

    @cached_property
    def is_separator(self) -> bool:
        """Whether it calls itself a sheet between documents."""
        return _is_separator(self._layout)

    @cached_property
    def printed(self) -> PrintedNumber | None:
        """The number printed on it: "Pagina 1 van 3", "2/2", "pag. 1"."""
        return _printed(self._layout)

    @cached_property
    def _candidates(self) -> Candidates:
        return find_candidates(self._layout)

    @cached_property
    def invoice_number(self) -> str | None:
        """The number by which its own invoice is called."""
        number = decide_number(self._layout, self._candidates)
        return number.value if number and number.confidence >= _SURE_NUMBER else None

    @cached_property
    def supplier_vat(self) -> str | None:
        """The VAT number of who made it."""
        decided = decide_parties(self._layout, self._candidates, self._own_vat).supplier_vat
        return decided.value if decided else None

    @cached_property
    def vat_numbers(self) -> frozenset[str]:
        """Every VAT number on it."""
        return frozenset(c.value.number for c in self._candidates.vat_numbers)

    @cached_property
    def ibans(self) -> frozenset[str]:
        """Every valid account on it."""
        return frozenset(c.value.number for c in self._candidates.ibans if c.value.is_valid)

    @cached_property
    def domains(self) -> frozenset[str]:
        """The internet domains on it, without those of free mail."""
        return _domains(self._layout.text)

    @cached_property
    def kind(self) -> str:
        """What the page would be by itself, e.g. "reminder"; "" when nothing says so."""
        kind = decide_paper_kind(self._layout, is_negative=False, has_total=False)
        return kind.name if kind.cell is not None else ""

    @property
    def heading(self) -> str:
        """Kind of paper that the most prominent heading names, "" without one."""
        return self._heading[0]

    @property
    def prominence(self) -> float:
        """How much that heading stands out, see `document_class`."""
        return self._heading[1]

    @cached_property
    def _heading(self) -> tuple[str, float]:
        named = find_headings(self._layout)
        name = max(named, key=lambda one: named[one][0], default="")
        return name, named[name][0] if name else 0.0

    @cached_property
    def has_total(self) -> bool:
        """Whether the sum of a document stands on it."""
        total = decide_totals(self._layout, self._candidates).total_incl
        return total is not None and total.confidence >= _SURE_TOTAL

    @cached_property
    def carried_out(self) -> Decimal | None:
        """The sum that is carried to the next page."""
        return _carried(self._layout, "out", len(self._layout.rows) - _LAST_ROWS)

    @cached_property
    def carried_in(self) -> Decimal | None:
        """The sum that comes from the page before."""
        return _carried(self._layout, "in", 0)

    @cached_property
    def mentions_terms(self) -> bool:
        """Whether it says that conditions apply, or stand overleaf."""
        text = f" {' '.join(tokens(self._layout.text))} "
        return any(phrase in text for phrase in _terms_phrases())

    @cached_property
    def is_continued(self) -> bool:
        """Whether it says at its head that it goes on: "vervolg"."""
        first = self._layout.rows[:_FIRST_ROWS]
        words = {token for row in first for cell in row for token in tokens(cell.text)}
        return not words.isdisjoint(compacted("continued"))

    @cached_property
    def courts(self) -> frozenset[str]:
        """Towns of the courts that conditions name."""
        return frozenset(compact(match[1]) for match in _COURT.finditer(self._layout.text))

    @cached_property
    def has_register(self) -> bool:
        """Whether it names the register of its firm, which is kept by a court."""
        return not _REGISTERS.isdisjoint(tokens(self._layout.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words on it, each in one piece, to find numbers of other pages."""
        return frozenset(compact(word.text) for cell in self._layout.cells for word in cell.words)

    @cached_property
    def lines(self) -> frozenset[tuple[str, int, int]]:
        """The longer lines at its head and its foot with their places."""
        return _lines(self._layout)


def _is_separator(layout: Layout) -> bool:
    """Tell whether the page calls itself a sheet between documents."""
    words = [token for cell in layout.cells for token in tokens(cell.text)]
    if len(words) > _MAX_SEPARATOR_WORDS:
        return False
    text = "".join(words)
    return any(word in text for word in compacted("separator"))


def _domains(text: str) -> frozenset[str]:
    found = (match[1].lower() for match in _DOMAIN.finditer(text))
    return frozenset(name for name in found if name.split(".")[0] not in _FREE_MAIL)


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
