"""Decides the number, the account, the reference and the currency of an invoice.

Each decision looks at the candidates of one kind and at the labels that name them, and says how
sure it is; what else it might be is kept as alternatives.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mailbot.recognition.candidates import Candidate, Candidates
from mailbot.recognition.decision import Decision, Ranked, best_named, decide
from mailbot.recognition.labels import Label, find_labels
from mailbot.recognition.layout import Layout
from mailbot.recognition.links import Link, link
from mailbot.recognition.names import is_place
from mailbot.recognition.vocabulary import WORDS, compact, compacted, folded, tokens

_NUMBER_KINDS = (
    "invoice_number", "other_number", "vat_number", "customer_vat", "iban", "payment_reference",
    "bic", "invoice_date", "due_date", "other_date", "total_incl", "delivery", "customer",
    "own_reference",
)  # fmt: skip
_MIN_REFERENCE = 4
#: a label that names a number at least so well says that it is another one
_OTHERWISE = 0.3
#: what looks at least so much like a number of a document may be one without a label
_SHAPED = 0.7
_INVOICE_WORDS = compacted("paper", "invoice") | compacted("paper", "credit_note")
_CONTACT = re.compile(r"\W*(?:t|tel|telefoon|telephone|telefon|gsm|fax|fon|phone|mob|mobiel)\b")
_BROKEN_OGM = re.compile(r"[+*]{2}|\d{3}\s?/\s?\d{4}")
#: accounts that are no more, that the customer pays from, and that he pays to
_CLOSED_ACCOUNT, _DEBITED_ACCOUNT, _PAYMENT_WORDS = (
    re.compile("|".join(rf"\b{re.escape(folded(word))}" for word in WORDS["account"][key]))
    for key in ("closed", "debited", "paid_to")
)


# --- the number ----------------------------------------------------------------------------------


def decide_number(layout: Layout, candidates: Candidates) -> Decision[str] | None:
    """Return the number of the invoice."""
    labels = find_labels(layout, _NUMBER_KINDS)
    links = link(layout, labels, candidates.numbers)
    ranked = [
        Ranked(candidate.value, score, candidate)
        for candidate, named in links.items()
        if (score := _number_score(candidate, named) * _number_shape(candidate)) > 0
        and not any(_covers(one, candidate) for one in named)
    ]
    labelled = decide(ranked, lambda score: min(0.97, 0.35 + 0.65 * score))
    return labelled or _own_reference(links) or _unlabelled_number(layout, candidates, links)


def _own_reference(links: dict[Candidate[Any], list[Link]]) -> Decision[str] | None:
    """Return what the issuer calls the paper by where nothing is called its number."""
    ranked = [
        Ranked(candidate.value, score, candidate)
        for candidate, named in links.items()
        if (score := best_named(named, "own_reference") * _number_shape(candidate)) > _OTHERWISE
        and not any(_covers(one, candidate) for one in named)
    ]
    return decide(ranked, lambda score: 0.35 + 0.3 * score)


def _unlabelled_number(
    layout: Layout, candidates: Candidates, links: dict[Candidate[Any], list[Link]]
) -> Decision[str] | None:
    """Return the number that no label names: what is repeated, asked for, beside the title."""
    counts = Counter(compact(candidate.value) for candidate in candidates.numbers)
    titles = _title_rows(layout)
    ranked = [
        Ranked(candidate.value, score, candidate)
        for candidate in candidates.numbers
        if _may_be_number(candidate, links.get(candidate, ()))
        and (score := _speaks_for(candidate, links.get(candidate, ()), counts, titles)) > 0
    ]
    return decide(ranked, lambda score: 0.35 + 0.3 * score)


def _title_rows(layout: Layout) -> set[int]:
    """Return the rows on which the paper says that it is an invoice."""
    return {
        cell.row
        for cell in layout.cells
        if cell.tokens and _INVOICE_WORDS.intersection(token.text for token in cell.tokens[:3])
    }


def _may_be_number(candidate: Candidate[str], named: Sequence[Link]) -> bool:
    """Tell whether nothing else is said of a word that looks like a number of a document."""
    is_other = any(
        one.label.kind not in ("invoice_number", "payment_reference") and one.score > _OTHERWISE
        for one in named
    )
    n_digits = sum(c.isdigit() for c in candidate.value)
    box, page = candidate.box, candidate.cell.page
    is_upper = page.number == 1 and box[1] < 0.5 * page.height
    is_address = is_place(candidate.cell.text) or _CONTACT.match(folded(candidate.cell.text))
    looks = n_digits > 2 and _number_shape(candidate) > _SHAPED
    return is_upper and looks and not is_other and not is_address


def _speaks_for(
    candidate: Candidate[str],
    named: Sequence[Link],
    counts: Counter[str],
    titles: set[int],
) -> float:
    """Return how much speaks for a number without a label; 0.0 when that is nothing."""
    row = candidate.cell.row
    signs = (
        counts[compact(candidate.value)] > 1,
        any(one.label.kind == "payment_reference" for one in named),
        row in titles or row - 1 in titles,
    )
    return sum(signs) / len(signs) + (0.1 if re.search(r"\D", candidate.value) else 0.0) * any(
        signs
    )


def _number_score(candidate: Candidate[str], named: Sequence[Link]) -> float:
    """Return how well labels call it the invoice's number: "Rechnung (380) Nr. 12" does, too."""
    score = best_named(named, "invoice_number")
    best = next((one for one in named if one.label.kind == "invoice_number"), None)
    if best is None or best.label.weight == 1.0 or not score:
        return score
    label = best.label
    before = tokens(label.cell.text[: label.start])
    is_title = compact(label.cell.text[label.start : label.end]) in _INVOICE_WORDS
    if not is_title and any(w in _INVOICE_WORDS or w.endswith("rechnung") for w in before[:4]):
        return min(1.0, score * 1.6)
    if not is_title and _goes_on(label, candidate):
        return 0.5 * score
    # inside a sentence a word like "voorschotfactuur" speaks of another document
    return score * (0.6 if before else 1.0)


