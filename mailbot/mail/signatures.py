"""Takes off what stands around the words of a person: signature, footer, disclaimer, banner."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import takewhile

from mailbot.mail.below_signature import begins_with_decision, begins_with_verb
from mailbot.mail.words import fold_line, words
from mailbot.mail.writer_names import Writer, is_name, is_short_name, names_company, opens_card

_DELIMITER = re.compile(r"\s*--+ ?$|\s*[_\u2014\u2013]{2,}\s*$")
_POSTSCRIPT = re.compile(r"\s*p\.?\s?s\.?\s?[:.)\s-]", re.IGNORECASE)
#: "[EXTERN] …", "EXTERNAL: …": no person begins a sentence so
_TAG = re.compile(
    r"(?i)[*_!\u26a0\ufe0f-]*\s*"
    r"(?:[\[(](?:ext|extern[ae]?l?)\b[^\])]{0,30}[\])]|extern[ae]?l?\s?[:!](?=\s))[\s:*_-]*"
)
#: of a mail that does not say who wrote it
NOBODY = Writer()
_LONGEST_NAME = 5
_LONGEST_CARD = 7
#: a line that was wrapped is at least as long
_WRAPPED_AT = 45


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The words of a person, and what was taken off around them."""

    body: list[str]
    #: stood below the signature, and is no footer, disclaimer or name: may have been typed, too
    below: list[str]
    banners: list[str] = field(default_factory=list)


def cut_signature(
    lines: Collection[str], writer: Writer = NOBODY, card: frozenset[str] = frozenset()
) -> Cut:
    """Return `lines` without banner, signature, footer and disclaimer, outer blank lines gone.

    `card`: lines that are known to be of the signature. A postscript under the signature
    stays: it may limit what stands above it.
    """
    lines = [line.strip() for line in lines]
    untagged = [_without_tag(line) for line in lines]
    cut = _cut(_without_card(_without_banners(lines, untagged), card), writer)
    if not any(line.strip() for line in cut.body):
        # nothing but a line with a tag: that line is what was typed
        rests = [line[match.end() :] for line in lines if (match := _TAG.match(line))]
        cut = replace(cut, body=_strip([one for one in rests if not _is_warning(one)]))
    return replace(cut, banners=[line for line in untagged if _is_banner(line)])


def _cut(lines: list[str], writer: Writer) -> Cut:
    kept = [line for line in lines if not _is_image(line)]
    end = next((i for i in range(len(kept)) if _ends_here(kept, i)), len(kept))
    end = min(end, _card_start(kept[:end], writer))
    postscript = next((i for i in range(end, len(kept)) if _POSTSCRIPT.match(kept[i])), len(kept))
    body = _strip(kept[:end])
    while body and _is_closing(body, writer):
        body = _strip(body[:-1])
    tail = _strip([line for line in kept[postscript:] if not _is_footer(line)])
    return Cut(
        body=[*body, *([""] if body and tail else []), *tail],
        below=_below(kept[end:postscript], writer),
    )


def _is_closing(body: list[str], writer: Writer) -> bool:
    """Whether the last line is a name, or thanks beside what was typed."""
    last = body[-1]
    if is_name(last, writer) or is_short_name(last, writer):
        return True
    is_beside = len(body) > 1 or last.endswith(",")
    return is_beside and fold_line(last).strip(" ,.!") in words("mail", "thanks")


def _below(lines: list[str], writer: Writer) -> list[str]:
    """Return what stands below a sign-off, up to a disclaimer, without footers and the name."""
    end = next((i for i, line in enumerate(lines) if _is_disclaimer(line)), len(lines))
    return [
        line.strip()
        for line in lines[:end]
        if line.strip()
        and not _DELIMITER.match(line)
        and not (_is_sign_off(line) or _is_footer(line) or is_name(line, writer))
    ]


