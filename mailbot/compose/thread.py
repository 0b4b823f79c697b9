"""What a mail shows of a conversation: what was said before, who reads along, what hangs on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailbot.compose.facts import (
    DocumentView,
    enclosures,
    heading,
    summary,
    this_document,
    warnings,
)
from mailbot.compose.render import NOTHING, Enclosures, Letterhead, buttons
from mailbot.compose.wording import listed, near_day, shortened
from mailbot.domain.booking import ExportFile

_NAME_LENGTH = 60
_SUBJECT_LENGTH = 100
#: of what was said before, enough to know what it is about
_EARLIER_LINES = 12
_EARLIER_LENGTH = 300


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One earlier message, with the name of who wrote it."""

    name: str
    day: date
    text: str


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The conversation around one message."""

    #: name of the dossier
    dossier: str
    #: the topic, when it is about no document
    subject: str = ""
    view: DocumentView | None = None
    #: the last messages before, oldest first
    earlier: Sequence[Spoken] = ()
    #: names of the others who read the message
    also: Sequence[str] = ()
    is_private: bool = False
    #: whether the mail that brought the message is really from its author
    is_proved: bool = True
    #: what hung on the message
    files: Sequence[ExportFile] = ()
    #: names of files that are too large to travel along
    too_large: Sequence[str] = ()
    #: `Conversation.mark`
    mark: str = ""


def thread_of(view: DocumentView) -> Thread:
    """Return a conversation about a document in which nothing was said before."""
    return Thread(dossier=view.dossier.name, view=view)


def thread_facts(thread: Thread, head: Letterhead) -> dict[str, object]:
    """Return what every mail of a conversation shows."""
    view = thread.view
    return {
        "heading": topic(thread, head),
        "this": this_document(view.document, head) if view else "",
        "dossier": shortened(thread.dossier, _NAME_LENGTH),
        "warnings": (*_doubts(thread, head), *(warnings(view.document, head) if view else ())),
        "rows": summary(view, head) if view else (),
        "notes": tuple(_notes(thread, head)),
        "earlier_title": head.say("talk", "earlier"),
        "earlier": tuple(_earlier(thread, head)),
        "mark": head.say("talk", "mark", mark=thread.mark) if thread.mark else "",
        "buttons": buttons(head, "document") if view else (),
    }


def topic(thread: Thread, head: Letterhead) -> str:
    """Return what the conversation is about, as it stands in subjects."""
    if thread.view is not None:
        return heading(thread.view.document, head)
    return shortened(thread.subject, _SUBJECT_LENGTH) or head.say("talk", "no_subject")


def thread_enclosures(thread: Thread) -> Enclosures:
    """Return the document, and what hung on the message."""
    about = enclosures(thread.view) if thread.view else NOTHING
    return replace(about, files=(*about.files, *thread.files))


def people(names: Sequence[str], head: Letterhead) -> str:
    """Return names as a list in a sentence."""
    return listed([shortened(name, _NAME_LENGTH) for name in names], head.language)


def files_note(names: Sequence[str], head: Letterhead) -> str:
    """Return the sentence that names files."""
    shown = [shortened(name, _NAME_LENGTH) for name in names]
    return head.say("talk", "files", names=", ".join(shown))


def _doubts(thread: Thread, head: Letterhead) -> tuple[str, ...]:
    return () if thread.is_proved else (head.say("talk", "unproved_author"),)


def _notes(thread: Thread, head: Letterhead) -> Iterator[str]:
    if thread.is_private:
        if thread.also:
            yield head.say("talk", "private_with", names=people(thread.also, head))
        else:
            yield head.say("talk", "private")
    elif thread.also:
        yield head.say("talk", "also", names=people(thread.also, head))
    if thread.files:
        yield files_note([file.name for file in thread.files], head)
        yield head.say("talk", "invoice_after_all")
    if thread.too_large:
        shown = [shortened(name, _NAME_LENGTH) for name in thread.too_large]
        yield head.say("talk", "too_large", names=", ".join(shown))


def _earlier(thread: Thread, head: Letterhead) -> Iterator[str]:
    """Yield the lines of what was said before; of long messages the beginning."""
    for spoken in thread.earlier:
        when = near_day(spoken.day, head.today, head.language)
        lines = [shortened(line, _EARLIER_LENGTH) for line in spoken.text.splitlines()]
        more = len(lines) > _EARLIER_LINES
        if spoken is not thread.earlier[0]:
            yield ""
        yield f"{shortened(spoken.name, _NAME_LENGTH)}, {when}:"
        yield from lines[:_EARLIER_LINES]
        if more:
            yield "…"
