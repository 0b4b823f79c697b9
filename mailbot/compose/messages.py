"""Writes the mails of conversations: messages, reminders, what was passed on, what has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.compose.answers import offer
from mailbot.compose.render import Button, Enclosures, Letterhead, write
from mailbot.compose.thread import (
    Thread,
    files_note,
    people,
    thread_enclosures,
    thread_facts,
)
from mailbot.compose.wording import near_day, shortened, upper_first
from mailbot.domain.booking import ExportFile
from mailbot.domain.command import Context
from mailbot.domain.letter import Letter
from mailbot.domain.mail import MailAddress

#: of the dossiers that a batch goes to, enough to see whether they are the right ones
_MOST_NAMED = 30


def write_message_notice(  # noqa: PLR0913 -- one fact each
    head: Letterhead,
    *,
    author: MailAddress,
    subject: str,
    text: str,
    dossier: str,
    files: Sequence[ExportFile] = (),
    doubt: str = "",
) -> Letter:
    """Return the mail that brings somebody in the office a message of nobody whom we know.

    `dossier` is the name of the dossier it was sent to, "" for the office at large. `doubt` is an
    id in table `talk`: why it is not passed on to anybody else.
    """
    name = shortened(author.display_name, 60)
    facts = {
        "author": f"{name} <{author.address}>" if name else author.address,
        "mail_subject": shortened(subject, 100),
        "message": text.strip().splitlines(),
        "dossier": shortened(dossier, 60),
        "notes": (files_note([file.name for file in files], head),) if files else (),
        "warnings": (head.say("talk", doubt),) if doubt else (),
        "buttons": (),
    }
    return write("employee.tell.message", head, facts, Enclosures(files=tuple(files)))


def write_message(head: Letterhead, thread: Thread, *, message: str, author: str) -> Letter:
    """Return the mail that brings what somebody said in a conversation without being asked."""
    facts = {
        **thread_facts(thread, head),
        "author": shortened(author, 60),
        "message": message.splitlines(),
        "answer_options": offer(head, Context.QUESTION),
    }
    return write("person.tell.message", head, facts, thread_enclosures(thread))


def write_reminder(
    head: Letterhead, thread: Thread, *, question: str, asked_by: str, asked_on: date
) -> Letter:
    """Return the mail that reminds somebody of a question."""
    facts = {
        **thread_facts(thread, head),
        "question": question.splitlines(),
        "asked_by": shortened(asked_by, 60),
        "asked_on": near_day(asked_on, head.today, head.language),
        "answer_options": offer(head, Context.QUESTION),
    }
    return write("person.ask.reminder", head, facts, thread_enclosures(thread))


def write_no_answer(
    head: Letterhead,
    thread: Thread,
    *,
    question: str,
    asked: Sequence[str],
    asked_on: date,
    reminders: int,
) -> Letter:
    """Return the mail that tells who asked that nobody has answered, and will not be reminded.

    `asked` are the names of those who were asked.
    """
    facts = {
        **thread_facts(thread, head),
        "question": question.splitlines(),
        "asked": people(asked, head),
        "asked_on": near_day(asked_on, head.today, head.language),
        "reminders": reminders,
        "answer_options": offer(head, Context.QUESTION),
    }
    return write("person.tell.no_answer", head, facts)


@dataclass(frozen=True, kw_only=True)
class PassedOn:
    """What became of what somebody wrote in a conversation."""

    #: names of those who got it
    to: Sequence[str] = ()
    is_private: bool = False
    #: names of the files that were passed on, not booked
    files: Sequence[str] = ()
    is_closed: bool = False
    #: nobody is reminded before this day
    until: date | None = None
    #: files of the message before are booked after all
    is_booked: bool = False
    #: names that are nobody's here: nothing was passed on
    unknown: Sequence[str] = ()
    text: str = ""


def write_passed_on(head: Letterhead, thread: Thread, done: PassedOn) -> Letter:
    """Return the mail that tells somebody what became of what they wrote."""
    facts = {
        **thread_facts(thread, head),
        "rows": (),
        "earlier": (),
        "state": _state(done, head),
        "notes": _told(done, head),
        "written": done.text.splitlines() if done.unknown else (),
        "answer_options": offer(head, Context.QUESTION),
    }
    return write("person.tell.passed_on", head, facts)


def write_closed(head: Letterhead, thread: Thread, *, closed_by: str) -> Letter:
    """Return the mail that tells who was asked that they need not answer any more."""
    facts = {**thread_facts(thread, head), "closed_by": shortened(closed_by, 60)}
    return write("person.tell.closed", head, facts)


def write_batch_request(  # noqa: PLR0913 -- one fact each
    head: Letterhead,
    *,
    dossiers: Sequence[str],
    subject: str,
    sample: str,
    sample_dossier: str,
    problems: Sequence[str] = (),
    code: str = "",
    confirm_url: str = "",
) -> Letter:
    """Return the mail that shows what would go to many dossiers, and asks to confirm it.

    `dossiers` are their names, `sample` is the text as the first of them gets it. With `problems`
    nothing can be confirmed: they must be mended first.
    """
    confirm = Button(label=head.say("buttons", "confirm"), url=confirm_url, is_main=True)
    more = len(dossiers) - _MOST_NAMED
    named = [shortened(name, 60) for name in dossiers[:_MOST_NAMED]]
    facts = {
        "count": len(dossiers),
        "subject": shortened(subject, 100),
        "dossiers": (*named, f"… + {more}") if more > 0 else tuple(named),
        "sample": sample.splitlines(),
        "sample_dossier": shortened(sample_dossier, 60),
        "problems": tuple(problems),
        "answer_options": offer(head, Context.CONFIRMATION, code=code),
        "buttons": (confirm,) if confirm_url and not problems else (),
    }
    return write("employee.ask.batch", head, facts)


def _state(done: PassedOn, head: Letterhead) -> str:
    """Return the beginning of the subject."""
    if done.unknown:
        return upper_first(head.say("results", "refused"))
    if done.to:
        return head.say("talk", "passed_on", names=people(done.to, head))
    return head.say("talk", "closed" if done.is_closed else "noted")


def _told(done: PassedOn, head: Letterhead) -> tuple[str, ...]:
    """Return what is to be told, a sentence each."""
    if done.unknown:
        return (head.say("talk", "unknown_names", names=people(done.unknown, head)),)
    told = []
    if done.to:
        kind = "went_privately" if done.is_private else "went"
        told.append(head.say("talk", kind, names=people(done.to, head)))
    if done.files:
        told += [files_note(done.files, head), head.say("talk", "invoice_after_all")]
    if done.is_booked:
        told.append(head.say("talk", "booked"))
    if done.until:
        day = near_day(done.until, head.today, head.language)
        told.append(head.say("talk", "no_reminder_before", day=day))
    if done.is_closed:
        told.append(head.say("talk", "closed_now"))
    return tuple(told)