def _without_card(lines: list[str], card: frozenset[str]) -> list[str]:
    """Return `lines` up to the first that stands on the card, if nothing else follows."""
    at = next((i for i, line in enumerate(lines) if line in card), len(lines))
    tail = [line for line in lines[at:] if line and not (line in card or _is_footer(line))]
    return lines if tail or at == 0 or any(map(begins_with_verb, lines[at:])) else lines[:at]


def _without_banners(lines: list[str], untagged: list[str]) -> list[str]:
    """Return `untagged` without banners, and without the lines that they were wrapped to."""
    kept: list[str] = []
    is_open = False
    for line, one in zip(lines, untagged, strict=True):
        is_gone = _is_banner(one) or (bool(line) and not one)
        if is_gone or (is_open and line[:1].islower() and not begins_with_verb(line)):
            is_open = len(line) >= _WRAPPED_AT and line[-1] not in ".!?"
            continue
        kept.append(one)
        is_open = False
    return kept


def _without_tag(line: str) -> str:
    """Take "[EXTERN]" off an answer, and the whole line when no answer stands behind it."""
    match = _TAG.match(line)
    if match is None:
        return line
    rest = line[match.end() :]
    return rest if begins_with_decision(rest) and not _is_warning(rest) else ""


def _is_warning(text: str) -> bool:
    return fold_line(text).strip(" .!:") in words("mail", "warnings") or _is_banner(text)


def _strip(lines: list[str]) -> list[str]:
    full = [i for i, line in enumerate(lines) if line.strip()]
    return [line.strip() for line in lines[full[0] : full[-1] + 1]] if full else []


def _ends_here(lines: list[str], index: int) -> bool:
    line = lines[index]
    return bool(
        _DELIMITER.match(line) or _is_sign_off(line) or _is_footer(line) or _is_disclaimer(line)
    )


def _card_start(lines: list[str], writer: Writer) -> int:
    """Return where a card begins below which nothing else stands: a name, or a company's."""
    for index, line in enumerate(lines):
        if not line.strip() or (index and lines[index - 1].strip()):
            continue
        rest = [one for one in lines[index:] if one.strip()]
        if len(rest) > _LONGEST_CARD:
            continue
        paragraph = list(takewhile(str.strip, lines[index:]))
        if (index and opens_card(line, writer)) or names_company(paragraph, writer):
            return index
    return len(lines)


def _is_sign_off(line: str) -> bool:
    """Whether it is a closing formula, alone or with a name behind it."""
    plain = fold_line(line).rstrip(" ,.!")
    if not plain.startswith(words("mail", "sign_offs")):
        return False
    for one in words("mail", "sign_offs"):
        if plain == one:
            return True
        if plain.startswith((f"{one} ", f"{one}, ")):
            rest = line.strip().split()[len(one.split()) :]
            return len(rest) <= _LONGEST_NAME and all(_is_capital(word) for word in rest)
    return False


def _is_capital(word: str) -> bool:
    plain = word.strip(",.!()&/-")
    return not plain or plain[0].isupper() or plain in {"van", "de", "der", "den", "von", "du"}


def _is_footer(line: str) -> bool:
    plain = fold_line(line).lstrip("-_*~ \u2013\u2014")
    return plain.startswith(words("mail", "app_footers"))


def _is_disclaimer(line: str) -> bool:
    plain = fold_line(line).lstrip("*_- ")
    return plain.startswith(words("mail", "disclaimer_starts")) or (
        len(plain) > 60 and any(one in plain for one in words("mail", "disclaimers"))
    )


def _is_banner(line: str) -> bool:
    plain = fold_line(line).lstrip("*_-!\u26a0\ufe0f ")
    return len(plain) > 8 and any(one in plain for one in words("mail", "banners"))


def _is_image(line: str) -> bool:
    return bool(re.fullmatch(r"\s*\[(cid:[^\]]*|image[^\]]*|afbeelding[^\]]*)\]\s*", line))
