"""Decides the date of an invoice and the day on which it is due.

Labels name dates; where none does, a sentence may ("te betalen voor 15 maart", "wird am 20.03.
abgebucht"), and a term of payment makes the due date from the date of the invoice.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from mailbot.recognition.candidates import Candidate, Candidates, month_first, read_day
from mailbot.recognition.decision import Decision, Ranked, best_named, decide
from mailbot.recognition.grammars import DateReading, Term
from mailbot.recognition.labels import find_labels
from mailbot.recognition.layout import Layout
from mailbot.recognition.links import Link, link
from mailbot.recognition.vocabulary import WORDS, folded, tokens

_DATE_KINDS = ("invoice_date", "due_date", "other_date")
#: an invoice that is due later was misread
_LONGEST_TERM = timedelta(days=400)
_DISCOUNT = re.compile(r"skonto|korting|escompte|discount(?!.{0,12}without)|(?<!ohne )abzug")
#: letters before and behind a date in which its sentence is looked for, and where one ends
_SENTENCE = 200
_SENTENCE_END = re.compile(r"(?<=[a-z)])\.\s|[!?;]\s")
_SAYS = {
    name: re.compile("|".join(rf"\b{re.escape(folded(word))}" for word in words))
    for name, words in WORDS["due_sentence"].items()
}
_PAY, _DEBIT = _SAYS["pay"], _SAYS["debit"]
_NET = re.compile(rf"\W*(?:{_SAYS['net'].pattern})")
_UNTIL = re.compile(rf"(?:{_SAYS['until'].pattern})\W*$")
_SAID_NET, _SAID_DEBITED, _SAID_UNTIL = 0.9, 0.75, 0.7
#: a label of more letters that names a date at least so well says what it is
_SHORT, _SURELY = 5, 0.6
#: more words before "vom" or "du" make a sentence: "Rechnung Nr. 12 vom 3. Mai" is a title
_TITLE_WORDS = 6


def decide_dates(
    layout: Layout, candidates: Candidates, *, month_comes_first: bool = False
) -> tuple[Decision[date] | None, Decision[date] | None]:
    """Return the date of the invoice and the date on which it is due."""
    swap = month_first(candidates.dates) or month_comes_first
    links = link(layout, find_labels(layout, _DATE_KINDS), candidates.dates)
    issued = _issue_date(candidates.dates, links, swap=swap)
    ranked = [
        Ranked(day, score, candidate)
        for candidate in candidates.dates
        if (score := _due_score(layout, candidate, links.get(candidate, ()))) > 0
        and _may_be_due(day := read_day(candidate, is_month_first=swap), issued)
    ]
    due = decide(ranked, lambda score: min(0.96, 0.4 + 0.6 * score))
    return issued, due or _from_term(candidates.terms, issued)


def _due_score(layout: Layout, candidate: Candidate[DateReading], named: Sequence[Link]) -> float:
    """Return how well labels, or the sentence around it, say that it is the due date."""
    labelled = best_named(named, "due_date") * _without_discount(candidate)
    is_other = any(one.label.kind != "due_date" and _is_plain(one, candidate) for one in named)
    said = _said_due(layout, candidate)
    return max(labelled, 0.0 if is_other and said < _SAID_NET else said)


def _is_plain(one: Link, candidate: Candidate[DateReading]) -> bool:
    """Tell whether a label beside a date surely names it: "leverdatum"; "tot" may be anything."""
    is_beside = one.label.cell.row == candidate.cell.row
    is_clear = one.label.weight == 1.0 and one.label.length > _SHORT
    return is_beside and is_clear and one.score > _SURELY


def _said_due(layout: Layout, candidate: Candidate[DateReading]) -> float:
    """Return how well a sentence says so: "te betalen voor 15/03", "wird am 20.03. abgebucht"."""
    if _NET.match(folded(candidate.cell.text[candidate.end :])):
        return _SAID_NET
    before, after = _around(layout, candidate)
    sentence = f"{before} {after}"
    if _DISCOUNT.search(sentence):
        return 0.0
    if _DEBIT.search(sentence):
        return _SAID_DEBITED
    return _SAID_UNTIL if _UNTIL.search(before) and _PAY.search(sentence) else 0.0


def _around(layout: Layout, candidate: Candidate[DateReading]) -> tuple[str, str]:
    """Return the folded text of the sentence before and behind a date, over the line's ends."""
    block = layout.block_of(candidate.cell)
    place = block.index(candidate.cell)
    upper = block[place - 1].text if place else ""
    lower = block[place + 1].text if place + 1 < len(block) else ""
    text = candidate.cell.text
    before = folded(f"{upper} {text[: candidate.start]}")[-_SENTENCE:]
    after = folded(f"{text[candidate.end :]} {lower}")[:_SENTENCE]
    return _SENTENCE_END.split(before)[-1], _SENTENCE_END.split(after)[0]


def _without_discount(candidate: Candidate[DateReading]) -> float:
    """Return less than 1.0 for the last day of a cash discount: "bis 15.06. 3 % Skonto"."""
    text = folded(candidate.cell.text)
    around = text[max(0, candidate.start - 30) : candidate.end + 40]
    return 0.3 if _DISCOUNT.search(around) and "ohne" not in around else 1.0


def _issue_date(
    dates: Sequence[Candidate[DateReading]],
    links: dict[Candidate[Any], list[Link]],
    *,
    swap: bool,
) -> Decision[date] | None:
    ranked = []
    for place, candidate in enumerate(dates):
        named = links.get(candidate, [])
        score = best_named(named, "invoice_date") * _as_heading(candidate, named)
        if not named and candidate.value.is_certain:
            # A date without any label near the top is most often the date of the letter.
            score = 0.3 - 0.01 * min(place, 20)
        if not candidate.value.is_certain:
            score *= 0.8
        if score > 0:
            ranked.append(Ranked(read_day(candidate, is_month_first=swap), score, candidate))
    return decide(ranked, lambda score: min(0.97, 0.45 + 0.6 * score))


def _as_heading(candidate: Candidate[DateReading], named: Sequence[Link]) -> float:
    """Return less than 1.0 in a sentence or far down: "Fassung vom 01.03.2021"."""
    best = next((one.label for one in named if one.label.kind == "invoice_date"), None)
    if best is None:
        return 1.0
    before = tokens(best.cell.text[: best.start])
    is_title = len(before) <= _TITLE_WORDS or any(sum(map(str.isdigit, w)) > 2 for w in before)
    is_low = candidate.box[1] > 0.5 * candidate.cell.page.height
    is_sentence = best.weight < 1.0 and (not is_title or is_low)
    return (0.5 if is_sentence else 1.0) * (0.9 if best.cell.page.number > 1 else 1.0)


def _may_be_due(day: date, issued: Decision[date] | None) -> bool:
    return issued is None or issued.value <= day <= issued.value + _LONGEST_TERM


def _from_term(
    terms: Sequence[Candidate[Term]], issued: Decision[date] | None
) -> Decision[date] | None:
    """Return the due date that the printed term of payment means."""
    if issued is None:
        return None
    for candidate in terms:
        due = candidate.value.due_date(issued.value)
        if due is not None and due - issued.value <= _LONGEST_TERM:
            return Decision(due, 0.85 * issued.confidence, candidate)
        if candidate.value.on_receipt:
            return None
    return None
