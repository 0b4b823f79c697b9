"""Mail programs, and how each writes an answer around the quoted mail (clients.toml)."""

import html
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.answers.phrases import LANGUAGES
from benchmarks.answers.scene import Scene
from benchmarks.answers.wording import fill, label_marks

Marks = dict[str, str]
_PARAGRAPH = '<p style="margin:0 0 8px">{}</p>\n'


@dataclass(frozen=True, kw_only=True)
class Client:
    """One mail program; the fields are explained in clients.toml."""

    name: str
    half: str
    id: str
    lead: str | dict[str, str]
    charsets: list[str]
    languages: list[str] = field(default_factory=lambda: list(LANGUAGES))
    headers: list[str] = field(default_factory=list)
    boundary: str = "----=_Part_$hex8"
    forms: list[str] = field(default_factory=lambda: ["alternative", "alternative", "html"])
    places: list[str] = field(default_factory=lambda: ["top"])
    is_flowed: bool = False
    has_logo: bool = False
    footer: dict[str, str] = field(default_factory=dict)
    quote: str = ""
    has_gap: bool = False
    #: characters in a line of the text part; 0 leaves lines as they are
    wrap: int = 0
    sign_prefix: str = ""
    head: str = ""
    line: str = ""
    gap: str = ""
    sign: str = ""
    footer_html: str = ""
    lead_html: str = ""
    open: str = ""
    close: str = ""
    tail: str = ""

    def lead_in(self, language: str) -> str:
        """Return the template of what stands above the quoted mail."""
        return self.lead if isinstance(self.lead, str) else self.lead[language]


@cache
def load_clients() -> tuple[Client, ...]:
    """Return every client."""
    content: dict[str, Any] = tomllib.loads(
        Path(__file__).with_name("clients.toml").read_text("utf-8")
    )
    return tuple(Client(**one) for one in content["client"])


def clients_for(half: str, language: str) -> list[Client]:
    """Return the clients of a half whose users write the language."""
    return [c for c in load_clients() if c.half in ("both", half) and language in c.languages]


def write_text(client: Client, scene: Scene, marks: Marks, place: str) -> str:
    """Return the plain text of an answer, lines parted by LF."""
    lead = fill(client.lead_in(scene.person.language), marks | label_marks(scene.phrase.language))
    quoted = "\n".join(_quoted_lines(client, scene, place))
    sign = _text_sign(client, scene)
    footer = client.footer.get(scene.person.language, "")
    answer = [_wrapped(client, scene.typed), sign, footer]
    is_close = client.quote and not client.has_gap
    history = [f"{lead}\n{quoted}" if is_close else f"{lead}\n\n{quoted}"]
    orders = {
        "top": [*answer, "", *history], "bottom": [*history, *answer],
        "inline": [*history, sign, footer],
    }  # fmt: skip
    pieces = [scene.banner, *orders[place], *scene.disclaimer]
    return "\n\n".join(piece for piece in pieces if piece).replace("\n\n\n\n", "\n\n\n") + "\n"


def _text_sign(client: Client, scene: Scene) -> str:
    prefix = client.sign_prefix and len(scene.sign) > 1
    return "\n".join([client.sign_prefix, *scene.sign] if prefix else scene.sign)


def _wrapped(client: Client, text: str) -> str:
    if not client.wrap:
        return text
    lines = (textwrap.wrap(line, client.wrap) or [""] for line in text.split("\n"))
    return "\n".join("\n".join(piece) for piece in lines)


def _quoted_lines(client: Client, scene: Scene, place: str) -> Iterator[str]:
    prefix = client.quote
    for line in _history(scene):
        yield (prefix + line) if line else prefix.rstrip()
        part = place == "inline" and _part_below(line, scene)
        if part:
            yield from ("", part, "")


def _history(scene: Scene) -> list[str]:
    """Return the lines of the quoted mail, below an older answer where the shape has one."""
    older = scene.phrase.also if scene.phrase.shape == "older_quote" else ""
    return [*([scene.filled(older), ""] if older else []), *scene.original.lines]


def _part_below(line: str, scene: Scene) -> str:
    number = line.partition(".")[0]
    return scene.parts.get(int(number), "") if number.isdigit() else ""


def write_html(client: Client, scene: Scene, marks: Marks, place: str) -> str:
    """Return the HTML of an answer."""
    language = scene.person.language
    marks = {name: html.escape(value, quote=False) for name, value in marks.items()}
    marks |= label_marks(scene.phrase.language) | {"it": "$it"}
    marks["lead"] = fill(_lead_html(client, language), marks)
    history = fill(client.lead_html, marks) + _quoted_html(client, scene, marks, place)
    footer = client.footer.get(language, "")
    answer = [
        _typed_html(client, scene.typed) if place != "inline" else "",
        _around(fill(client.sign, marks), "<br>".join(map(html.escape, scene.sign))),
        _around(fill(client.footer_html, marks), html.escape(footer).replace("\n", "<br>")),
    ]
    ordered = [history, *answer] if place != "top" else [*answer, history]
    tail = "".join(_PARAGRAPH.format(html.escape(line)) for line in scene.disclaimer)
    banner = _banner_html(scene.banner)
    pieces = (banner, *ordered, tail, client.tail)
    return fill(client.head, marks) + "".join(pieces)


def _lead_html(client: Client, language: str) -> str:
    """Return the template of the lead for HTML; lines that only the text part wraps are whole."""
    lead = client.lead_in(language).strip("\n\ufeff")
    if client.wrap:
        lead = lead.replace("<\n", "<").replace("\n", " ")
    return html.escape(lead, quote=False).replace("\n", "<br>")


def _around(template: str, content: str) -> str:
    return template.replace("$it", content) if content else ""


def _banner_html(text: str) -> str:
    style = "background:#FFEB9C;border:1px solid #9C6500;padding:4px"
    return f'<div style="{style}">{html.escape(text)}</div>\n' if text else ""


def _typed_html(client: Client, text: str) -> str:
    lines = text.split("\n") if text else []
    return "".join(
        client.line.replace("$it", html.escape(line, quote=False)) if line else client.gap
        for line in lines
    )


def _quoted_html(client: Client, scene: Scene, marks: Marks, place: str) -> str:
    opened, closed = fill(client.open, marks), client.close
    pieces = [opened]
    for line in _history(scene):
        pieces += [_PARAGRAPH.format(html.escape(line, quote=False))] if line else []
        part = place == "inline" and _part_below(line, scene)
        if part:
            pieces += [closed, _typed_html(client, part), opened]
    return "".join([*pieces, closed])
