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
    r"|^\d{5}[A-Z\u00c4\u00d6\u00dc][a-z\u00df-\u00ff]{3}"
    r"|[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}\b|\b[A-Z]{2}\s\d{5}\b|\b[A-Z]\d[\dW]\s[A-Z0-9]{4}\b"
)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.|www\.|https?:|\+\d{2}")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]{3,})\.")
_PAPER_WORD = re.compile(r"rechnung|factuur|facture|invoice")
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
#: longest name without a legal form, in words
_MAX_WORDS = 9
#: an address: how many lines, rows of the page, and letter heights between two lines
_ADDRESS_LINES, _ADDRESS_ROWS, _ADDRESS_GAP = 5, 14, 2.4
_ALIGNED = 4.0
_HOUSE_FIRST = re.compile(r"\d{1,4}\s?(?:bis|ter|[a-zA-Z])?,?\s\D")
#: how far a section with a heading reaches: lines down, and share of the page to the right
_SECTION_LINES, _SECTION_SHARE = 15, 0.42
#: a line that ends with a house number is a street
_STREET = re.compile(
    r"\D\s\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?(?:,?\s(?:bus|bte|box|b)\s?\w+)?$"
)
_SAME_NAME = 0.75
_MAX_NAMES = 60
#: below these scores nobody is named
_LEAST_SUPPLIER, _LEAST_CUSTOMER = 0.3, 0.6


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
    vats = (supplier_vat, customer_vat)
    supplier, customer = _decide_names(_names(layout), layout, sides, vats)
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
        if _is_one_line_address(cell.text):
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
    shift = cell.x0 - label.cell.x0
    is_under = -2 * size < shift < _SECTION_SHARE * cell.page.width
    if -0.6 <= down < _SECTION_LINES and is_under:  # noqa: PLR2004
        return 1.5 + max(down, 0.0) + abs(shift) / size / 4
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
    side = leaning[number] + 1.0
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
    for city, column in _columns(layout):
        head = _head_of_address(city, column)
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
        name = _cleaned(_SEPARATOR.split(cell.text)[0])
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
    is_sentence = len(words) > _MAX_WORDS or any(_PAPER_WORD.search(w) for w in words)
    if is_sentence and not _has_legal_form(name):
        return None
    return None if _is_place(name) and not _has_legal_form(name) else name


def _is_place(text: str) -> bool:
    """Tell whether a line is a street or a town."""
    return bool(_STREET.search(text) or _HOUSE_FIRST.match(text) or _POSTCODE_CITY.search(text))


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


def _head_of_address(city: Cell, column: Sequence[Cell]) -> Cell | None:
    """Return the line that names who lives in `city`: the top of the address in its column."""
    head, lower, pitch = None, city, 0.0
    for cell in reversed(column):
        gap = lower.box[1] - cell.box[3]
        is_far = gap > _ADDRESS_GAP * max(lower.height, cell.height) or (
            pitch and lower.box[1] - cell.box[1] > 1.7 * pitch  # noqa: PLR2004
        )
        if is_far or _is_heading_line(cell.text) or _is_one_line_address(cell.text):
            break
        pitch, lower = lower.box[1] - cell.box[1], cell
        if _cleaned(cell.text):
            head = cell
    return head


def _columns(layout: Layout) -> Iterable[tuple[Cell, list[Cell]]]:
    """Yield each line with a postcode and town, and the lines that begin above it."""
    for city in layout.cells:
        if not _POSTCODE_CITY.search(city.text) or _is_one_line_address(city.text):
            continue
        above = [
            cell
            for row in layout.rows[max(0, city.row - _ADDRESS_ROWS) : city.row]
            for cell in row
            if cell.page is city.page and abs(cell.x0 - city.x0) < _ALIGNED
        ]
        yield city, above[-_ADDRESS_LINES:]


def _is_one_line_address(text: str) -> bool:
    """Tell whether name, street and town stand on one line: a sender's line or a footer."""
    return len(_SEPARATOR.findall(text)) >= 2 and bool(_POSTCODE_CITY.search(text))  # noqa: PLR2004


