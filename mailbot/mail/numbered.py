"""Reads answers to a numbered list: `1-4 ok, 5 nee te duur`, `approve 1, 2 and 6`, `alles ok`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.domain.command import Command, Context, Doubt, Verb
from mailbot.mail.caveats import weakens_approval
from mailbot.mail.number_lists import number_at, read_numbers, skip_number_word
from mailbot.mail.phrase_book import has, index_of, match, match_all
from mailbot.mail.scan import limits_approval
from mailbot.mail.sentences import Reading, read_sentence
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verbs import (
    WEAK,
    find_verb,
    is_filler,
    is_separator,
    permitted_in,
    split_verbs,
    stands_at,
)
from mailbot.mail.whole_list import Listed, read_whole_list
from mailbot.mail.words import words

#: "1,2,3": a list, not an amount; so is "1,2 ok" in front and "ok: 1,2"
_JOINED = re.compile(
    r"(?m)(?:^\s*|(?<=:)\s*)\d{1,2}(?:,\d{1,2})+(?=\s|$)"
    r"|(?<![\d.,/])\d{1,2}(?:[,/]\d{1,2}){2,}(?![\d.,/])"
)
_BULLET = re.compile(r"(?m)^\s*(?:[*\u2022\u00b7\u25aa\u2023]|[-\u2013](?=\s+\d))\s*")
_ARROW = re.compile(r"\s*(?:->|=>|\u2192|-->)\s*")
#: where one clause about lines ends; not behind the number of "1. ok"
_CLAUSE_END = re.compile(
    r"\n+|(?<=[!?;])\s+(?=\D)|(?<=[^\d\s]\.)\s+(?=\D)"
    r"|(?<=\w\w\w\w\.)\s+(?=\d)|(?<=[ :]ok\.)\s+(?=\d)"
    r"|(?<=\S \d\.)\s+(?=[A-Z])|(?<=[-,]\d\.)\s+(?=[A-Z])"
)
#: behind the number of a line: "1) ok", "1: ok"
_MARKS = frozenset({")", ":", "="})
#: "no 3 is fine": number three, or not three?
_NUMBER_OR_NOT = re.compile(r"(?i)\bno\s+\d")
#: a number behind these verbs is an argument, not a line of the list
_TAKE_NUMBERS = frozenset({Verb.CONFIRM, Verb.SPLIT, Verb.MERGE, Verb.SEARCH, Verb.REPORT})


@dataclass(frozen=True)
class _Segment:
    """Numbers and what is said of them; `numbers` is None for "the rest"."""

    numbers: tuple[int, ...] | None
    text: str


def read_numbered(text: str, context: Context, shown_items: int, sent_on: date) -> Listed:
    """Return what an answer says about the lines 1 to `shown_items` of a list."""
    text = _BULLET.sub("", _ARROW.sub(": ", text))
    text = _JOINED.sub(lambda found: re.sub("[,/]", ", ", found[0]), text)
    whole = _whole(text, context, shown_items, sent_on)
    if whole is not None:
        return whole
    segments, loose = _segments(text, context)
    if not segments:
        return Listed()
    read = [(segment, _read_segment(segment, context, sent_on)) for segment in segments]
    agrees = any(command and command.verb is Verb.APPROVE for _, command in read)
    is_unclear = any(_unsafe_beside(one, context, sent_on, agrees=agrees) for one in loose)
    if is_unclear or _NUMBER_OR_NOT.search(text):
        return Listed(doubt=Doubt.HEDGED, is_about_lines=True)
    return _checked(read, shown_items)


def _whole(text: str, context: Context, shown_items: int, sent_on: date) -> Listed | None:
    """Read an answer one sentence of which is about all lines, and the others limit nothing."""
    pieces = [piece for piece in _CLAUSE_END.split(text) if piece.strip()]
    read = [(piece, read_whole_list(piece, shown_items)) for piece in pieces]
    found = [whole for _, whole in read if whole is not None]
    if not found:
        return None
    others = [piece for piece, whole in read if whole is None]
    is_limited = any(_unsafe_beside(piece, context, sent_on, agrees=True) for piece in others)
    if len(found) > 1 or is_limited or any(_segments(one, context)[0] for one in others):
        return Listed(doubt=Doubt.HEDGED, is_about_lines=True)
    return found[0]


def names_lines(text: str, context: Context, sent_on: date) -> bool:
    """Whether it decides about numbered lines, in an answer to a mail that showed none."""
    segments, _ = _segments(text, context)
    return any(
        segment.numbers and _read_segment(segment, context, sent_on) for segment in segments
    )


def _checked(read: list[tuple[_Segment, Command | None]], shown_items: int) -> Listed:
    named = [number for segment, _ in read for number in segment.numbers or ()]
    if any(not 1 <= number <= shown_items for number in named):
        return Listed(doubt=Doubt.OUT_OF_RANGE, is_about_lines=True)
    done = [command for _, command in read if command is not None]
    still_open = {n for segment, command in read if command is None for n in segment.numbers or ()}
    decided = {item for command in done for item in command.items}
    has_rest = any(segment.numbers is None for segment, _ in read)
    if still_open & decided or (has_rest and not named):
        return Listed(doubt=Doubt.HEDGED, is_about_lines=True)
    rest = tuple(i for i in range(1, shown_items + 1) if i not in named)
    filled = [c if c.items else _for_items(c, rest) for c in done]
    verbs: dict[int, set[Verb]] = {}
    for command in filled:
        for item in command.items:
            verbs.setdefault(item, set()).add(command.verb)
    if any(len(found) > 1 for found in verbs.values()):
        return Listed(doubt=Doubt.CONTRADICTORY, is_about_lines=True)
    commands = tuple(_merged([c for c in filled if c.items]))
    doubt = "" if commands else Doubt.HEDGED
    return Listed(commands=commands, doubt=doubt, is_about_lines=True)


def _for_items(command: Command, items: tuple[int, ...]) -> Command:
    return Command(verb=command.verb, items=items, args=command.args)


def _merged(commands: Sequence[Command]) -> list[Command]:
    """Join what is asked of several lines alike, in the order in which it was first asked."""
    found: dict[tuple[Verb, tuple[tuple[str, str], ...]], list[int]] = {}
    for one in commands:
        found.setdefault((one.verb, tuple(one.args.items())), []).extend(one.items)
    return [
        Command(verb=verb, items=tuple(sorted(set(items))), args=dict(args))
        for (verb, args), items in found.items()
    ]


def _unsafe_beside(text: str, context: Context, sent_on: date, *, agrees: bool) -> bool:
    """Whether loose words beside orders about lines limit them, or decide something themselves."""
    reading = read_sentence(text, context, sent_on)
    if reading.commands or reading.doubt or text == "?" or reading.is_question:
        return True
    tokens = tokenize(text)
    return weakens_approval(tokens) if agrees else limits_approval(tokens)


def _verb_at(tokens: Sequence[Token], at: int, context: Context) -> tuple[str, int]:
    found = match_all(index_of("numbered_verbs"), tokens, at)
    name, length = find_verb(tokens, at, permitted_in(context)) if at < len(tokens) else ("", 0)
    if found and found[0][1] >= length:
        return found[0]
    return name, length


def _segments(text: str, context: Context) -> tuple[list[_Segment], list[str]]:
    """Cut the text where numbers with a verb begin; return the segments and the loose rest."""
    segments: list[_Segment] = []
    loose: list[str] = []
    is_unsafe = False
    for line in _CLAUSE_END.split(text):
        tokens = tokenize(line)
        starts = _starts(tokens, context)
        lead = tokens[: starts[0][0]] if starts else tokens
        head = line[: lead[-1].end] if lead else ""
        if head.strip(" ,;.:-") and _skip_all(lead) < len(lead):
            loose.append(head.strip())
            # words in front of the numbers that are not understood: "Jan says 1-4 ok"
            is_unsafe |= bool(starts)
        for index, (at, numbers, body) in enumerate(starts):
            after = starts[index + 1][0] if index + 1 < len(starts) else len(tokens)
            after = _without_joins(tokens, body, after) if index + 1 < len(starts) else after
            stop = tokens[after - 1].end if body < after < len(tokens) else len(line)
            begin = tokens[body].start if body < len(tokens) else stop
            said = _parted_verb(tokens, at)[0] if body == at else ""
            segments.append(_Segment(numbers, said or line[begin:stop].strip(" ,;")))
    return segments, [*loose, "?"] if is_unsafe else loose


def _without_joins(tokens: Sequence[Token], begin: int, end: int) -> int:
    """Step back over "and" and "but" in front of the next numbers: they limit nothing."""
    joins = {*words("grammar", "and"), *words("doubt", "contrast")}
    while end > begin + 1 and tokens[end - 1].text in joins:
        end -= 1
    return end


def _parted_verb(tokens: Sequence[Token], at: int) -> tuple[str, tuple[int, ...], int]:
    """Match "keur 1 en 2 goed"; return the verb in one piece, the numbers, and where it ends."""
    for head, tail, _ in split_verbs().get(tokens[at].text, ()):
        if not stands_at(tokens, at, head):
            continue
        start = _before_numbers(tokens, at + len(head))
        numbers, end = read_numbers(tokens, start)
        if numbers and stands_at(tokens, end, tail):
            return " ".join((*head, *tail)), numbers, end + len(tail)
    return "", (), at


def _skip_all(tokens: Sequence[Token]) -> int:
    at = match(index_of("mail", "greetings"), tokens, 0)
    if at:
        ends = (i for i in range(at, len(tokens)) if is_separator(tokens[i]))
        at = next(ends, len(tokens))
    while at < len(tokens):
        step = is_filler(tokens, at) or (1 if is_separator(tokens[at]) else 0)
        if not step:
            break
        at += step
    return at


def _starts(
    tokens: Sequence[Token], context: Context
) -> list[tuple[int, tuple[int, ...] | None, int]]:
    """Return (token, numbers, first token of what is said) for every segment of a line."""
    found: list[tuple[int, tuple[int, ...] | None, int]] = []
    at = 0
    while at < len(tokens):
        start = _start_at(tokens, at, context) if _may_start(tokens, at) else None
        if start is None:
            at += 1
            continue
        numbers, body, end = start
        found.append((at, numbers, body))
        at = max(end, at + 1)
    return found


def _may_start(tokens: Sequence[Token], at: int) -> bool:
    if at == 0:
        return True
    before = tokens[at - 1]
    if is_separator(before) or before.text == "*":
        return True
    joins = (*words("grammar", "and"), *words("doubt", "contrast"))
    if at > 1 and before.text in joins and number_at(tokens, at - 2) is not None:
        return False  # the second of "1 and 2"
    if before.text in joins:
        return True
    if _follows_fillers(tokens, at):
        return True
    # "3 ok 4 nee": a number right behind a verb, without anything in between
    return bool(find_verb(tokens, at - 1, frozenset())[1]) or bool(
        match(index_of("numbered_verbs"), tokens, at - 1)
    )


def _follows_fillers(tokens: Sequence[Token], at: int) -> bool:
    """Whether only harmless words open the clause: "you can approve 3"."""
    begin = next((i for i in range(at - 1, -1, -1) if is_separator(tokens[i])), -1) + 1
    while begin < at:
        step = is_filler(tokens, begin)
        if not step:
            return False
        begin += step
    return begin == at


#: numbers (None for "the rest"), first token of what is said of them, token behind both
_Start = tuple[tuple[int, ...] | None, int, int]


def _start_at(tokens: Sequence[Token], at: int, context: Context) -> _Start | None:
    """Match "1-4 ok", "nr. 3: ok", "approve 1, 2", "the rest …" at `at`."""
    rest = match(index_of("all", "rest"), tokens, at)
    if rest:
        return None, at + rest, at + rest
    _, parted, behind = _parted_verb(tokens, at)
    if parted:
        return parted, at, behind
    numbers, end = read_numbers(tokens, skip_number_word(tokens, at))
    if numbers:
        body = _body_of(tokens, at, end, context)
        return (numbers, body, body) if body else None
    return _verb_first(tokens, at, context)


def _body_of(tokens: Sequence[Token], at: int, end: int, context: Context) -> int:
    """Return where it is said what becomes of the numbers from `at` to `end`, 0 if nowhere."""
    body = _skip_plain(tokens, end)
    if body >= len(tokens):
        return 0
    is_marked = body > end and tokens[end].text in _MARKS
    is_open = at == 0 or is_marked or tokens[at - 1].text in {",", ";"}
    is_word = tokens[body].text[0].isalpha() or tokens[body].text == "?"
    return body if _verb_at(tokens, body, context)[1] or (is_open and is_word) else 0


def _verb_first(tokens: Sequence[Token], at: int, context: Context) -> _Start | None:
    """Match "approve 1, 2 and 6" and "approve the rest"."""
    name, length = _verb_at(tokens, at, context)
    if not length or name in _TAKE_NUMBERS:
        return None
    rest = match(index_of("all", "rest"), tokens, at + length)
    if rest:
        return None, at, at + length + rest
    numbers, end = read_numbers(tokens, _before_numbers(tokens, at + length))
    if numbers and _ends_numbers(tokens, end, name) and not _verb_at(tokens, end, context)[1]:
        return numbers, at, end
    return None


def _ends_numbers(tokens: Sequence[Token], end: int, name: str) -> bool:
    """Whether numbers behind a verb are lines, not an amount: "reject 3 double", "3 invoices"."""
    if end < len(tokens) and tokens[end].text in _MARKS:
        return False  # "1) ok 2) ok"
    if end >= len(tokens) or is_separator(tokens[end]):
        return True
    if match(index_of("grammar", "counted"), tokens, end):
        return False
    is_reason = name == Verb.REJECT and tokens[end].text.isalpha()
    return is_reason or bool(is_filler(tokens, end))


def _before_numbers(tokens: Sequence[Token], at: int) -> int:
    """Step over "for", "invoices" and the like between a verb and its numbers."""
    while at < len(tokens) and not tokens[at].text[0].isdigit():
        step = match(index_of("grammar", "number"), tokens, at) or is_filler(tokens, at)
        step = step or int(tokens[at].text == ":")
        if not step:
            break
        at += step
    return at


def _skip_plain(tokens: Sequence[Token], at: int) -> int:
    """Step over "is", "are" and the like between numbers and their verb."""
    while at < len(tokens):
        if match(index_of("numbered_verbs"), tokens, at) or find_verb(tokens, at, frozenset())[1]:
            return at
        step = is_filler(tokens, at) or (1 if is_separator(tokens[at]) else 0)
        if not step:
            return at
        at += step
    return at


def _read_segment(segment: _Segment, context: Context, sent_on: date) -> Command | None:
    """Return what is asked of the numbers, None if that stays open."""
    text = _without_numbers(segment, context)
    tokens = tokenize(text)
    name, length = _verb_at(tokens, 0, context) if tokens else ("", 0)
    if name in {"approve", "reject"} and match(index_of("numbered_verbs"), tokens, 0) == length:
        return _short(segment, text, name=name, length=length)
    if name == WEAK and _skip_all(tokens[length:]) == len(tokens) - length and "?" not in text:
        return Command(verb=Verb.APPROVE, items=segment.numbers or ())  # "1 ok, thanks"
    return _single(segment, read_sentence(text, context, sent_on))


def _without_numbers(segment: _Segment, context: Context) -> str:
    """Return "approve" of "approve 1, 2 and 6"."""
    tokens = tokenize(segment.text)
    _, length = _verb_at(tokens, 0, context) if tokens else ("", 0)
    rest = match(index_of("all", "rest"), tokens, length) if length else 0
    if rest and segment.numbers is None:
        return segment.text[: tokens[length - 1].end]  # "approve the rest"
    start = _before_numbers(tokens, length)
    numbers, end = read_numbers(tokens, start) if length else ((), 0)
    if not numbers or numbers != segment.numbers:
        return segment.text
    after = segment.text[tokens[end].start :] if end < len(tokens) else ""
    return f"{segment.text[: tokens[length - 1].end]} {after}".strip()


def _short(segment: _Segment, text: str, *, name: str, length: int) -> Command | None:
    """Read "yes" and "no" behind a number."""
    tokens = tokenize(text)
    tail = tokens[length:]
    if "?" in text:
        return None
    if name == "approve":
        if _skip_all(tail) < len(tail):
            return None
        return Command(verb=Verb.APPROVE, items=segment.numbers or ())
    if has("doubt", "limits", tail):
        return None
    reason = text[tokens[length - 1].end :].strip(" ,;:.-\u2013!()")
    return Command(
        verb=Verb.REJECT, items=segment.numbers or (), args={"reason": reason} if reason else {}
    )


def _single(segment: _Segment, reading: Reading) -> Command | None:
    if len(reading.commands) != 1 or reading.doubt:
        return None
    command = reading.commands[0]
    return Command(verb=command.verb, items=segment.numbers or (), args=command.args)
