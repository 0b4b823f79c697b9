"""Writes the daily lists: numbered lines that are answered by number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailbot.compose.answers import AnswerOption, numbers, offer, offer_one
from mailbot.compose.facts import Line, heading, warnings
from mailbot.compose.payment_lines import PaymentView, names_in_words, payment_line
from mailbot.compose.render import Letterhead, buttons, write
from mailbot.compose.wording import listed, near_day, shortened
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
    #: names of those who must approve it beside the reader
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DigestTalk:
    """One conversation in a list."""

    #: its topic; "" where that is the document
    subject: str = ""
    document: Document | None = None
    #: name of the dossier
    dossier: str
    #: names of who asked, and of those who must answer
    asker: str
    asked: tuple[str, ...]
    asked_on: date


@dataclass(frozen=True, kw_only=True)
class DigestPayment:
    """One payment in a list, that waits for an approval."""

    view: PaymentView
    #: name of the dossier
    dossier: str
    #: names of those whose approval it waits for, where it is not the reader's
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DigestSection:
    """Lines that ask for the same thing."""

    #: id in table `sections`: to_approve, to_review, inbox, quarantined, export_failed,
    #: unreadable, on_hold, questions, conversations, payments, payments_others
    id: str
    lines: tuple[DigestLine | DigestTalk | DigestPayment, ...]


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
    lines = [each for section in sections for each in section.lines]
    talks = [line for line in lines if _is_talk(line)]
    payments = [line for line in lines if isinstance(line, DigestPayment)]
    facts = {
        "count": count,
        "documents": count - len(talks) - len(payments),
        "payments": len(payments),
        "talks": len(talks),
        "day": near_day(head.today, head.today, head.language),
        "sections": numbered,
        "answer_options": tuple(_options(sections, head)),
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
            _line(number, line, section.id, head)
            for number, line in enumerate(section.lines, start=first)
        )
        first += len(lines)
        title = head.say("sections", section.id)
        yield _Section(title=f"{title} ({len(lines)})", lines=lines)


def _is_talk(line: DigestLine | DigestTalk | DigestPayment) -> bool:
    return isinstance(line, DigestTalk)


def _options(sections: Sequence[DigestSection], head: Letterhead) -> Iterator[AnswerOption]:
    """Yield what can be answered: to the first kind of document, and to a conversation.

    One word cannot fit lines that ask for different things, so only the first kind is named.
    """
    lines = [line for section in sections for line in section.lines]
    first = next((section.lines for section in sections if section.lines), ())
    if first and not _is_talk(first[0]):
        yield from offer(head, Context.DIGEST, **numbers(len(first)))
    number = next((n for n, line in enumerate(lines, start=1) if _is_talk(line)), 0)
    if number:
        if _is_talk(lines[0]):
            yield offer_one(head, "numbers_question", one=str(number))
        yield offer_one(head, "numbers_close", one=str(number))


def _payment_line(number: int, line: DigestPayment, head: Letterhead) -> Line:
    shown = payment_line(line.view, head, number=number)
    names = names_in_words(line.waits_for, head)
    waits = head.say("payment", "others", names=names) if names else ""
    notes = (shortened(line.dossier, 60), *shown.notes, waits)
    return replace(shown, notes=tuple(filter(None, notes)))


def _talk_line(number: int, talk: DigestTalk, head: Letterhead) -> Line:
    topic = heading(talk.document, head) if talk.document else shortened(talk.subject, 100)
    waits = head.say(
        "talk",
        "waits_for",
        asker=shortened(talk.asker, 60),
        asked=listed([shortened(name, 60) for name in talk.asked], head.language),
        day=near_day(talk.asked_on, head.today, head.language),
    )
    return Line(
        number=number,
        text=topic or head.say("talk", "no_subject"),
        notes=(shortened(talk.dossier, 60), waits),
    )


def _line(
    number: int, line: DigestLine | DigestTalk | DigestPayment, section: str, head: Letterhead
) -> Line:
    if isinstance(line, DigestTalk):
        return _talk_line(number, line, head)
    if isinstance(line, DigestPayment):
        return _payment_line(number, line, head)
    notes = (
        shortened(line.dossier, 60),
        *_state(line, section, head),
        *_hold(line.document, head),
        line.note,
    )
    return Line(
        number=number,
        text=heading(line.document, head),
        notes=tuple(filter(None, notes)),
        alerts=warnings(line.document, head),
    )


def _state(line: DigestLine, section: str, head: Letterhead) -> tuple[str, ...]:
    """Return whose approval a line of that section waits for (CF-APPR-20)."""
    if section != "to_approve":
        return ()
    names = listed([shortened(name, 60) for name in line.also], head.language)
    return (
        head.say("phrases", "to_approve_by_all" if names else "to_approve_by_you", names=names),
    )


def _hold(document: Document, head: Letterhead) -> tuple[str, ...]:
    if not document.on_hold:
        return ()
    if document.hold_until is None:
        return (head.say("phrases", "on_hold"),)
    until = near_day(document.hold_until, head.today, head.language)
    return (head.say("phrases", "on_hold_until", day=until),)
