"""Turns the words of a letter and its facts into plain text and HTML that say the same.

The words of a letter stand once per language, in
`templates/<language>/<audience>.<ask|tell>.<name>.txt`, written with the macros of
`templates/shared/parts.txt` and `parts.html`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Literal, cast

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mailbot.compose import plain_text
from mailbot.compose.sentences import sentence, table
from mailbot.compose.wording import one_line, shortened, upper_first, with_plain_spaces
from mailbot.domain.booking import ExportFile
from mailbot.domain.letter import Letter, Links, Reader
from mailbot.domain.mail import Language
from mailbot.domain.people import Office

Medium = Literal["txt", "html"]

_SUBJECT_LENGTH = 180
#: css-inline loads nothing from elsewhere; the dark colours must stay in a style element
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """Which office writes to whom, when, and where the answer and the clicks go."""

    office: Office
    reader: Reader
    #: the reader's date
    today: date
    links: Links = field(default_factory=Links)
    #: True when the letter answers a mail (RFC 3834 auto-replied)
    is_answer: bool = False

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.reader.language

    def say(self, table_name: str, sentence_id: str, /, **values: object) -> str:
        """Return a sentence in the reader's language (`mailbot.compose.sentences`)."""
        return sentence(self.language, table_name, sentence_id, **values)


@dataclass(frozen=True, kw_only=True)
class Enclosures:
    """What travels with the words: images shown inside, and files."""

    #: content id -> PNG or JPEG
    images: Mapping[str, bytes] = field(default_factory=dict)
    files: tuple[ExportFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Button:
    """A link to click, shown large."""

    label: str
    url: str
    is_main: bool = False


NOTHING = Enclosures()


def write(
    template: str, head: Letterhead, facts: Mapping[str, object], enclosed: Enclosures = NOTHING
) -> Letter:
    """Return the letter `<audience>.<ask|tell>.<name>` with `facts` filled in.

    Every text among the facts is taken for hostile: it stays on one line and cannot become markup.
    Raises jinja2.UndefinedError when the words want a fact that is not given.
    """
    _, purpose, name = template.split(".")
    values = cast("dict[str, object]", harmless({**_frame_facts(head, enclosed), **facts}))
    file = f"{head.language}/{template}.txt"
    return Letter(
        purpose="ask" if purpose == "ask" else "tell",
        name=name,
        language=head.language,
        subject=_subject(file, head.language, values),
        text=_text(file, head.language, values),
        html=_html(file, head.language, values),
        images=dict(enclosed.images),
        attachments=enclosed.files,
        auto_submitted="auto-replied" if head.is_answer else "auto-generated",
        unsubscribe_url=str(facts.get("unsubscribe_url", "")),
    )


def buttons(head: Letterhead, *wanted: str) -> tuple[Button, ...]:
    """Return a button for each wanted page (`Links` field) that exists; the first is the main one.

    Labels stand in table `buttons`.
    """
    pages = [(name, str(getattr(head.links, name))) for name in wanted]
    return tuple(
        Button(label=head.say("buttons", name), url=url, is_main=name == wanted[0])
        for name, url in pages
        if url
    )


def harmless(value: object) -> object:
    """Return plain data made of `value` in which every text is one line without controls.

    Dataclasses become dicts, sequences tuples; numbers and None stay as they are.
    """
    if isinstance(value, str):
        return one_line(value)
    if is_dataclass(value):
        return {f.name: harmless(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: harmless(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return tuple(harmless(each) for each in value)
    return value


def _frame_facts(head: Letterhead, enclosed: Enclosures) -> dict[str, object]:
    """Return what the frame shows around every letter."""
    greeting = "greeting" if head.reader.first_name else "greeting_nameless"
    return {
        "greeting": head.say("frame", greeting, first_name=shortened(head.reader.first_name, 40)),
        "office": head.office.name,
        "warnings": (),
        "buttons": (),
        "image": next(iter(enclosed.images), ""),
        "page_url": head.links.document,
        "unsubscribe_url": "",
    }


def _subject(file: str, language: Language, values: dict[str, object]) -> str:
    template = _environment(language, "txt").get_template(file)
    block = template.blocks["subject"](template.new_context(values))
    return shortened(with_plain_spaces("".join(block)).strip(), _SUBJECT_LENGTH)


def _text(file: str, language: Language, values: dict[str, object]) -> str:
    text = _environment(language, "txt").get_template(file).render(values)
    lines = (line.rstrip() if line != "-- " else line for line in text.split("\n"))
    return with_plain_spaces(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n")


def _html(file: str, language: Language, values: dict[str, object]) -> str:
    page = _environment(language, "html").get_template(file).render(values)
    return str(_INLINER.inline(re.sub(r"\n\s*\n+", "\n", page)))


@cache
def _environment(language: Language, medium: Medium) -> Environment:
    """Return the templates of one language, writing for one medium."""
    environment = Environment(
        loader=PackageLoader("templates", ""),
        autoescape=select_autoescape(
            enabled_extensions=(), disabled_extensions=(), default=medium == "html"
        ),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        wrapped=plain_text.wrapped,
        aligned=plain_text.aligned,
        numbered=plain_text.numbered,
        indented=plain_text.indented,
        spread=plain_text.spread,
        squeezed=one_line,
        upper_first=upper_first,
    )
    environment.globals.update(
        language=language,
        frame=f"shared/frame.{medium}",
        t=table(language, "frame"),
        say=table(language, "verbs"),
    )
    parts = environment.get_template(f"shared/parts.{medium}").module
    macros = {name: macro for name, macro in vars(parts).items() if not name.startswith("_")}
    environment.globals.update(macros)
    return environment
