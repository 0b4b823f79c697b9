"""Tells who made the invoice from who must pay it: names and VAT numbers of both.

Every place on the page leans to one side: letterhead, footer, bank details and registers to the
supplier; an address window, "Bill to" and "uw btw-nummer" to the customer. The dossier's own VAT
number, when it is known, is one more such sign: it is the customer's on purchases.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from statistics import median

from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.fields import Decision
from mailbot.recognition.grammars import Identifier
from mailbot.recognition.labels import Label, find_labels, link
from mailbot.recognition.layout import Cell, Layout
from mailbot.recognition.vocabulary import LABELS, WORDS, compact, compacted, tokens

_PARTY_KINDS = ("supplier", "customer", "delivery")
_VAT_KINDS = ("vat_number", "customer_vat", "supplier_vat", "other_number", "customer")

#: what separates name, street and register on one line
_SEPARATOR = re.compile(
    r"\s[\u2013\u2014\u2022\u00b7\u25cf|*/-]+\s|[|\u00b7\u2022\u25cf;]|,\s|\s-|\u2022|:\s"
)
_POSTCODE_CITY = re.compile(
    r"(?:^|[\s,(-])(?:[A-Z]{1,2}-)?(?:\d{4}\s?[A-Z]{2}|\d{4,5})\s+[A-Z\u00c0-\u00dd][\w'\u00c0-\u00ff.-]+"
    r"|[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}\b|\b[A-Z]{2}\s\d{5}\b"
)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.|www\.|https?:|\+\d{2}")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]{3,})\.")
_PERSON_TITLES = frozenset(
    {
        "herrn",
        "herr",
        "frau",
        "dhr",
        "mevr",
        "mevrouw",
        "mr",
        "mrs",
        "monsieur",
        "madame",
        "de heer",
        "firma",
        "firmenname",
        "name",
        "naam",
        "nom",
        "company",
        "name of company",
    }
)
#: upper-case forms only: these are also words
_SHORT_FORMS = frozenset(
    {
        "sa",
        "se",
        "ag",
        "co",
        "ei",
        "ev",
        "eg",
        "ab",
        "sc",
        "cv",
        "lp",
        "as",
        "ug",
        "kg",
        "ek",
        "spa",
        "sas",
        "company",
        "limited",
        "stiftung",
        "stichting",
    }
)
_LEGAL = compacted("legal_forms", "names")
_TITLES = frozenset(compact(w) for words in WORDS["paper"].values() for w in words)
_ALL_LABELS = frozenset(
    compact(w) for kind in LABELS.values() for words in kind.values() for w in words
)
_MAX_NAME = 70
_SAME_NAME = 0.75


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Who made the invoice and who must pay it."""

    supplier_name: Decision[str] | None = None
    supplier_vat: Decision[str] | None = None
    customer_name: Decision[str] | None = None
    customer_vat: Decision[str] | None = None


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    cell: Cell
    has_legal_form: bool
    #: first line of an address
    heads_address: bool = False


def decide_parties(layout: Layout, candidates: Candidates, own_vat: str = "") -> Parties:
    """Return both parties; `own_vat` is the dossier's own VAT number, "" when unknown."""
    sides = _Sides(layout)
    own = re.sub(r"[^A-Z0-9]", "", own_vat.upper())
    supplier_vat, customer_vat = _decide_vats(layout, candidates, sides, own)
    names = _names(layout)
    domains = frozenset(m[1].lower() for m in _DOMAIN.finditer(layout.text))
    customer = _decide_customer(names, layout, sides, (supplier_vat, customer_vat))
    rest = [n for n in names if customer is None or not _same(n.text, customer.value)]
    supplier = _decide_supplier(rest, layout, sides, (supplier_vat, customer_vat), domains)
    return Parties(
        supplier_name=supplier,
        supplier_vat=supplier_vat,
        customer_name=customer,
        customer_vat=customer_vat,
    )


# --- which side a place leans to -----------------------------------------------------------------


