"""Reads what stands behind a verb: the reason, the day, the address, the code, the label."""

import re
from collections.abc import Callable, Sequence

from mailbot.domain.command import Command, Context, Doubt, Verb
from mailbot.mail.phrase_book import has, index_of, match
from mailbot.mail.scan import Scan, limits_approval
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.typed_values import read_day, read_period
from mailbot.mail.verbs import find_verb, is_filler, is_separator, mentions_decision
from mailbot.mail.words import fold_line, list_names, words

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"(?<!\d)\d[\d ]{2,10}\d(?!\d)")
#: so many words that are not understood make of "agreed" a word among others
_MOST_OTHERS = 3
Reader = Callable[[Scan], Command | None]


def _clean_reason(text: str) -> str:
    """Return a reason without the separator and the "because" in front of it."""
    found = text.strip(" \t,;:.-\u2013\u2014!()")
    tokens = tokenize(found)
    length = match(index_of("grammar", "reason"), tokens, 0)
    if length and length < len(tokens):
        found = found[tokens[length].start :]
    return found.strip(" \t,;:-\u2013\u2014")


def _reject(scan: Scan) -> Command | None:
    rest = scan.tokens[scan.at :]
    if has("doubt", "limits", rest) or _is_told(rest):
        scan.doubt = Doubt.HEDGED
        return Command(verb=Verb.REJECT)
    agrees = any(_agrees(clause) for clause in _clauses(rest))
    agrees |= scan.context is Context.PAYMENT and any(
        find_verb(rest, at, frozenset())[0] == Verb.CONFIRM for at in range(len(rest))
    )
    is_choice = bool(match(index_of("grammar", "or"), rest, 0)) and (
        mentions_decision(rest) or has("doubt", "negations", rest[:2])
    )
    if is_choice or (agrees and not has("doubt", "negations", rest)):
        scan.doubt = Doubt.CONTRADICTORY
    reason = _reason_of(scan)
    scan.at = len(scan.tokens)
    return Command(verb=Verb.REJECT, args={"reason": reason} if reason else {})


def _is_told(rest: Sequence[Token]) -> bool:
    """Whether somebody else refused, or it will be refused later: "by the board", "tomorrow"."""
    by = match(index_of("grammar", "by"), rest, 0)
    if by and not match(index_of("grammar", "me"), rest, by):
        return True
    at = 0
    while at < len(rest) and (step := is_filler(rest, at)):
        at += step
    return bool(match(index_of("doubt", "postponed"), rest, at))


def _clauses(tokens: Sequence[Token]) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    for token in tokens:
        if is_separator(token):
            found.append([])
        else:
            found[-1].append(token)
    return found


def _agrees(clause: Sequence[Token]) -> bool:
    """Whether a clause of a reason approves: not "the agreed rate was lower"."""
    length = at = others = 0
    while at < len(clause):
        name, taken = find_verb(clause, at, frozenset())
        if name == Verb.APPROVE:
            length = taken
        step = taken or is_filler(clause, at)
        others += 0 if step else 1
        at += step or 1
    return bool(length) and others < _MOST_OTHERS


def _reason_of(scan: Scan) -> str:
    """Return the words behind a refusal; "please" and "this invoice" are no reason."""
    at = scan.at
    while at < len(scan.tokens) and not is_separator(scan.tokens[at]):
        step = is_filler(scan.tokens, at)
        if not step:
            break
        at += step
    reason = _clean_reason(scan.rest(at))
    tokens = tokenize(reason)
    if all(is_separator(t) or match(index_of("filler", "courtesy"), [t], 0) for t in tokens):
        return ""
    return reason


def _hold(scan: Scan) -> Command | None:
    rest = scan.tokens[scan.at :]
    at = scan.at
    while at < len(scan.tokens):
        length = match(index_of("grammar", "until"), scan.tokens, at)
        if length:
            return _held(scan, _until_behind(scan, at, length), rest)
        step = is_filler(scan.tokens, at)
        if not step:
            break
        at += step
    day = read_day(scan.rest(scan.at).strip(" .!"), scan.sent_on)
    if day:
        scan.at = len(scan.tokens)
        return Command(verb=Verb.HOLD, args={"until": day})
    return _held(scan, _until_before(scan), rest)


def _until_behind(scan: Scan, at: int, length: int) -> str:
    """Return what stands behind "until", up to the end of its clause."""
    tokens = scan.tokens
    ends = (i for i in range(at + length, len(tokens)) if tokens[i].text in ",;(")
    end = next(ends, len(tokens))
    stop = tokens[end].start if end < len(tokens) else len(scan.text)
    begin = at + length
    if begin < len(tokens) and length == 1 and _is_article(tokens[at], tokens[begin]):
        begin = at  # "le mois prochain"
    start = tokens[begin].start if begin < len(tokens) else tokens[at].end
    scan.at = end
    return scan.text[start:stop].strip(" .!")


def _is_article(word: Token, following: Token) -> bool:
    return word.text in words("corrections", "articles") and not following.text[0].isdigit()


def _until_before(scan: Scan) -> str:
    """Return "15.12." of "bitte bis 15.12. warten" and of "stellen Sie bis 15.12. zurück"."""
    before = scan.tokens[: scan.at]
    for at in range(len(before)):
        length = match(index_of("grammar", "until"), before, at)
        if not length or at + length >= len(before):
            continue
        start = before[at + length].start
        inside = at > scan.verb_at
        stop = before[at + length].end if inside else scan.tokens[scan.verb_at].start
        return scan.text[start:stop].strip(" .,")
    return ""


