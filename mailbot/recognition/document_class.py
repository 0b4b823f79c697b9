"""Says what a paper is: invoice, credit note, or something that is never booked.

Three things speak: headings, by how much they stand out; the label "invoice number"; and
sentences by which papers say what they are ("werd nog niet betaald"). The kind with the most wins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mailbot.domain.invoice import DocumentClass
from mailbot.domain.money import to_cents
from mailbot.recognition.labels import find_labels
from mailbot.recognition.layout import Cell, Layout
from mailbot.recognition.totals import Totals
from mailbot.recognition.vocabulary import WORDS, compact, compacted, tokens

_CLASSES = {"invoice": DocumentClass.INVOICE, "credit_note": DocumentClass.CREDIT_NOTE}
#: words of the longest heading
_MAX_WORDS = 6
#: words before a heading's own word: "tweede en laatste aanmaning"
_MAX_FILLERS = 3
#: letters of the shortest ending that a word in one piece is known by
_MIN_STEM = 3
_LEAST = 0.9
#: papers that are no invoices are named in many invoices ("uw bestelling"): they must stand out
_LEAST_OTHER = 1.05
#: times the usual letters from which a text is a heading wherever it stands
_HEADING_SIZE = 1.8
#: times the usual letters from which it is the title of the page
_TITLE_SIZE = 1.4
#: cells of a row from which they head columns
_COLUMNS = 4
#: and up to which it is a label when a value stands beside it
_LABEL_SIZE = 1.15
#: share of digits from which a text is a value: "15. Bevoegde rechtbank" is none
_VALUE_DIGITS = 0.25
#: what the label "invoice number" counts as against headings
_LABEL_PROMINENCE = 1.5
#: what the first sentence counts as, and each further one
_FIRST_PHRASE, _NEXT_PHRASE, _MAX_PHRASES = 0.9, 0.5, 4
#: "dit is geen factuur" leaves no doubt, whatever else the paper shows
_DENIAL = {"pro_forma": 0.9}
#: what a sentence adds to a heading of the same kind
_PHRASE_BESIDE_HEADING = 0.4
#: kinds of paper that show no VAT; one that does is hardly of them
_WITHOUT_VAT = frozenset(
    {
        "reminder",
        "statement",
        "payment_notice",
        "payslip",
        "terms",
        "contract",
        "delivery_note",
        "letter",
    }
)
_VAT_SHOWN = 0.45
_VAT_WORDS = frozenset({"btw", "tva", "mwst", "ust", "vat", "umsatzsteuer", "mehrwertsteuer"})
_AMOUNT = re.compile(r"\d[.,]\d{2}(?!\d)")
_CODE = re.compile(r"\((\d{3})\)")
#: by so much less prominent a word is a mention and no heading
_MUCH = 0.8
_NOTHING = (0.0, None)


@dataclass(frozen=True, slots=True)
class PaperKind:
    """What a paper is, how sure, and the cell that says it (None when nothing does)."""

    document_class: DocumentClass
    confidence: float
    #: group of words.toml, table paper, e.g. "reminder"
    name: str
    cell: Cell | None = None


#: kind of paper -> how much speaks for it, and the cell that says so
Scores = dict[str, tuple[float, Cell | None]]


@cache
def _words() -> dict[str, str]:
    return {compact(word): group for group, words in WORDS["paper"].items() for word in words}


@cache
def _endings() -> tuple[tuple[str, str], ...]:
    """Return ending and kind, the longest first."""
    pairs = [(word, name) for name, words in WORDS["paper_endings"].items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _codes() -> dict[str, str]:
    return {code: group for group, codes in WORDS["paper_codes"].items() for code in codes}


@cache
def _phrases() -> tuple[tuple[str, str], ...]:
    return tuple(
        (f" {' '.join(tokens(phrase))} ", group)
        for group, phrases in WORDS["paper_phrases"].items()
        for phrase in phrases
    )


def decide_paper_kind(layout: Layout, *, is_negative: bool, has_total: bool) -> PaperKind:
    """Return what the paper is; without a heading, its labels and its amounts decide."""
    scores = find_headings(layout)
    by_labels = _by_labels(layout, has_total=has_total)
    if by_labels.cell is not None:
        # "Factuurnummer" speaks for an invoice; a heading must stand out more than that.
        _raise(scores, by_labels.name, _LABEL_PROMINENCE, by_labels.cell)
    _add_phrases(scores, layout)
    if _shows_vat(layout):
        scores = {n: (s - _VAT_SHOWN * (n in _WITHOUT_VAT), c) for n, (s, c) in scores.items()}
    kind = _best(scores) or by_labels
    if is_negative and kind.document_class is DocumentClass.INVOICE:
        return PaperKind(DocumentClass.CREDIT_NOTE, 0.85, "credit_note", kind.cell)
    return kind


def is_credited(totals: Totals) -> bool:
    """Tell whether the total is negative; one that is only deducted, as paid before, is not."""
    if not totals.is_negative or totals.total_incl is None:
        return False
    value = totals.values.get(abs(to_cents(totals.total_incl.value)))
    is_deducted = value is not None and value.role("prepaid") > 0
    return not (is_deducted and value and any(c.value.amount > 0 for c in value.candidates))


def find_headings(layout: Layout) -> Scores:
    """Return the kinds of paper that the top of the first page names, and how prominently."""
    scores: Scores = {}
    for cell in _upper_cells(layout):
        found = _heading(cell, layout)
        if found:
            _raise(scores, *found, cell)
    return scores


def _raise(scores: Scores, name: str, score: float, cell: Cell | None) -> None:
    if score > scores.get(name, _NOTHING)[0]:
        scores[name] = (score, cell)


def _upper_cells(layout: Layout) -> list[Cell]:
    if not layout.rows:
        return []
    first = layout.rows[0][0].page
    return [c for c in layout.cells if c.page is first and c.box[1] < 0.62 * first.height]


# --- headings ------------------------------------------------------------------------------------


def _heading(cell: Cell, layout: Layout) -> tuple[str, float] | None:
    """Return the kind of paper that a cell names and how much it looks like a heading."""
    words = tokens(cell.text)
    is_subject = bool(words) and words[0] in compacted("paper_before", "subjects")
    words = words[1:] if is_subject else words
    for skipped in _starts(words):
        found = _named(words[skipped:])
        if found:
            name, length = found
            rest = words[skipped + length :]
            score = _prominence(cell, rest, length, layout, is_subject=is_subject)
            return _codes().get(_code(cell), name), score
    return None


def _code(cell: Cell) -> str:
    """Return the code of the kind of document (UNTDID 1001) in a heading: "Rechnung (380)"."""
    code = _CODE.search(cell.text)
    return code[1] if code else ""


def _starts(words: list[str]) -> Iterator[int]:
    """Yield where the heading's own word may stand: behind "uw", "2de", "laatste"."""
    fillers = compacted("paper_before", "fillers")
    for skipped in range(min(_MAX_FILLERS + 1, len(words))):
        yield skipped
        if words[skipped] not in fillers:
            return


