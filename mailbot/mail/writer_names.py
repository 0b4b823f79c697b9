"""Tells the name under an answer, whole, short or in initials, from words that were typed."""

import re
from dataclasses import dataclass

from mailbot.domain.mail import MailAddress
from mailbot.mail.phrase_book import has, index_of, match
from mailbot.mail.tokens import tokenize
from mailbot.mail.words import fold_line

_WORD = re.compile(r"[\w'.-]+")
_INITIALS = re.compile(r"(?:[A-Z]\.[ -]?){1,4}(?:[A-Z]\.?)?")
#: what stands between a name and a function: "An Peeters | Zaakvoerder"
_BETWEEN = re.compile(r"\s*[|,\u2022\u00b7]\s*|\s+[\u2013\u2014-]\s+|\s{2,}|\t")
#: "on behalf of", as a clerk signs: i. A., i. V., ppa., p.o., p/o
_PER_PRO = re.compile(r"(?i)^(?:i\. ?[av]\.|ppa?\.|p\.? ?[op]\.|p/o)\s+")
_SHORTEST_COMPANY = 5
#: letters that a pet name has in common with the name: Mags and Margaret
_IN_COMMON = 2
_LONGEST_SHORT_NAME = 8
_LONGEST_FULL_NAME = 4


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Who wrote a mail: the words of the name, and the name of the domain, folded."""

    name: tuple[str, ...] = ()
    company: str = ""


def read_writer(sender: MailAddress) -> Writer:
    """Return who `sender` is; the address stands in for a name that is missing."""
    name = sender.display_name or sender.address.partition("@")[0].replace(".", " ")
    labels = sender.domain.split(".")[:-1]
    company = _letters(labels[-1]) if labels else ""
    return Writer(name=tuple(_WORD.findall(fold_line(name))), company=company)


def is_name(line: str, writer: Writer) -> bool:
    """Whether `line` is no more than the writer's name, a part of it, or its initials."""
    text = _PER_PRO.sub("", line.strip().rstrip(",!"))
    if _INITIALS.fullmatch(text):
        initials = {one[0] for one in writer.name}
        return all(letter.lower() in initials for letter in text if letter.isalpha())
    found = [one.rstrip(".") for one in _WORD.findall(fold_line(text))]
    known = [one for one in found if one in writer.name]
    return bool(known) and all(
        one in writer.name or (len(one) == 1 and _is_initial(one, writer)) for one in found
    )


def is_short_name(line: str, writer: Writer) -> bool:
    """Whether `line` is how people call the writer: "Dan" for Daniel, and no word of an answer."""
    text = line.strip().rstrip(",.!")
    if not (text.isalpha() and text[:1].isupper() and 2 <= len(text) <= _LONGEST_SHORT_NAME):
        return False
    plain = fold_line(text)
    if any(one == plain for one in writer.name[:1]) or _is_answer(plain):
        return False
    if any(one.startswith(plain) for one in writer.name[:1]):
        return True
    is_pet = any(one.startswith(plain[:_IN_COMMON]) for one in writer.name[:1])
    return is_pet and not _is_word(plain)


def opens_card(line: str, writer: Writer) -> bool:
    """Whether a card may begin with `line`: the whole name, or the company of the address."""
    first = _BETWEEN.split(_PER_PRO.sub("", line.strip()), maxsplit=1)[0]
    if " " in first and is_name(first, writer):
        return True
    return len(writer.company) >= _SHORTEST_COMPANY and _letters(line) == writer.company


def names_company(lines: list[str], writer: Writer) -> bool:
    """Whether `lines` begin with a card: a name, and the company of the writer's address below."""
    if not lines or lines[0].rstrip()[-1:] in ".!?:":
        return False
    first = _BETWEEN.split(lines[0].strip(), maxsplit=1)[0].split()
    if not (2 <= len(first) <= _LONGEST_FULL_NAME and all(one[0].isupper() for one in first[:2])):
        return False
    if len(writer.company) < _SHORTEST_COMPANY or _is_answer(" ".join(first)):
        return False
    return any(writer.company in _letters(line) for line in lines[1:])


def _is_initial(letter: str, writer: Writer) -> bool:
    return any(one.startswith(letter) for one in writer.name)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold_line(text))


def _is_word(plain: str) -> bool:
    """Whether it is a word of an answer of any kind, and so no name."""
    tokens = tokenize(plain)
    kinds = [*("hedges", "limits", "others", "partial", "postponed", "discrepancy", "anywhere")]
    known = any(has("doubt", name, tokens) for name in kinds)
    return known or bool(match(index_of("filler"), tokens, 0))


def _is_answer(plain: str) -> bool:
    tokens = tokenize(plain)
    tables = ("verbs", "numbered_verbs", "fields")
    if any(match(index_of(table), tokens, 0) for table in tables):
        return True
    return any(has("doubt", name, tokens) for name in ("negations", "conditions", "contrast"))