class _Sides:
    """Says of every cell how much it leans to the supplier (above 0) or the customer (below)."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._labels = [o for o in find_labels(layout, _PARTY_KINDS) if _is_heading(o)]
        self._known: dict[Cell, float] = {}

    @cached_property
    def _texts_by_page(self) -> dict[str, set[int]]:
        pages: dict[str, set[int]] = {}
        for cell in self._layout.cells:
            pages.setdefault(cell.text, set()).add(cell.page.number)
        return pages

    def of(self, cell: Cell) -> float:
        """Return the leaning of `cell`."""
        if cell not in self._known:
            self._known[cell] = self._labelled(cell) + self._by_words(cell) + self._by_place(cell)
        return self._known[cell]

    def _labelled(self, cell: Cell) -> float:
        """Return what the nearest heading such as "Bill to" says."""
        best, nearest = 0.0, 99.0
        for label in self._labels:
            distance = _distance(label, cell)
            if distance is not None and distance < nearest:
                nearest = distance
                strength = 2.5 if label.weight == 1.0 else 1.8
                best = strength if label.kind == "supplier" else -strength
        return best

    def _by_words(self, cell: Cell) -> float:
        """Return how much registers, banks and telephones near the cell speak for the supplier."""
        block = self._layout.block_of(cell)
        text = " ".join(c.text for c in block)
        n_words = len(set(tokens(text)) & compacted("own_words"))
        n_words += bool(_CONTACT.search(text))
        score = min(1.2, 0.4 * n_words)
        if len(_SEPARATOR.findall(cell.text)) >= 2 and _POSTCODE_CITY.search(cell.text):  # noqa: PLR2004
            score += 0.8
        lines = sum(1 for c in block if c.text)
        is_window = 3 <= lines <= 7 and any(_POSTCODE_CITY.search(c.text) for c in block)  # noqa: PLR2004
        return score - (0.7 if is_window and not n_words else 0.0)

    def _by_place(self, cell: Cell) -> float:
        """Return how much letterhead, footer and repetition speak for the supplier."""
        height = max(cell.page.height, 1.0)
        top, bottom = cell.box[1] / height, cell.box[3] / height
        score = 0.8 if bottom > 0.85 else 0.6 if top < 0.12 else 0.0  # noqa: PLR2004
        if len(self._texts_by_page[cell.text]) > 1:
            score += 0.4
        return score


def _is_heading(label: Label) -> bool:
    """Tell whether a label heads an address: alone in its cell, or first with a colon behind."""
    text = label.cell.text
    before, after = text[: label.start], text[label.end :]
    if compact(before):
        return False
    alone = not compact(after)
    if label.weight < 1.0:
        return (alone and label.length > 2) or after.lstrip().startswith(":")  # noqa: PLR2004
    return alone or after.lstrip()[:1] in (":", "/", "-")


def _distance(label: Label, cell: Cell) -> float | None:
    """Return how far `cell` stands from the heading it may belong to, None if it does not."""
    if label.cell is cell:
        return 0.0
    if label.cell.page is not cell.page:
        return None
    size = max(label.cell.height, 1.0)
    down = (cell.box[1] - label.cell.box[3]) / size
    right = cell.x0 - label.cell.x1
    if -1.2 < down <= 0.5 and 0 <= right < 12 * size:  # noqa: PLR2004
        return 1.0 + right / size / 4
    if 0 <= down + 0.6 and down < 9 and abs(cell.x0 - label.cell.x0) < 6 * size:  # noqa: PLR2004
        return 1.5 + max(down, 0.0) + abs(cell.x0 - label.cell.x0) / size / 3
    return None


# --- VAT numbers ---------------------------------------------------------------------------------


def _decide_vats(
    layout: Layout, candidates: Candidates, sides: _Sides, own: str
) -> tuple[Decision[str] | None, Decision[str] | None]:
    """Return the VAT numbers of the supplier and of the customer."""
    links = link(layout, find_labels(layout, _VAT_KINDS), candidates.vat_numbers)
    leaning: dict[str, float] = {}
    places: dict[str, Candidate[Identifier]] = {}
    for candidate in candidates.vat_numbers:
        number = candidate.value.number
        kinds = {o.label.kind: o.score for o in links.get(candidate, ())}
        side = sides.of(candidate.cell) + _labelled_vat(kinds)
        if number == own:
            side -= 0.8
        if number not in leaning or abs(side) > abs(leaning[number]):
            leaning[number], places[number] = side, candidate
    if not leaning:
        return None, None
    sure = [n for n in leaning if places[n].value.is_valid] or list(leaning)
    ordered = sorted(sure, key=lambda n: -leaning[n])
    if len(ordered) == 1:
        return _only_vat(ordered[0], leaning, places, own)
    first, last = ordered[0], ordered[-1]
    gap = leaning[first] - leaning[last]
    confidence = min(0.97, 0.7 + 0.12 * gap)
    return (
        _vat_decision(first, places, confidence, tuple(ordered[1:3])),
        _vat_decision(last, places, confidence, tuple(ordered[-2:-3:-1])),
    )


def _labelled_vat(kinds: dict[str, float]) -> float:
    """Return the leaning that the labels of a VAT number give it."""
    if kinds.get("customer_vat", 0.0) > max(0.3, kinds.get("vat_number", 0.0) - 0.2):
        return -3.0
    return 2.0 if "supplier_vat" in kinds else 0.0


def _only_vat(
    number: str,
    leaning: dict[str, float],
    places: dict[str, Candidate[Identifier]],
    own: str,
) -> tuple[Decision[str] | None, Decision[str] | None]:
    """Give the only VAT number to the side it leans to: mostly it is the supplier's."""
    side = leaning[number] + 0.6
    confidence = min(0.95, 0.72 + 0.1 * abs(side))
    decision = _vat_decision(number, places, confidence, ())
    if side < 0 or (number == own and side < 1.5):  # noqa: PLR2004
        return None, decision
    return decision, None


