"""Reads answers to a numbered list: `1-4 ok, 5 nee te duur`, `approve 1, 2 and 6`, `alles ok`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.domain.command import Command, Context, Doubt, Verb
from mailbot.mail.number_lists import number_at, read_numbers, skip_number_word
from mailbot.mail.phrase_book import has, index_of, match, match_all
from mailbot.mail.scan import limits_approval
from mailbot.mail.sentences import Reading, read_sentence
from mailbot.mail.tokens import Token, tokenize
from mailbot.mail.verbs import (
    find_verb,
    is_filler,
    is_separator,
    mentions_decision,
    permitted_in,
)
from mailbot.mail.words import words

#: "1,2,3 ok": a list, not an amount
_JOINED = re.compile(r"(?m)^\s*\d{1,2}(?:,\d{1,2})+(?=\s)")
#: a number behind these verbs is an argument, not a line of the list
_TAKE_NUMBERS = frozenset({Verb.CONFIRM, Verb.SPLIT, Verb.MERGE, Verb.SEARCH, Verb.REPORT})


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What an answer to a list says, in commands; `doubt` when nothing of it may be done."""

    commands: tuple[Command, ...] = ()
    doubt: str = ""
    #: whether it speaks of numbers or of all lines; if not it is no answer to a list
    is_about_lines: bool = False


@dataclass(frozen=True)
class _Segment:
    """Numbers and what is said of them; `numbers` is None for "the rest"."""

    numbers: tuple[int, ...] | None
    text: str


def read_numbered(text: str, context: Context, shown_items: int, sent_on: date) -> Listed:
    """Return what an answer says about the lines 1 to `shown_items` of a list."""
    text = _JOINED.sub(lambda match: match[0].replace(",", ", "), text)
    whole = _whole_list(text, shown_items) or _refused_list(text, shown_items)
    if whole is not None:
        return whole
    segments, loose = _segments(text, context)
    if not segments:
        return Listed()
    done: list[Command] = []
    for segment in segments:
        command = _read_segment(segment, context, sent_on)
        if command is not None:
            done.append(command)
    if any(_unsafe_beside(one, context, sent_on) for one in loose):
        return Listed(doubt=Doubt.HEDGED, is_about_lines=True)
    return _checked(done, segments, shown_items)


def names_lines(text: str, context: Context, sent_on: date) -> bool:
    """Whether it decides about numbered lines, in an answer to a mail that showed none."""
    segments, _ = _segments(text, context)
    return any(
        segment.numbers and _read_segment(segment, context, sent_on) for segment in segments
    )


def _checked(done: list[Command], segments: list[_Segment], shown_items: int) -> Listed:
    named = [number for segment in segments for number in segment.numbers or ()]
    if any(not 1 <= number <= shown_items for number in named):
        return Listed(doubt=Doubt.OUT_OF_RANGE, is_about_lines=True)
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


def _unsafe_beside(text: str, context: Context, sent_on: date) -> bool:
    """Whether loose words beside numbered orders limit them, or decide something themselves."""
    reading = read_sentence(text, context, sent_on)
    if reading.commands or reading.doubt or text == "?":
        return True
    return reading.is_question or limits_approval(tokenize(text))


def _whole_list(text: str, shown_items: int) -> Listed | None:
    """Read "all fine", with or without numbers that are excepted; None if it is not that."""
    tokens = [t for t in tokenize(text) if t.text not in {"!", "."}]
    at = _skip(tokens, 0)
    length = match(index_of("all", "all"), tokens, at)
    if not length:
        length, at = _fine_first(tokens, at)
        if not length:
            return None
        at = _skip(tokens, at + length)
    else:
        at += length
        at = at if _approves(tokens, at) else _skip(tokens, at)
        if number_at(tokens, at) == shown_items:  # "all 6"
            at = _skip(tokens, at + 1)
        fine = match(index_of("all", "fine"), tokens, at) or _approves(tokens, at)
        if not fine:
            return None
        at = _skip(tokens, at + fine)
    if "?" in text:
        return Listed(doubt=Doubt.QUESTION_MARK, is_about_lines=True)
    if at >= len(tokens):
        return _approved(range(1, shown_items + 1))
    return _excepted(tokens, at, shown_items)


def _refused_list(text: str, shown_items: int) -> Listed | None:
    """Read "reject all", "alles wacht", and nothing more; None if it is not that."""
    tokens = [t for t in tokenize(text) if t.text not in {"!", "."}]
    verbs: set[str] = set()
    is_all = False
    at = match(index_of("mail", "greetings"), tokens, 0)
    while at < len(tokens):
        name, length = find_verb(tokens, at, frozenset())
        everything = match(index_of("all", "all"), tokens, at)
        verbs |= {name} if name else set()
        is_all |= bool(everything)
        step = length or everything or is_filler(tokens, at) or int(is_separator(tokens[at]))
        if not step:
            return None
        at += step
    if not is_all or len(verbs) != 1 or not verbs <= {Verb.REJECT, Verb.HOLD}:
        return None
    items = tuple(range(1, shown_items + 1))
    commands = (Command(verb=Verb(verbs.pop()), items=items),) if items else ()
    return Listed(commands=commands, is_about_lines=True)


