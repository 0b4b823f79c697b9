"""Writes the mail with the code that a browser must bring, and the page that asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailbot.compose.page_words import words
from mailbot.compose.pages import render_page
from mailbot.compose.render import Letterhead, write
from mailbot.compose.transcript import command_words
from mailbot.compose.wording import clock_time
from mailbot.domain.command import Command
from mailbot.domain.letter import Letter

_GROUP = 3


@dataclass(frozen=True, kw_only=True)
class CodeForm:
    """A form that waits for a code: where it goes, and everything that it sent."""

    path: str
    fields: Mapping[str, str]
    #: what it asks, and what about, in the words of the reader
    asked: Sequence[Command] = ()
    about: str = ""
    #: id in table `mistakes`, of what was wrong with the code
    mistake: str = ""
    #: path of the mails that would have left, "" when there is none to read
    outbox: str = ""
    #: no code was mailed: too many were asked for
    is_too_many: bool = False


def write_browser_code(
    head: Letterhead, *, code: str, until: datetime, asked: Sequence[Command], about: str
) -> Letter:
    """Return the mail with the code that makes a browser known as its reader's.

    `asked` and `about` are what waits on the page for it: commands, and the heading of a document.
    """
    facts = {
        "code": spaced(code),
        "until": clock_time(until, head.reader.time_zone),
        "asked": [command_words(head, command) for command in asked],
        "about": about,
    }
    return write("person.tell.code", head, facts)


def write_code_page(head: Letterhead, form: CodeForm) -> str:
    """Return the page that asks for the code, with the form that waits inside it."""
    facts = {
        "title": words(head.language)["code"]["title"],
        "asked": [command_words(head, command) for command in form.asked],
        "about": form.about,
        "email": masked(head.reader.email),
        "path": form.path,
        "mistake": form.mistake,
        "outbox": form.outbox,
        "is_too_many": form.is_too_many,
        "office": head.office.name,
        "footer": head.reader.name,
    }
    return render_page("page_code.html", head.language, facts, layout=list(form.fields.items()))


def masked(email: str) -> str:
    """Return an address as its owner knows it and nobody else learns it: a…@office.example."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def spaced(code: str) -> str:
    """Return a code as it is read aloud: 482 913."""
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
