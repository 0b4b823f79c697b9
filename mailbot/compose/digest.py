"""Writes the daily lists: numbered lines that are answered by number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.compose.answers import numbers, offer
from mailbot.compose.facts import Line, heading, warnings
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.wording import near_day, shortened
from mailbot.domain.command import Context
from mailbot.domain.document import Document
from mailbot.domain.letter import Letter


@dataclass(frozen=True, kw_only=True)
class DigestLine:
    """One document in a list."""

    document: Document
    #: name of the dossier
    dossier: str
    #: what else must be known, in the reader's language, e.g. a question that waits
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DigestSection:
    """Lines that ask for the same thing."""

    #: id in table `sections`: to_approve, to_review, inbox, quarantined, export_failed,
    #: unreadable, on_hold, questions
    id: str
    lines: tuple[DigestLine, ...]


@dataclass(frozen=True, kw_only=True)
class _Section:
    title: str
    lines: tuple[Line, ...]


def write_digest_employee(
    head: Letterhead, sections: Sequence[DigestSection], *, unsubscribe_url: str
) -> Letter:
    """Return the daily list of an employee of the office.

    Numbers run on over the sections, in the order given, starting at 1; the caller keeps the same
    order with the reply token. Raises ValueError when there is nothing to list.
    """
    return _write("employee.ask.digest", head, sections, unsubscribe_url)


def write_digest_approver(
    head: Letterhead, lines: Sequence[DigestLine], *, unsubscribe_url: str
) -> Letter:
    """Return the daily list of what waits for one approver, numbered from 1.

    Raises ValueError when there is nothing to list.
    """
    section = DigestSection(id="to_approve", lines=tuple(lines))
    return _write("approver.ask.digest", head, (section,), unsubscribe_url)


def _write(
    template: str, head: Letterhead, sections: Sequence[DigestSection], unsubscribe_url: str
) -> Letter:
    numbered = tuple(_numbered(sections, head))
    count = sum(len(section.lines) for section in numbered)
    if not count:
        raise ValueError("an empty digest is not sent")
    # one word cannot fit lines that ask for different things, so only the first kind is named
    same = len(numbered[0].lines)
    facts = {
        "count": count,
        "day": near_day(head.today, head.today, head.language),
        "sections": numbered,
        "answer_options": offer(head, Context.DIGEST, **numbers(same)),
        "buttons": buttons(head, "document"),
        "unsubscribe_url": unsubscribe_url,
    }
    return write(template, head, facts)


def _numbered(sections: Sequence[DigestSection], head: Letterhead) -> Iterator[_Section]:
    first = 1
    for section in sections:
        if not section.lines:
            continue
        lines = tuple(
            _line(number, line, head) for number, line in enumerate(section.lines, start=first)
        )
        first += len(lines)
        title = head.say("sections", section.id)
        yield _Section(title=f"{title} ({len(lines)})", lines=lines)


def _line(number: int, line: DigestLine, head: Letterhead) -> Line:
    notes = (shortened(line.dossier, 60), *_hold(line.document, head), line.note)
    return Line(
        number=number,
        text=heading(line.document, head),
        notes=tuple(filter(None, notes)),
        alerts=warnings(line.document, head),
    )


def _hold(document: Document, head: Letterhead) -> tuple[str, ...]:
    if not document.on_hold:
        return ()
    if document.hold_until is None:
        return (head.say("phrases", "on_hold"),)
    until = near_day(document.hold_until, head.today, head.language)
    return (head.say("phrases", "on_hold_until", day=until),)
