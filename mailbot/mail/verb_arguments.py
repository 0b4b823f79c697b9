"""Reads what stands behind a verb: the reason, the day, the address, the code, the label."""

import re
from collections.abc import Callable, Sequence

from mailbot.domain.command import Command, Context, Doubt, Verb
from mailbot.mail.phrase_book import has, index_of, match
from mailbot.mail.scan import Scan, limits_approval
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.typed_values import read_day
from mailbot.mail.verbs import find_verb, is_filler, is_separator, mentions_decision

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"\d[\d ]{2,10}\d")
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
    if has("doubt", "limits", rest):
        scan.doubt = Doubt.HEDGED
        return Command(verb=Verb.REJECT)
    agrees = any(find_verb(rest, i, frozenset())[0] == Verb.APPROVE for i in range(len(rest)))
    is_choice = bool(match(index_of("grammar", "or"), rest, 0)) and mentions_decision(rest)
    if is_choice or (agrees and not has("doubt", "negations", rest)):
        scan.doubt = Doubt.CONTRADICTORY
    reason = _reason_of(scan)
    scan.at = len(scan.tokens)
    return Command(verb=Verb.REJECT, args={"reason": reason} if reason else {})


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
    for at in range(scan.at, min(scan.at + 5, len(scan.tokens))):
        length = match(index_of("grammar", "until"), scan.tokens, at)
        if length:
            ends = (
                i for i in range(at + length, len(scan.tokens)) if scan.tokens[i].text in ",;("
            )
            end = next(ends, len(scan.tokens))
            stop = scan.tokens[end].start if end < len(scan.tokens) else len(scan.text)
            start = (
                scan.tokens[at].end
                if at + length >= len(scan.tokens)
                else scan.tokens[at + length].start
            )
            until = scan.text[start:stop].strip(" .!")
            scan.at = end
            return _held(scan, until, rest)
        if not is_filler(scan.tokens, at):
            break
    found = scan.rest(scan.at).strip(" .!")
    day = read_day(found, scan.sent_on)
    if day:
        scan.at = len(scan.tokens)
        return Command(verb=Verb.HOLD, args={"until": day})
    return _held(scan, _until_before(scan), rest)


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
    args = {"until": read_day(until, scan.sent_on) or until} if until else {}
    return Command(verb=Verb.HOLD, args=args)


def _forward(scan: Scan) -> Command | None:
    found = _ADDRESS.findall(scan.text)
    if len(found) != 1 or limits_approval(
        [t for t in scan.tokens[scan.at :] if "@" not in t.text]
    ):
        return None
    scan.at = len(scan.tokens)
    return Command(verb=Verb.FORWARD, args={"to": found[0].lower()})


def _confirm(scan: Scan) -> Command | None:
    found = _CODE.findall(scan.rest(scan.at))
    if scan.context is Context.PAYMENT and len(found) != 1:
        return None
    if found:
        scan.at = next(
            i for i in range(scan.at, len(scan.tokens)) if scan.tokens[i].text[0].isdigit()
        )
        while scan.at < len(scan.tokens) and scan.tokens[scan.at].text.isdigit():
            scan.at += 1
    return Command(verb=Verb.CONFIRM, args={"code": found[0].replace(" ", "")} if found else {})


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
    Verb.REPORT: _texted(Verb.REPORT),
    Verb.LANGUAGE: _texted(Verb.LANGUAGE, "language"),
    Verb.SPLIT: _texted(Verb.SPLIT, "pages"),
    Verb.MERGE: _texted(Verb.MERGE, "pages"),
}