def _goes_on(label: Label, candidate: Candidate[str]) -> bool:
    """Tell whether "N°" is only the beginning of a longer label: "N° de tournée"."""
    end = candidate.start if candidate.cell is label.cell else len(label.cell.text)
    return any(
        word.isalpha() and len(word) > 1 for word in tokens(label.cell.text[label.end : end])
    )


def _covers(one: Link, candidate: Candidate[str]) -> bool:
    """Tell whether the candidate begins inside the label: "N° 12" is not the number "N° 12"."""
    return one.label.cell is candidate.cell and candidate.start < one.label.end


def _number_shape(candidate: Candidate[str]) -> float:
    """Return how much a word looks like the number of an invoice, 0.0 to about 1.0."""
    text = candidate.value
    n_digits = sum(c.isdigit() for c in text)
    shape = 1.0 if n_digits >= 3 else 0.8 if n_digits == 2 else 0.6
    if re.fullmatch(r"\d{1,2}|\d+[.,]\d{2}|(?:19|20)\d{2}", text):
        shape *= 0.55
    before = candidate.cell.text[: candidate.start]
    if before.endswith("("):  # a code of the kind of paper: "Rechnung (380) Nr. 12"
        shape *= 0.4
    if re.fullmatch(r"\d+[a-z]{1,3}|\d+(?::\d+)+|\d+x\d+", text) or "%" in text:
        shape *= 0.3
    if " " in text:
        shape *= 1.04 if candidate.start == 0 else 1.0
    return shape * (1.0 if candidate.page == 1 else 0.9)


# --- where to pay --------------------------------------------------------------------------------


def decide_iban(layout: Layout, candidates: Candidates) -> Decision[str] | None:
    """Return the account to pay to; the customer's own account is none."""
    labels = find_labels(layout, ("iban", "customer_iban", "payment_reference"))
    links = link(layout, labels, candidates.ibans)
    ranked = []
    for place, candidate in enumerate(candidates.ibans):
        score = 1.0 if candidate.value.is_valid else 0.3
        named = links.get(candidate, [])
        score += 0.3 * max((o.score for o in named if o.label.kind == "iban"), default=0.0)
        if best_named(named, "customer_iban"):
            score *= 0.3
        text = folded(candidate.cell.text)
        if _PAYMENT_WORDS.search(text):
            score += 0.3
        if _CLOSED_ACCOUNT.search(text) or _DEBITED_ACCOUNT.search(text):
            score *= 0.2
        score -= 0.02 * min(place, 10)
        ranked.append(Ranked(candidate.value.number, score, candidate))
    return decide(ranked, lambda score: min(0.97, 0.85 * score))


def decide_bic(
    layout: Layout, candidates: Candidates, iban: Decision[str] | None
) -> Decision[str] | None:
    """Return the BIC of the account's bank: labelled, or beside the account in its country."""
    links = link(layout, find_labels(layout, ("bic",)), candidates.bics)
    ranked = []
    for place, candidate in enumerate(candidates.bics):
        score = 0.9 * best_named(links.get(candidate, ()), "bic")
        if iban and iban.candidate and iban.value[:2] == candidate.value[4:6]:
            score += _nearness(iban.candidate, candidate)
        elif iban:
            score *= 0.5
        if score > 0.3:
            ranked.append(Ranked(candidate.value, score - 0.01 * min(place, 20), candidate))
    return decide(ranked, lambda score: min(0.96, 0.4 + 0.4 * score))