def _held(scan: Scan, until: str, rest: Sequence[Token]) -> Command:
    if has("doubt", "limits", rest):
        scan.doubt = Doubt.HEDGED
    until = _without_courtesy(until)
    args = {"until": read_day(until, scan.sent_on) or until} if until else {}
    return Command(verb=Verb.HOLD, args=args)


def _without_courtesy(until: str) -> str:
    """Return "next Monday" of "next Monday please" and of "next Monday for this one"."""
    tokens = tokenize(until)
    for at in range(1, len(tokens)):
        step = match(index_of("grammar", "links"), tokens, at)
        end = at + step
        while end < len(tokens) and (taken := is_filler(tokens, end)):
            end += taken
        if end >= len(tokens) and end > at + step:
            return until[: tokens[at].start].strip(" ,")
    return until


def _forward(scan: Scan) -> Command | None:
    found = _ADDRESS.findall(scan.text)
    if len(found) != 1 or limits_approval(
        [t for t in scan.tokens[scan.at :] if "@" not in t.text]
    ):
        return None
    scan.at = len(scan.tokens)
    return Command(verb=Verb.FORWARD, args={"to": found[0].lower()})


def _confirm(scan: Scan) -> Command | None:
    """Read the code behind the verb or in front of it; other words beside it are no code's."""
    before = scan.text[: scan.tokens[scan.verb_at].start]
    found = _CODE.findall(scan.rest(scan.at)) or _CODE.findall(before)
    if len(found) > 1 or (scan.context is Context.PAYMENT and not found):
        return None
    if not found:
        return Command(verb=Verb.CONFIRM)
    scan.leads = [lead for lead in scan.leads if not _only_code(lead)]
    end = scan.at
    while end < len(scan.tokens) and (step := _code_step(scan.tokens, end)):
        end += step
    scan.at = end
    return Command(verb=Verb.CONFIRM, args={"code": found[0].replace(" ", "")})


def _only_code(tokens: Sequence[Token]) -> bool:
    at = 0
    while at < len(tokens) and (step := _code_step(tokens, at)):
        at += step
    return at >= len(tokens)


def _code_step(tokens: Sequence[Token], at: int) -> int:
    if tokens[at].text.isdigit() or is_separator(tokens[at]):
        return 1
    return match(index_of("grammar", "code"), tokens, at) or is_filler(tokens, at)


def _label(scan: Scan) -> Command | None:
    label = scan.rest(scan.at).strip(" :#.\"'")
    scan.at = len(scan.tokens)
    return Command(verb=Verb.LABEL, args={"label": label}) if label else None


def _texted(verb: Verb, name: str = "text") -> Reader:
    def read(scan: Scan) -> Command | None:
        text = scan.rest(scan.at).strip(" :.-")
        scan.at = len(scan.tokens)
        return Command(verb=verb, args={name: text} if text else {})

    return read


def _language(scan: Scan) -> Command | None:
    """Return the code of the language that is named; what is no language stays as typed."""
    typed = scan.rest(scan.at).strip(" :.-")
    plain = fold_line(typed)
    code = next((n for n in list_names("languages") if plain in words("languages", n)), typed)
    scan.at = len(scan.tokens)
    return Command(verb=Verb.LANGUAGE, args={"language": code} if code else {})


def _report(scan: Scan) -> Command | None:
    """Read "november 2026" as a period, "van 1/10 tot 31/10" as days, the rest as text."""
    text = scan.rest(scan.at).strip(" :.-")
    scan.at = len(scan.tokens)
    period = read_period(_without_from(text))
    if period:
        return Command(verb=Verb.REPORT, args={"period": period})
    for gap in (*words("grammar", "until"), *words("grammar", "and"), "-"):
        first, found, last = fold_line(text).partition(f" {gap} ")
        days = [read_day(_without_from(one), scan.sent_on) or "" for one in (first, last)]
        if found and all(days) and days[0] <= days[1]:
            return Command(verb=Verb.REPORT, args={"from": days[0], "until": days[1]})
    return Command(verb=Verb.REPORT, args={"text": text} if text else {})


def _without_from(text: str) -> str:
    plain = fold_line(text)
    for word in words("grammar", "from"):
        if plain.startswith(f"{word} "):
            return plain[len(word) + 1 :]
    return plain


def _paged(verb: Verb) -> Reader:
    """Keep the dash of "3-": the pages from 3 on."""

    def read(scan: Scan) -> Command | None:
        pages = scan.rest(scan.at).strip(" :.")
        scan.at = len(scan.tokens)
        return Command(verb=verb, args={"pages": pages} if pages else {})

    return read


WITH_ARGUMENTS: dict[Verb, Reader] = {
    Verb.REJECT: _reject,
    Verb.HOLD: _hold,
    Verb.FORWARD: _forward,
    Verb.CONFIRM: _confirm,
    Verb.LABEL: _label,
    Verb.TITLE: _texted(Verb.TITLE, "title"),
    Verb.QUESTION: _texted(Verb.QUESTION),
    Verb.REMARK: _texted(Verb.REMARK),
    Verb.SEARCH: _texted(Verb.SEARCH),
    Verb.REPORT: _report,
    Verb.LANGUAGE: _language,
    Verb.SPLIT: _paged(Verb.SPLIT),
    Verb.MERGE: _paged(Verb.MERGE),
}
