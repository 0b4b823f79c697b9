"""Tells who made the invoice from who must pay it: names and VAT numbers of both.

Every place on the page leans to one side: letterhead, footer, bank details and registers to the
supplier; an address window, "Bill to" and "uw btw-nummer" to the customer. The dossier's own VAT
number, when it is known, is one more such sign: it is the customer's on purchases.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.decision import Decision
from mailbot.recognition.identifiers import Identifier
from mailbot.recognition.labels import find_labels
from mailbot.recognition.layout import Layout
from mailbot.recognition.links import link
from mailbot.recognition.names import LARGE, Name, find_names, is_in_domain, is_same_firm
from mailbot.recognition.sides import Sides

_VAT_KINDS = ("vat_number", "customer_vat", "supplier_vat", "other_number", "customer")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([\w-]{3,})\.")
_MAX_NAMES = 60
#: a VAT number so many rows below a name and so many points aside belongs to it
_ROWS_BELOW, _ALIGNED = 5, 12.0
#: below these scores nobody is named
_LEAST_SUPPLIER, _LEAST_CUSTOMER = 0.3, 0.6
#: the only VAT number of an invoice is the supplier's, by so much
_ONLY_VAT = 1.0
#: and the dossier's own only when the page says so by this much
_OWN_IS_ISSUER = 1.5

#: supplier's and customer's
Pair = tuple[Decision[str] | None, Decision[str] | None]


@dataclass(frozen=True, kw_only=True)
class Parties:
    """Who made the invoice and who must pay it."""

    supplier_name: Decision[str] | None = None
    supplier_vat: Decision[str] | None = None
    customer_name: Decision[str] | None = None
    customer_vat: Decision[str] | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """What the scores of names look at."""

    layout: Layout
    sides: Sides
    supplier_vat: Decision[str] | None
    customer_vat: Decision[str] | None
    #: usual height of letters
    letter: float
    #: names of internet domains on the page
    domains: frozenset[str]


def decide_parties(layout: Layout, candidates: Candidates, own_vat: str = "") -> Parties:
    """Return both parties; `own_vat` is the dossier's own VAT number, "" when unknown."""
    sides = Sides(layout)
    own = re.sub(r"[^A-Z0-9]", "", own_vat.upper())
    supplier_vat, customer_vat = _decide_vats(layout, candidates, sides, own)
    page = _Page(
        layout=layout,
        sides=sides,
        supplier_vat=supplier_vat,
        customer_vat=customer_vat,
        letter=layout.letter,
        domains=frozenset(m[1].lower() for m in _DOMAIN.finditer(layout.text)),
    )
    supplier, customer = _decide_names(find_names(layout), page)
    return Parties(
        supplier_name=supplier,
        supplier_vat=supplier_vat,
        customer_name=customer,
        customer_vat=customer_vat,
    )


# --- VAT numbers ---------------------------------------------------------------------------------


def _decide_vats(layout: Layout, candidates: Candidates, sides: Sides, own: str) -> Pair:
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
) -> Pair:
    """Give the only VAT number to the side it leans to: mostly it is the supplier's."""
    side = leaning[number] + _ONLY_VAT
    confidence = min(0.95, 0.72 + 0.1 * abs(side))
    decision = _vat_decision(number, places, confidence, ())
    if side < 0 or (number == own and side < _OWN_IS_ISSUER):
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


def _decide_names(names: Sequence[Name], page: _Page) -> Pair:
    """Return the names of supplier and customer: the two firms that fit best together."""
    firms = _firms(names)
    selling = [_best(firm, _as_supplier, page, more=0.3 * min(len(firm) - 1, 3)) for firm in firms]
    buying = [_best(firm, _as_customer, page) for firm in firms]
    places = range(-1, len(firms))
    _, supplier, customer = max(
        (
            (_worth(selling, s, _LEAST_SUPPLIER) + _worth(buying, c, _LEAST_CUSTOMER), -s, -c)
            for s in places
            for c in places
            if s != c or s < 0
        ),
    )
    return (
        _name_decision(firms, selling, -supplier),
        _name_decision(firms, buying, -customer),
    )


def _best(
    firm: Sequence[Name], score: Callable[[Name, _Page], float], page: _Page, *, more: float = 0.0
) -> tuple[float, int]:
    """Return the best score of the spellings of a firm, and which one has it."""
    return max((score(name, page) + more, place) for place, name in enumerate(firm))


def _worth(scores: Sequence[tuple[float, int]], place: int, least: float) -> float:
    """Return by how much a firm is better than naming nobody (place -1)."""
    return scores[place][0] - least if place >= 0 else 0.0


def _firms(names: Sequence[Name]) -> list[list[Name]]:
    """Return the names grouped by firm."""
    firms: list[list[Name]] = []
    for name in names[:_MAX_NAMES]:
        known = next((f for f in firms if is_same_firm(f[0].text, name.text)), None)
        if known is None:
            firms.append([name])
        else:
            known.append(name)
    return firms


def _as_customer(name: Name, page: _Page) -> float:
    """Return how much speaks for a name as the customer's."""
    score = -page.sides.of(name.cell) + (0.4 if name.has_legal_form else 0.0)
    score += 0.9 if name.heads_address or name.is_labelled else -0.4
    score -= 1.2 if page.sides.is_delivery(name.cell) else 0.0
    return score + _shared(name, page, page.customer_vat) - _shared(name, page, page.supplier_vat)


def _as_supplier(name: Name, page: _Page) -> float:
    """Return how much speaks for a name as the supplier's."""
    score = page.sides.of(name.cell) + (1.0 if name.has_legal_form else 0.0)
    score += 0.6 if name.is_labelled else 0.0
    score += _shared(name, page, page.supplier_vat) - _shared(name, page, page.customer_vat)
    score += 0.8 if is_in_domain(name.text, page.domains) else 0.0
    is_large = name.cell.height > LARGE * page.letter and name.cell.page.number == 1
    # OCR reads a drawn logo as large words of its own
    doubt = 1.0 - min(word.confidence for word in name.cell.words)
    return score + (0.7 if is_large else 0.0) - doubt


def _name_decision(
    firms: Sequence[Sequence[Name]], scores: Sequence[tuple[float, int]], chosen: int
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


def _shared(name: Name, page: _Page, vat: Decision[str] | None) -> float:
    """Return how closely a name stands with a VAT number."""
    if vat is None or vat.candidate is None:
        return 0.0
    cell, other = name.cell, vat.candidate.cell
    if other is cell:
        return 1.5
    if other in page.layout.block_of(cell):
        return 1.2
    is_below = other.page is cell.page and 0 <= other.row - cell.row <= _ROWS_BELOW
    return 0.7 if is_below and abs(other.x0 - cell.x0) < _ALIGNED else 0.0