def _approves(tokens: Sequence[Token], at: int) -> int:
    """Return the length of an approving verb at `at`, 0 if there is none."""
    name, length = find_verb(tokens, at, frozenset()) if at < len(tokens) else ("", 0)
    return length if name == Verb.APPROVE else 0


def _fine_first(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """Match "approve all", "ok voor alles", "ok sauf 3"."""
    fine = match(index_of("all", "fine"), tokens, at)
    if not fine:
        return 0, at
    after = _skip(tokens, at + fine)
    everything = match(index_of("all", "all"), tokens, after)
    if everything:
        return after + everything - at, at
    return (fine, at) if match(index_of("all", "except"), tokens, after) else (0, at)


def _excepted(tokens: Sequence[Token], at: int, shown_items: int) -> Listed:
    """Read "except 3": the third stays open; an exception without a number leaves all open."""
    length = match(index_of("all", "except"), tokens, at)
    numbers, end = read_numbers(tokens, skip_number_word(tokens, at + length))
    if not length or not numbers or not _explains(tokens, end):
        return Listed(doubt=Doubt.HEDGED, is_about_lines=True)
    if any(not 1 <= number <= shown_items for number in numbers):
        return Listed(doubt=Doubt.OUT_OF_RANGE, is_about_lines=True)
    return _approved([i for i in range(1, shown_items + 1) if i not in numbers])


def _explains(tokens: Sequence[Token], at: int) -> bool:
    """Whether what follows an exception is nothing, or says why without limiting anything."""
    if _skip(tokens, at) >= len(tokens):
        return True
    tail = tokens[at:]
    begins = is_separator(tail[0]) or bool(match(index_of("grammar", "reason"), tail, 0))
    has_number = any(token.text[0].isdigit() for token in tail)
    is_limited = has("doubt", "limits", tail) or mentions_decision(tail)
    return begins and not has_number and not is_limited


def _approved(items: Sequence[int]) -> Listed:
    command = Command(verb=Verb.APPROVE, items=tuple(items))
    return Listed(commands=(command,) if items else (), is_about_lines=True)


def _skip(tokens: Sequence[Token], at: int) -> int:
    """Step over separators, courtesy and words that change nothing."""
    while at < len(tokens):
        if match(index_of("all", "all"), tokens, at) or match(index_of("all", "fine"), tokens, at):
            return at
        if match(index_of("all", "except"), tokens, at):
            return at
        step = is_filler(tokens, at) or (1 if is_separator(tokens[at]) else 0)
        if not step:
            return at
        at += step
    return at


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
    for line in re.split(r"\n+|(?<=[.!?;])\s+(?=\D)", text):
        tokens = tokenize(line)
        starts = _starts(tokens, context)
        head = line[: tokens[starts[0][0]].start] if starts else line
        if head.strip(" ,;.:-") and _skip_all(tokenize(head)) < len(tokenize(head)):
            loose.append(head.strip())
            # words in front of the numbers that are not understood: "Jan says 1-4 ok"
            is_unsafe |= bool(starts)
        for index, (_, numbers, body) in enumerate(starts):
            after = starts[index + 1][0] if index + 1 < len(starts) else len(tokens)
            stop = tokens[after].start if after < len(tokens) else len(line)
            begin = tokens[body].start if body < len(tokens) else stop
            segments.append(_Segment(numbers, line[begin:stop].strip(" ,;")))
    return segments, [*loose, "?"] if is_unsafe else loose


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
    # "3 ok 4 nee": a number right behind a verb, without anything in between
    return bool(find_verb(tokens, at - 1, frozenset())[1]) or bool(
        match(index_of("numbered_verbs"), tokens, at - 1)
    )


def _start_at(
    tokens: Sequence[Token], at: int, context: Context
) -> tuple[tuple[int, ...] | None, int, int] | None:
    """Match "1-4 ok", "nr. 3: ok", "approve 1, 2", "the rest …" at `at`."""
    rest = match(index_of("all", "rest"), tokens, at)
    if rest:
        return None, at + rest, at + rest
    numbers, end = read_numbers(tokens, skip_number_word(tokens, at))
    if numbers:
        body = end + (1 if end < len(tokens) and tokens[end].text in {":", ")", "=", "."} else 0)
        body = _skip_plain(tokens, body)
        is_open = (at == 0 or tokens[at - 1].text in {",", ";"}) and body < len(tokens)
        if _verb_at(tokens, body, context)[1] or (is_open and tokens[body].text[0].isalpha()):
            return numbers, body, body
        return None
    name, length = _verb_at(tokens, at, context)
    if length and name not in _TAKE_NUMBERS:
        numbers, end = read_numbers(tokens, _before_numbers(tokens, at + length))
        if numbers and _ends_numbers(tokens, end, name) and not _verb_at(tokens, end, context)[1]:
            return numbers, at, end
    return None


def _ends_numbers(tokens: Sequence[Token], end: int, name: str) -> bool:
    """Whether numbers behind a verb are lines, not an amount: "reject 3 double", "3 invoices"."""
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
    reading = read_sentence(text, context, sent_on)
    return _single(segment, reading)


def _without_numbers(segment: _Segment, context: Context) -> str:
    """Return "approve" of "approve 1, 2 and 6"."""
    tokens = tokenize(segment.text)
    _, length = _verb_at(tokens, 0, context) if tokens else ("", 0)
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