def _vat_decision(
    number: str,
    places: dict[str, Candidate[Identifier]],
    confidence: float,
    alternatives: tuple[str, ...],
) -> Decision[str]:
    candidate = places[number]
    factor = 1.0 if candidate.value.is_valid else 0.6
    return Decision(number, confidence * factor, candidate, alternatives)


# --- names ---------------------------------------------------------------------------------------


def _names(layout: Layout) -> list[_Name]:
    """Return what can be the name of a firm: parts with a legal form, first lines of addresses."""
    names: list[_Name] = []
    for cell in layout.cells:
        for piece in _SEPARATOR.split(cell.text):
            name = _cleaned(piece)
            if name and _has_legal_form(name):
                names.append(_Name(name, cell, has_legal_form=True))
    for block in layout.blocks:
        head = _head_of_address(block)
        if head is not None:
            name = _cleaned(_SEPARATOR.split(head.text)[0])
            if name:
                names.append(_Name(name, head, _has_legal_form(name), heads_address=True))
    return names + _big_names(layout)


def _big_names(layout: Layout) -> list[_Name]:
    """Return the texts in large letters at the top of the first page: logos."""
    if not layout.rows:
        return []
    first = layout.rows[0][0].page
    cells = [c for c in layout.cells if c.page is first]
    usual = median(c.height for c in cells)
    top = [c for c in cells if c.box[1] < 0.25 * first.height]
    names = []
    for place, cell in enumerate(top):
        name = _cleaned(cell.text)
        if name and (cell.height > 1.25 * usual or place < 2):  # noqa: PLR2004
            names.append(_Name(name, cell, _has_legal_form(name)))
    return names


def _cleaned(text: str) -> str | None:
    """Return `text` as a name, None if it cannot be one."""
    name = text.strip(" .,:;-\u2013|*()\"'/")
    letters = sum(c.isalpha() for c in name)
    digits = sum(c.isdigit() for c in name)
    flat = compact(name)
    if letters < 2 or digits > letters / 2 or len(name) > _MAX_NAME or "@" in name:  # noqa: PLR2004
        return None
    if flat in _TITLES or flat in _ALL_LABELS or flat in _PERSON_TITLES:
        return None
    words = tokens(name)
    if all(w in _TITLES or w in _ALL_LABELS for w in words):
        return None
    return name


def _has_legal_form(name: str) -> bool:
    """Tell whether `name` carries a legal form: "Voorbeeld BV", "X GmbH & Co. KG", "Y NV/SA"."""
    words = re.findall(r"[^\s/&()]+", name)
    for place, word in enumerate(words):
        flat = compact(word)
        if flat not in _LEGAL or len(words) == 1:
            continue
        is_form = (
            flat not in _SHORT_FORMS
            or word.isupper()
            or flat in ("co", "company", "limited", "stichting")
        )
        if (
            is_form
            and word[0].isupper() | (flat in ("bv", "nv", "vzw", "srl"))
            and (place or flat in ("stichting", "vzw", "asbl"))
        ):
            return True
    pair = compact(" ".join(words[-2:])) if len(words) > 2 else ""  # noqa: PLR2004
    return pair in _LEGAL