def _named(words: list[str]) -> tuple[str, int] | None:
    """Return the kind of paper that the first words name, and how many words do."""
    for length in range(min(_MAX_WORDS, len(words)), 0, -1):
        group = _words().get("".join(words[:length]))
        if group:
            return group, length
    for ending, group in _endings():
        if words and words[0].endswith(ending) and len(words[0]) >= len(ending) + _MIN_STEM:
            return group, 1
    return None


def _prominence(
    cell: Cell, rest: list[str], length: int, layout: Layout, *, is_subject: bool
) -> float:
    """Return how much a cell stands out: large, high, short, without a sentence behind it."""
    size = min(cell.height / max(layout.letter, 0.1), 3.0)
    score = 0.5 + 0.6 * (size - 1.0) + 0.1 * length + _shortness(rest)
    if is_subject:
        score += 0.5
    elif cell.text.rstrip().endswith(":") or "..." in cell.text or (":" in cell.text and rest):
        score -= 0.6
    if size < _HEADING_SIZE and _is_label(cell, layout):
        score -= 0.7 if size > _LABEL_SIZE else 1.2
    if size > _TITLE_SIZE:
        score += 0.3
    if cell.text.isupper():
        score += 0.15
    height = max(cell.page.height, 1.0)
    return score + 0.5 * (1.0 - cell.box[1] / height)


