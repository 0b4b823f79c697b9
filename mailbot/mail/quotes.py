"""Tells, in plain text, the lines that a person typed from those that the program quoted.

Quotes are marked by ">" (RFC 3676 §4.5), introduced by a line such as "On … wrote:", or stand
below a copied mail header ("From: … Sent: … To: …"), which Outlook and Notes write.
"""

import re
from dataclasses import dataclass

from mailbot.mail.below_signature import begins_with_agreement
from mailbot.mail.words import fold_line, words

_QUOTE = re.compile(r"\s{0,3}>|\s{0,3}[A-Za-z]{1,3}>")
_LABEL = re.compile(r"[\s*_|]{0,4}([^:*]{1,22}?)[\s*_]{0,3}:[\s*_]{0,3}(.*)$")
_RULE = re.compile(r"\s*([_=*\u2014\u2013-])\1{4,}\s*$")
#: a date with a time beside it, in whatever language
_MOMENT = re.compile(r"\d{4}.{0,20}\b\d{1,2}[:.h]\d{2}|\b\d{1,2}[:.h]\d{2}\b.{0,20}\d{4}")
_TELLS_WHEN = re.compile(r"[\d@]")
_DAY_OR_TIME = re.compile(r"\d{4}|\d{1,2}[:.h/-]\d{1,2}")
_BRACKETED = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_PERSON = re.compile(r"[^\s@]@[\w-]{1,60}\.\w")
_NOTES_LINE = re.compile(r".{2,80} ---\s?\d{1,4}[/.-].{4,30}---.*$")
_ITEM = re.compile(r"\s*(\d{1,3})\s?[.):]\s")
#: lines that an introduction such as "On … wrote:" may be wrapped over
_WRAPPED = 4
_LONGEST_INTRODUCTION = 320
#: no line of a copied header that tells one is longer
_LONGEST_LABELLED = 500
#: a line that was wrapped is at least as long
_WRAPPED_AT = 45
#: so are quoted lines, which programs wrap at some 72 letters
_WRAPPED_QUOTE, _WIDEST = 60, 90


