"""Writes what somebody looked for: a numbered list, to be answered or looked through further."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.compose.answers import offer_one
from mailbot.compose.facts import Line, heading, warnings
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.wording import day, shortened
from mailbot.domain.document import Document
from mailbot.domain.letter import Letter

_LONGEST_QUERY = 80


@dataclass(frozen=True, kw_only=True)
class FoundLine:
    """One document or conversation that was found."""

    #: the document, or what the conversation is about
    document: Document | None = None
    is_conversation: bool = False
    #: topic of a conversation; "" where that is the document
    subject: str = ""
    #: name of the dossier
    dossier: str
    #: when it came
    on: date


def write_found(
    head: Letterhead, lines: Sequence[FoundLine], *, asked: str, has_more: bool
) -> Letter:
    """Return the answer to `zoek`: the newest first, numbered from 1.

    The caller keeps the same order with the reply token. `asked` is what was looked for, "" when
    nothing was said.
    """
    numbered = enumerate(lines, start=1)
    one = next((str(number) for number, line in numbered if not line.is_conversation), "")
    answers = ("numbers_status", "numbers_history") if one else ()
    facts = {
        "asked": shortened(asked, _LONGEST_QUERY),
        "count": len(lines),
        "has_more": has_more,
        "lines": [_line(number, line, head) for number, line in enumerate(lines, start=1)],
        "answer_options": [offer_one(head, name, one=one) for name in (*answers, "search")],
        "buttons": buttons(head, "document") if lines else (),
    }
    return write("person.tell.found", head, facts)


def _line(number: int, line: FoundLine, head: Letterhead) -> Line:
    return Line(
        number=number,
        text=_topic(line, head),
        notes=(
            shortened(line.dossier, 60),
            f"{_state(line, head)}, {day(line.on, head.language)}",
        ),
        alerts=() if line.is_conversation or not line.document else warnings(line.document, head),
    )


def _topic(line: FoundLine, head: Letterhead) -> str:
    about = heading(line.document, head) if line.document else ""
    return shortened(line.subject, 100) or about or head.say("talk", "no_subject")


def _state(line: FoundLine, head: Letterhead) -> str:
    if line.is_conversation or line.document is None:
        return head.say("talk", "conversation")
    return head.say("statuses", line.document.status)