def _nearness(account: Candidate[Any], candidate: Candidate[str]) -> float:
    """Return how near a BIC stands behind an account, 0.0 to 0.8."""
    if candidate.cell is account.cell:
        gap = candidate.start - account.end
        return 0.8 - 0.01 * min(gap, 40) if gap >= 0 else 0.3
    rows = candidate.cell.row - account.cell.row
    return max(0.0, 0.55 - 0.1 * rows) if 0 <= rows <= 4 else 0.0


def decide_reference(
    layout: Layout, candidates: Candidates, number: Decision[str] | None = None
) -> Decision[str] | None:
    """Return what the payer must mention: a structured communication, else a free reference.

    The number of the invoice is no reference of its own: without one it is mentioned anyway.
    """
    labels = find_labels(
        layout, ("payment_reference", "other_number", "own_reference", "invoice_number")
    )
    links = link(layout, labels, candidates.ogms)
    ranked = []
    for candidate in candidates.ogms:
        named = best_named(links.get(candidate, ()), "payment_reference")
        if candidate.value.is_marked or named:
            ranked.append(Ranked(candidate.value.number, 0.7 + 0.3 * named, candidate))
    if ranked:
        return decide(ranked, lambda score: min(0.98, 0.3 + 0.7 * score))
    free = _free_reference(layout, candidates, [o for o in labels if o.weight == 1.0])
    is_number = free and number and compact(free.value) in compact(number.value)
    return None if is_number else free


def _free_reference(
    layout: Layout, candidates: Candidates, labels: Sequence[Label]
) -> Decision[str] | None:
    links = link(layout, labels, candidates.numbers)
    ranked = [
        Ranked(candidate.value, score, candidate)
        for candidate, named in links.items()
        if (score := best_named(named, "payment_reference")) > 0.85
        and len(candidate.value) >= _MIN_REFERENCE
        # A structured communication whose remainder is wrong was misread, and is no reference.
        and not _BROKEN_OGM.search(candidate.cell.text)
    ]
    return decide(ranked, lambda score: 0.75 * score)


# --- the currency --------------------------------------------------------------------------------

_CURRENCY = {
    mark: code for code, marks in WORDS["currencies"].items() for mark in sorted(marks, key=len)
}
_CURRENCY_MARK = re.compile(
    r"(?<![a-z])("
    + "|".join(re.escape(m) for m in sorted(_CURRENCY, key=len, reverse=True))
    + r")(?![a-z])"
)
_EURO_COUNTRIES = ("BE", "NL", "DE", "FR", "LU", "AT", "IE", "ES", "IT")


def decide_currency(
    layout: Layout, candidates: Candidates, total: Candidate[Any] | None
) -> Decision[str] | None:
    """Return the currency: the one beside the total, else the one met most, else the country's."""
    if total is not None:
        near = [m[1] for m in _CURRENCY_MARK.finditer(folded(total.text))]
        if near:
            return Decision(_CURRENCY[near[0]], 0.98, total)
    counts: dict[str, int] = {}
    for found in _CURRENCY_MARK.finditer(folded(layout.text)):
        code = _CURRENCY[found[1]]
        counts[code] = counts.get(code, 0) + 1
    if counts:
        code = max(counts, key=lambda c: counts[c])
        share = counts[code] / sum(counts.values())
        others = tuple(c for c in counts if c != code)
        return Decision(code, 0.55 + 0.42 * share, None, others)
    countries = {c.value.number[:2] for c in (*candidates.vat_numbers, *candidates.ibans)}
    if countries & set(_EURO_COUNTRIES):
        return Decision("EUR", 0.8)
    return None


def is_reverse_charge(layout: Layout) -> bool:
    """Tell whether the text says that the customer owes the VAT."""
    return says(layout, "reverse_charge")


def says_paid(layout: Layout) -> bool:
    """Tell whether the text says that nothing is left to pay."""
    return says(layout, "paid")


def says(layout: Layout, group: str) -> bool:
    """Tell whether one of the phrases of words.toml, table `group`, stands in the text."""
    text = f" {' '.join(tokens(layout.text))} "
    return any(f" {' '.join(tokens(phrase))} " in text for phrase in WORDS[group]["words"])