def _shortness(rest: list[str]) -> float:
    """Return what the words behind the heading's own word say: none, a number, a sentence."""
    if not rest:
        return 0.7
    n_spoken = sum(word.isalpha() for word in rest)
    if n_spoken <= 2 and n_spoken < len(rest):
        return 0.35
    return 0.0 if len(rest) <= 4 else -0.2


def _is_label(cell: Cell, layout: Layout) -> bool:
    """Tell whether `cell` is a label: a value stands right of it, or it heads a column."""
    row = layout.rows[cell.row]
    right = [c for c in row if c.x0 > cell.x0]
    if len(row) >= _COLUMNS or not right:
        return len(row) >= _COLUMNS
    letters = compact(right[0].text)
    return sum(c.isdigit() for c in letters) >= _VALUE_DIGITS * max(len(letters), 1)


# --- labels, sentences, amounts ------------------------------------------------------------------


def _by_labels(layout: Layout, *, has_total: bool) -> PaperKind:
    labels = [o for o in find_labels(layout, ("invoice_number",)) if o.weight == 1.0]
    for label in labels:
        text = compact(label.cell.text[label.start : label.end])
        if any(word in text for word in ("credit", "avoir", "gutschrift")):
            return PaperKind(DocumentClass.CREDIT_NOTE, 0.85, "credit_note", label.cell)
    if labels:
        return PaperKind(DocumentClass.INVOICE, 0.9, "invoice", labels[0].cell)
    if has_total:
        return PaperKind(DocumentClass.INVOICE, 0.7, "invoice")
    return PaperKind(DocumentClass.NOT_INVOICE, 0.6, "unknown")


def _add_phrases(scores: Scores, layout: Layout) -> None:
    """Add what the sentences of the first page say."""
    text = f" {' '.join(w for cell in _first_page(layout) for w in tokens(cell.text))} "
    counts: dict[str, int] = {}
    for phrase, group in _phrases():
        if phrase in text:
            counts[group] = min(counts.get(group, 0) + 1, _MAX_PHRASES)
    for group, count in counts.items():
        alone = _FIRST_PHRASE + _NEXT_PHRASE * (count - 1) + _DENIAL.get(group, 0.0)
        heading, cell = scores.get(group, _NOTHING)
        _raise(scores, group, max(alone, heading + _PHRASE_BESIDE_HEADING * count), cell)


def _first_page(layout: Layout) -> list[Cell]:
    if not layout.rows:
        return []
    first = layout.rows[0][0].page
    return [c for c in layout.cells if c.page is first]


def _shows_vat(layout: Layout) -> bool:
    """Tell whether a row names VAT and has an amount."""
    for row in layout.rows:
        text = " ".join(cell.text for cell in row)
        if _AMOUNT.search(text) and not _VAT_WORDS.isdisjoint(tokens(text)):
            return True
    return False


# --- the decision --------------------------------------------------------------------------------


def _best(scores: Scores) -> PaperKind | None:
    good = {
        name: found
        for name, found in scores.items()
        if found[0] >= (_LEAST if name in _CLASSES else _LEAST_OTHER)
    }
    if not good:
        return None
    ordered = sorted(good, key=lambda name: -good[name][0])
    name = ordered[0]
    # "Factuur" beside a credit note's own word is a usual double heading: the special word wins.
    if name == "invoice" and good.get("credit_note", _NOTHING)[0] > good[name][0] - _MUCH:
        name = "credit_note"
    score, cell = good[name]
    rival = max((good[o][0] for o in ordered if o != name), default=0.0)
    confidence = min(0.97, 0.8 + 0.1 * (score - _LEAST)) - (0.15 if rival > score - 0.2 else 0.0)
    return PaperKind(_CLASSES.get(name, DocumentClass.NOT_INVOICE), confidence, name, cell)
