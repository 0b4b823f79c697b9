"""Says what a paper is by its heading: invoice, credit note, or something that is never booked."""

from dataclasses import dataclass
from functools import cache

from mailbot.domain.invoice import DocumentClass
from mailbot.recognition.labels import find_labels
from mailbot.recognition.layout import Cell, Layout
from mailbot.recognition.vocabulary import WORDS, compact, tokens

_CLASSES = {"invoice": DocumentClass.INVOICE, "credit_note": DocumentClass.CREDIT_NOTE}
#: words of the longest heading
_MAX_WORDS = 5
_LEAST = 0.9
#: papers that are no invoices are named in many invoices ("uw bestelling"): they must stand out
_LEAST_OTHER = 1.05
#: times the usual letters from which a text is a heading wherever it stands
_HEADING_SIZE = 1.8
#: what the label "invoice number" counts as against headings
_LABEL_PROMINENCE = 1.5
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


@cache
def _words() -> dict[str, str]:
    return {compact(word): group for group, words in WORDS["paper"].items() for word in words}


def decide_paper_kind(layout: Layout, *, is_negative: bool, has_total: bool) -> PaperKind:
    """Return what the paper is; without a heading, its labels and its amounts decide."""
    scores: dict[str, tuple[float, Cell]] = {}
    for cell in _upper_cells(layout):
        found = _heading(cell, layout)
        if found and found[1] > scores.get(found[0], (0.0, cell))[0]:
            scores[found[0]] = (found[1], cell)
    by_labels = _by_labels(layout, has_total=has_total)
    if by_labels.cell is not None:
        # "Factuurnummer" speaks for an invoice; a heading must stand out more than that.
        name, cell = by_labels.name, by_labels.cell
        if scores.get(name, (0.0, cell))[0] < _LABEL_PROMINENCE:
            scores[name] = (_LABEL_PROMINENCE, cell)
    kind = _by_heading(scores) or by_labels
    if is_negative and kind.document_class is DocumentClass.INVOICE:
        return PaperKind(DocumentClass.CREDIT_NOTE, 0.85, "credit_note", kind.cell)
    return kind


def _upper_cells(layout: Layout) -> list[Cell]:
    if not layout.rows:
        return []
    first = layout.rows[0][0].page
    return [c for c in layout.cells if c.page is first and c.box[1] < 0.62 * first.height]


def _heading(cell: Cell, layout: Layout) -> tuple[str, float] | None:
    """Return the kind of paper that a cell names and how much it looks like a heading."""
    words = tokens(cell.text)
    for length in range(min(_MAX_WORDS, len(words)), 0, -1):
        group = _words().get("".join(words[:length]))
        if group:
            return group, _prominence(cell, words, length, layout)
    return None


def _prominence(cell: Cell, words: list[str], length: int, layout: Layout) -> float:
    """Return how much a cell stands out: large, high, short, without a sentence behind it."""
    size = min(cell.height / max(layout.letter, 0.1), 3.0)
    rest = words[length:]
    score = 0.5 + 0.6 * (size - 1.0) + 0.1 * length
    if not rest:
        score += 0.7
    elif len(rest) <= 4 and any(c.isdigit() for w in rest for c in w):
        score += 0.35
    elif len(rest) > 4:
        score -= 0.2
    if cell.text.rstrip().endswith(":") or (":" in cell.text and rest):
        score -= 0.6
    if size < _HEADING_SIZE and _has_value_beside(cell, layout):
        score -= 0.7
    if cell.text.isupper():
        score += 0.15
    height = max(cell.page.height, 1.0)
    return score + 0.5 * (1.0 - cell.box[1] / height)


def _has_value_beside(cell: Cell, layout: Layout) -> bool:
    """Tell whether a number stands right of `cell`: then it is a label, not a heading."""
    right = [c for c in layout.rows[cell.row] if c.x0 > cell.x0]
    return bool(right) and any(c.isdigit() for c in right[0].text)


def _by_heading(scores: dict[str, tuple[float, Cell]]) -> PaperKind | None:
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
