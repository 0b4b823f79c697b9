"""Reads what steers a conversation: who reads it, whether it ends, until when it can wait.

Lines that say only that are taken out of the text, all the rest is passed on as it was typed. A
text of nothing but such a line is passed on, too: "Alleen Karim" may be the whole answer.
"""

import re
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files

from mailbot.domain.command import Context, Verb
from mailbot.mail.sentences import read_sentence
from mailbot.mail.words import fold_line

_ADDRESS = re.compile(r"<?([^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+)>?")
_NAME = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: [^\W\d_][\w.'\u2019-]*){0,3}")
_LABELLED = re.compile(r"([^:]{1,60}?)\s*:\s*(.*)", re.DOTALL)
_PREFIX = re.compile(
    r"(?i)^\s*(?:(?:re|aw|antw|antwoord|rv|tr|fw|fwd|wg|ref|betr)\s*(?:\[\d+\])?\s*:\s*)+"
)
_MOST_NAMES = 20
_LONGEST_UNTIL = 200


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What somebody says in a conversation, and to whom."""

    #: all that is passed on
    text: str
    #: names or addresses of those whom it is for: `aan: An, Karim`
    to: tuple[str, ...] = ()
    #: and of those who read along: `cc: Karim`
    cc: tuple[str, ...] = ()
    #: names or addresses of those who alone may read it: `enkel An`
    only: tuple[str, ...] = ()
    #: for who asked alone, and those in `only`
    is_private: bool = False
    closes: bool = False
    #: ISO date until which no reminder is wanted, "" when none was named
    until: str = ""
    #: the files of the mail before are invoices after all
    is_invoice: bool = False


@dataclass
class _Read:
    """What was read so far."""

    lines: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    only: list[str] = field(default_factory=list)
    is_private: bool = False
    closes: bool = False


def read_talk(written: str, sent_on: date) -> Talk:
    """Return what `written`, the newly typed text of a mail, says; never raises.

    `sent_on` gives dates without a year their year.
    """
    read = _Read()
    for line in written.strip().split("\n"):
        if not any(reader(line.strip(), read) for reader in _READERS):
            read.lines.append(line)
    text = "\n".join(read.lines).strip()
    until = next((day for line in read.lines if (day := _until(line, sent_on))), "")
    if not text and not read.closes:
        # nothing but a steering line: that is what was said
        return Talk(text=written.strip(), is_invoice=stands_in("invoice", written))
    talk = Talk(
        text=text,
        to=tuple(dict.fromkeys(read.to)),
        cc=tuple(dict.fromkeys(read.cc)),
        only=tuple(dict.fromkeys(read.only)),
        is_private=read.is_private or bool(read.only),
        closes=read.closes,
        until=until,
    )
    return replace(talk, is_invoice=stands_in("invoice", text))


def read_topic(subject: str) -> str:
    """Return a subject without `Re:` and the like."""
    return _PREFIX.sub("", subject).strip()


def read_marks(text: str) -> tuple[str, ...]:
    """Return the marks of conversations that stand in a mail, quoted or not, in order."""
    found = re.findall(rf"(?:{'|'.join(_words('mark'))})\s+([0-9a-f]{{8}})\b", fold_line(text))
    return tuple(dict.fromkeys(found))


def stands_in(table: str, text: str) -> bool:
    """Whether a text is one of the phrases of a table of templates/words/conversation.toml."""
    return fold_line(text).strip(" .!") in _words(table)


def _closing(line: str, read: _Read) -> bool:
    """Read a line that says only that the conversation ends."""
    read.closes |= (is_end := stands_in("close", line))
    return is_end


def _addressing(line: str, read: _Read) -> bool:
    """Read `aan: An, Karim` and `cc: Karim`."""
    labelled = _LABELLED.fullmatch(line)
    if labelled is None:
        return False
    for table, found in (("to", read.to), ("cc", read.cc)):
        if stands_in(table, labelled[1]):
            names = read_names(labelled[2], is_introduced=True)
            found.extend(names)
            return bool(names)
    return False


def _privately(line: str, read: _Read) -> bool:
    """Read `privé: …`, `privé`, `privé An: …` and `enkel An`; text behind a colon stays."""
    labelled = _LABELLED.fullmatch(line)
    head, rest = (labelled[1], labelled[2]) if labelled else (line, "")
    for table in ("private", "only"):
        opening = _opening(table, head)
        if opening is None:
            continue
        names = read_names(head[len(opening) :], is_introduced=" " in opening.strip())
        is_bare = not head[len(opening) :].strip(" .!") and table == "private"
        if not names and not is_bare:
            continue
        read.only += names
        read.is_private = True
        read.lines += [rest] if rest else []
        return True
    return False


def _asking(line: str, read: _Read) -> bool:
    """Read `vraag klant …`, `vraag aan An: …` and `vraag: …` where they begin the text."""
    if read.lines:
        return False
    opening = _opening("question", line)
    rest = line[len(opening) :].strip() if opening else ""
    if not opening or not rest:
        return False
    labelled = _LABELLED.fullmatch(rest)
    side = _opening("client", rest)
    if rest.startswith(":"):
        read.lines.append(rest.lstrip(": "))
    elif side is not None:
        read.lines.append(rest[len(side) :].lstrip(" :,"))
    elif labelled and (names := read_names(labelled[1], is_introduced=" " in opening.strip())):
        read.to += names
        read.lines += [labelled[2]] if labelled[2] else []
    elif rest[0].isupper() and " " not in opening.strip():
        read.lines.append(rest)
    else:
        return False
    return True


_READERS = (_closing, _addressing, _privately, _asking)


def read_names(text: str, *, is_introduced: bool) -> list[str]:
    """Return the names and addresses in a list, [] if anything in it is no name.

    `is_introduced`: a word like "voor" says that names follow, so small letters will do.
    """
    chunks = [chunk.strip(" .!<>") for chunk in re.split(_joint(), text) if chunk.strip(" .!")]
    if not chunks or len(chunks) > _MOST_NAMES:
        return []
    names = [_name(chunk, is_introduced=is_introduced) for chunk in chunks]
    return [name for name in names if name] if all(names) else []


def _name(chunk: str, *, is_introduced: bool) -> str:
    address = _ADDRESS.search(chunk)
    if address:
        return address[1].lower()
    is_name = _NAME.fullmatch(chunk) and (
        is_introduced
        or all(
            word[0].isupper() or fold_line(word) in _words("particles") for word in chunk.split()
        )
    )
    return chunk if is_name else ""


def _until(line: str, sent_on: date) -> str:
    """Return the date of `wacht tot 15/12`, when the line says nothing else."""
    if len(line) > _LONGEST_UNTIL:
        return ""
    reading = read_sentence(line.strip(), Context.APPROVAL, sent_on)
    if reading.doubt or len(reading.commands) != 1 or reading.commands[0].verb is not Verb.HOLD:
        return ""
    until = reading.commands[0].args.get("until", "")
    return until if re.fullmatch(r"\d{4}-\d\d-\d\d", until) else ""


def _opening(table: str, text: str) -> str | None:
    """Return the part of `text` that is the longest phrase of `table` at its start."""
    ends = (m.end() for m in re.finditer(r"[^\s:,]+", text))
    found = [text[:end] for end in list(ends)[:4] if fold_line(text[:end]) in _words(table)]
    return max(found, key=len, default=None)


@cache
def _joint() -> str:
    words = "|".join(re.escape(word) for word in sorted(_words("and")))
    return rf"\s*[,;]\s*|\s+(?:{words})\s+"


@cache
def _words(table: str) -> frozenset[str]:
    text = (files("templates") / "words/conversation.toml").read_text("utf-8")
    return frozenset(fold_line(word) for word in tomllib.loads(text)[table]["words"])