def _head_of_address(block: Sequence[Cell]) -> Cell | None:
    """Return the line of a block that names who lives at its address."""
    ends = [n for n, cell in enumerate(block) if _POSTCODE_CITY.search(cell.text)]
    if not ends or ends[0] == 0:
        return None
    for cell in block[max(0, ends[0] - 5) : ends[0]]:
        flat = compact(cell.text)
        if _cleaned(cell.text) and flat not in _PERSON_TITLES and not _is_label_line(cell.text):
            return cell
    return None


def _is_label_line(text: str) -> bool:
    head, colon, rest = text.partition(":")
    return bool(colon) and compact(head) in _ALL_LABELS and not rest.strip()


def _decide_customer(
    names: Sequence[_Name],
    layout: Layout,
    sides: _Sides,
    vats: tuple[Decision[str] | None, Decision[str] | None],
) -> Decision[str] | None:
    scored = []
    for name in names:
        score = -sides.of(name.cell) + (0.4 if name.has_legal_form else 0.0)
        score += 0.9 if name.heads_address else -0.4
        score += _shared(name.cell, layout, vats[1]) - _shared(name.cell, layout, vats[0])
        scored.append((score, name))
    return _best_name(scored, least=0.6)


def _decide_supplier(
    names: Sequence[_Name],
    layout: Layout,
    sides: _Sides,
    vats: tuple[Decision[str] | None, Decision[str] | None],
    domains: frozenset[str],
) -> Decision[str] | None:
    scored = []
    usual = median([c.height for c in layout.cells] or [1.0])
    for name in names:
        score = sides.of(name.cell) + (1.0 if name.has_legal_form else 0.0)
        score += _shared(name.cell, layout, vats[0]) - _shared(name.cell, layout, vats[1])
        score += 0.8 if _is_in(name.text, domains) else 0.0
        score += 0.7 if name.cell.height > 1.25 * usual and name.cell.page.number == 1 else 0.0
        score += 0.3 * sum(1 for o in names if o is not name and _same(o.text, name.text))
        scored.append((score, name))
    return _best_name(scored, least=0.3)


def _best_name(scored: Sequence[tuple[float, _Name]], least: float) -> Decision[str] | None:
    if not scored:
        return None
    score, name = max(scored, key=lambda pair: pair[0])
    if score < least:
        return None
    others = sorted((p for p in scored if not _same(p[1].text, name.text)), key=lambda p: -p[0])
    gap = score - others[0][0] if others else 1.5
    confidence = max(0.3, min(0.95, 0.62 + 0.08 * score + 0.1 * min(gap, 1.5)))
    start = max(name.cell.text.find(name.text), 0)
    place = Candidate(name.text, name.cell, start, start + len(name.text))
    alternatives = tuple(dict.fromkeys(p[1].text for p in others))[:3]
    return Decision(name.text, confidence, place, alternatives)


def _shared(cell: Cell, layout: Layout, vat: Decision[str] | None) -> float:
    """Return how closely a name stands with a VAT number."""
    if vat is None or vat.candidate is None:
        return 0.0
    if vat.candidate.cell is cell:
        return 1.5
    block = layout.block_of(cell)
    if vat.candidate.cell in block:
        return 1.2
    rows = vat.candidate.cell.row - cell.row
    same_page = vat.candidate.cell.page is cell.page
    is_close = same_page and 0 <= rows <= 5 and abs(vat.candidate.cell.x0 - cell.x0) < 12  # noqa: PLR2004
    return 0.7 if is_close else 0.0


def _is_in(name: str, domains: Iterable[str]) -> bool:
    """Tell whether a domain on the page is made of the name."""
    flat = compact(name)
    words = [w for w in tokens(name) if len(w) > 3]  # noqa: PLR2004
    return any(
        compact(d) in flat or any(w in compact(d) for w in words)
        for d in domains
        if len(d) > 2  # noqa: PLR2004
    )


def _same(one: str, other: str) -> bool:
    """Tell whether two names are of one firm, legal forms and case aside."""
    a, b = ("".join(w for w in tokens(n) if w not in _LEGAL) or compact(n) for n in (one, other))
    return a == b or SequenceMatcher(None, a, b).ratio() > _SAME_NAME