@dataclass(frozen=True, kw_only=True)
class Block:
    """Lines that stand together and were typed, and the numbered line quoted right above them."""

    lines: tuple[str, ...]
    item: int | None = None


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed, in order; `below` stood under a marker that asks to write above it."""

    blocks: tuple[Block, ...] = ()
    below: tuple[Block, ...] = ()


def find_typed(text: str) -> Typed:
    """Return the typed blocks of `text`, the plain text of a mail."""
    lines = [line.rstrip() for line in text.replace("\u00a0", " ").split("\n")]
    lines = lines[: find_copied_mail(lines)]
    marks = [bool(_QUOTE.match(line)) for line in lines]
    marker = next((i for i, line in enumerate(lines) if is_reply_marker(line)), len(lines))
    _mark_wrapped(lines, marks)
    end = _find_introductions(lines, marks)
    blocks = _blocks(lines[: min(marker, end)], marks)
    below = _blocks(lines[marker:end], marks[marker:]) if marker < end else ()
    if end < len(lines) and marker < len(lines):
        below = (*below, *_blocks(_after_quote(lines, marks, end), [False] * len(lines)))
    return Typed(blocks=blocks, below=tuple(one for one in below if not _is_marker_only(one)))


def _after_quote(lines: list[str], marks: list[bool], end: int) -> list[str]:
    last = max((i for i, is_quote in enumerate(marks) if is_quote), default=end)
    return lines[last + 1 :] if last >= end else []


def _is_marker_only(block: Block) -> bool:
    return all(not line.strip() or is_reply_marker(line) for line in block.lines)


def is_reply_marker(line: str) -> bool:
    """Whether `line` asks to write above it."""
    plain = fold_line(line.lstrip("> "))
    return len(plain) < 160 and any(one in plain for one in words("mail", "reply_markers"))


def find_copied_mail(lines: list[str]) -> int:
    """Return the index of the line where a copied mail begins, len(lines) if none does."""
    for index, line in enumerate(lines):
        if _QUOTE.match(line):
            continue
        if _is_divider(line) or _NOTES_LINE.match(line) or _is_header(lines, index):
            return _with_rule(lines, index)
    return len(lines)


def _with_rule(lines: list[str], index: int) -> int:
    """Step back over the rule and the blank lines that stand above a copied header."""
    start = index
    while start and not lines[start - 1].strip():
        start -= 1
    return start - 1 if start and _RULE.match(lines[start - 1]) else index


def _is_divider(line: str) -> bool:
    """Whether it is "-----Original Message-----", as one program or another draws it."""
    plain = line.strip()
    if (
        len(plain) > _LONGEST_INTRODUCTION
        or plain[:2].strip("-_=>*")
        or plain[-1:] not in "-_=<*:"
    ):
        return False
    inner = fold_line(plain.strip("-_=<>*: \t"))
    return any(one in inner for one in words("mail", "original_message"))


def _is_header(lines: list[str], index: int) -> bool:
    """Whether a copied header begins: a From line, and two more header lines close to it."""
    if len(lines[index]) > _LONGEST_LABELLED:
        return False
    first = _label(lines[index])
    if not first:
        return _is_foreign_header(lines, index)
    near = [line for line in lines[index + 1 : index + 12] if line.strip()][:7]
    found = {_label(line) for line in near} - {"", first}
    if first == "from":
        return len(found) >= 2
    # what stands above the From line belongs to it only if nothing stands between
    above = _labels_below(lines, index)
    is_dated = first != "sent" or bool(_MOMENT.search(lines[index]))
    return is_dated and "from" in above and len({first, *above}) >= 3


def _labels_below(lines: list[str], index: int) -> list[str]:
    """Return the labels of the header lines right below `index`, up to the first other line."""
    found: list[str] = []
    for line in lines[index + 1 : index + 7]:
        if not (label := _label(line)):
            break
        found.append(label)
    return found


def _is_foreign_header(lines: list[str], index: int) -> bool:
    """Whether four lines "word: value" name a person, a moment and more, in any language."""
    block = lines[index : index + 4]
    if len(block) < 4 or not _PERSON.search(block[0]):
        return False
    is_labelled = all(len(one) < _LONGEST_LABELLED and _LABEL.match(one) for one in block)
    return is_labelled and any(_MOMENT.search(one) for one in block[1:])


def _label(line: str) -> str:
    match = _LABEL.match(line)
    if match is None or len(line) > _LONGEST_LABELLED:
        return ""
    plain = fold_line(match[1])
    names = ("from", "sent", "to", "cc", "subject")
    return next((one for one in names if plain in words("mail", f"label_{one}")), "")


def _mark_wrapped(lines: list[str], marks: list[bool]) -> None:
    """Mark what is the end of a quoted line that a program wrapped without a new mark."""
    for index in range(1, len(lines) - 1):
        line = lines[index].strip()
        if marks[index] or not (marks[index - 1] and marks[index + 1]) or not line:
            continue
        is_full = _WRAPPED_QUOTE <= len(lines[index - 1]) <= _WIDEST
        if is_full and not line[0].isupper() and not begins_with_agreement(line):
            marks[index] = True


def _find_introductions(lines: list[str], marks: list[bool]) -> int:
    """Mark every introduction as quoted; return where an unmarked quote begins, if one does."""
    index = 0
    while index < len(lines):
        length = 0 if marks[index] else introduction_length(lines, index)
        if not length:
            index += 1
            continue
        follow = next((i for i in range(index + length, len(lines)) if lines[i].strip()), None)
        if follow is not None and not marks[follow] and not any(marks[index:]):
            return index
        for at in range(index, index + length):
            marks[at] = True
        index += length
    return len(lines)


def introduction_length(lines: list[str], index: int) -> int:
    """Return over how many lines an introduction ("On … wrote:") goes at `index`, 0 if none."""
    joined = ""
    for length in range(1, _WRAPPED + 1):
        if index + length > len(lines) or not lines[index + length - 1].strip():
            return 0
        joined = f"{joined} {lines[index + length - 1].strip()}".strip()
        if len(joined) > _LONGEST_INTRODUCTION:
            return 0
        if _TELLS_WHEN.search(joined) and _is_introduction(fold_line(joined)):
            return length if _is_one_sentence(lines[index : index + length]) else 0
    return 0


def _is_one_sentence(lines: list[str]) -> bool:
    """Whether an introduction begins with the first of its lines, and was wrapped at the others.

    What was typed right above one, without a blank line, is no part of it.
    """
    if len(lines) == 1:
        return True
    if any(_begins_introduction(lines[at:]) for at in range(1, len(lines))):
        return False
    starts = fold_line(lines[0]).startswith(words("mail", "introduction_starts"))
    if any(_is_introduction(fold_line(" ".join(lines[at:]))) for at in range(1, len(lines))):
        return starts and bool(_DAY_OR_TIME.search(lines[0]))
    is_wrapped = (len(one) >= _WRAPPED_AT or one.rstrip().endswith("<") for one in lines[:-1])
    return starts or all(is_wrapped)


def _begins_introduction(lines: list[str]) -> bool:
    plain = fold_line(" ".join(lines))
    return plain.startswith(words("mail", "introduction_starts")) and _is_introduction(plain)


def _is_introduction(plain: str) -> bool:
    """Whether it says who wrote when: a verb of writing, with a date, a time or an address."""
    plain = plain.strip("-*_ >")
    if not _TELLS_WHEN.search(plain):
        return False
    ends = plain.endswith((":", "\uff1a"))
    starts = plain.startswith(words("mail", "introduction_starts"))
    wrote = any(one in plain for one in words("mail", "wrote"))
    if ends and wrote and (starts or "@" in plain or re.search(r"\d{1,2}[:.h]\d{2}|\d{4}", plain)):
        return True
    closing = any(plain.endswith(one) for one in words("mail", "wrote"))
    if starts and closing and bool(re.search(r"\d{4}|\d[:.h]\d{2}", plain)):
        return True
    if ends and re.search(r"\d{4}.{0,60}<[^<>\s]+@[^<>\s]+>\s?:$", plain):
        return True
    # in a language that is not known here
    return bool(ends and _BRACKETED.search(plain) and _MOMENT.search(plain))


def _blocks(lines: list[str], marks: list[bool]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    current: list[str] = []
    item: int | None = None
    for line, is_quote in zip(lines, marks, strict=False):
        if not is_quote:
            current.append(line)
            continue
        if any(one.strip() for one in current):
            blocks.append(Block(lines=tuple(current), item=item))
            item = None
        current = []
        match = _ITEM.match(line.lstrip().lstrip("> "))
        if match:
            item = int(match[1])
        elif line.strip("> \t"):
            item = None
    if any(one.strip() for one in current):
        blocks.append(Block(lines=tuple(current), item=item))
    return tuple(blocks)