def _is_heading_line(text: str) -> bool:
    """Tell whether a line is a heading over an address: "Factuur voor:", "Bill to"."""
    flat = compact(text)
    return flat in _ALL_LABELS or flat in _TITLES


def _decide_names(
    names: Sequence[_Name],
    layout: Layout,
    sides: _Sides,
    vats: tuple[Decision[str] | None, Decision[str] | None],
) -> tuple[Decision[str] | None, Decision[str] | None]:
    """Return the names of supplier and customer: the two different firms that fit best together."""
    firms = _firms(names)
    usual = median([c.height for c in layout.cells] or [1.0])
    domains = frozenset(m[1].lower() for m in _DOMAIN.finditer(layout.text))
    selling, buying = [], []
    for firm in firms:
        many = 0.3 * min(len(firm) - 1, 3)
        selling.append(
            max(
                (_as_supplier(n, layout, sides, vats, usual, domains) + many, i)
                for i, n in enumerate(firm)
            )
        )
        buying.append(max((_as_customer(n, layout, sides, vats), i) for i, n in enumerate(firm)))
    best = max(
        (
            (_worth(selling, s, _LEAST_SUPPLIER) + _worth(buying, c, _LEAST_CUSTOMER), -s, -c)
            for s in range(-1, len(firms))
            for c in range(-1, len(firms))
            if s != c or s < 0
        ),
        default=(0.0, 1, 1),
    )
    supplier, customer = -best[1], -best[2]
    return (
        _name_decision(firms, selling, supplier),
        _name_decision(firms, buying, customer),
    )


def _worth(scores: Sequence[tuple[float, int]], place: int, least: float) -> float:
    """Return by how much a firm is better than naming nobody (place -1)."""
    return scores[place][0] - least if place >= 0 else 0.0


def _firms(names: Sequence[_Name]) -> list[list[_Name]]:
    """Return the names grouped by firm."""
    firms: list[list[_Name]] = []
    for name in names[:_MAX_NAMES]:
        known = next((f for f in firms if _same(f[0].text, name.text)), None)
        if known is None:
            firms.append([name])
        else:
            known.append(name)
    return firms


def _as_customer(
    name: _Name,
    layout: Layout,
    sides: _Sides,
    vats: tuple[Decision[str] | None, Decision[str] | None],
) -> float:
    score = -sides.of(name.cell) + (0.4 if name.has_legal_form else 0.0)
    score += 0.9 if name.heads_address else -0.4
    return score + _shared(name.cell, layout, vats[1]) - _shared(name.cell, layout, vats[0])


def _as_supplier(  # noqa: PLR0917, PLR0913
    name: _Name,
    layout: Layout,
    sides: _Sides,
    vats: tuple[Decision[str] | None, Decision[str] | None],
    usual: float,
    domains: frozenset[str],
) -> float:
    score = sides.of(name.cell) + (1.0 if name.has_legal_form else 0.0)
    score += _shared(name.cell, layout, vats[0]) - _shared(name.cell, layout, vats[1])
    score += 0.8 if _is_in(name.text, domains) else 0.0
    is_large = name.cell.height > 1.25 * usual and name.cell.page.number == 1
    return score + (0.7 if is_large else 0.0)


def _name_decision(
    firms: Sequence[Sequence[_Name]], scores: Sequence[tuple[float, int]], chosen: int
) -> Decision[str] | None:
    if chosen < 0:
        return None
    score, place = scores[chosen]
    name = firms[chosen][place]
    others = sorted(((s, -n) for n, (s, _) in enumerate(scores) if n != chosen), reverse=True)
    gap = score - others[0][0] if others else 1.5
    confidence = max(0.3, min(0.95, 0.62 + 0.08 * score + 0.1 * min(gap, 1.5)))
    start = max(name.cell.text.find(name.text), 0)
    where = Candidate(name.text, name.cell, start, start + len(name.text))
    alternatives = tuple(firms[-n][0].text for _, n in others[:3])
    return Decision(name.text, confidence, where, alternatives)


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
