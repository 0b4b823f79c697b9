"""Turns the HTML of a mail into plain lines: quotes marked with ">", hidden text left out."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from lxml import etree, html

from mailbot.mail.html_marks import Mark, find_mark
from mailbot.mail.html_style import (
    WHITE,
    Colour,
    Rules,
    ground_of,
    is_hidden,
    read_rules,
    style_of,
)
from mailbot.mail.quotes import introduction_length

_BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tr",
        "ul",
    }
)
_SKIPPED: Final = frozenset({"head", "style", "script", "title", "s", "strike", "del"})
#: no mail program shows what is in these, or not as text
_UNSEEN: Final = frozenset({"template", "noscript", "svg", "object", "select", "datalist"})
_ENDING = re.compile(r"(?i)<(/?)(style|script|head|title)\b[^<>]{0,2000}>")
#: letters of HTML; what is longer is not read as a person's answer
_LONGEST = 3_000_000
_DEEPEST = 400


@dataclass
class _Lines:
    """The lines written so far; `depth` says how many quotes are open."""

    rules: Rules
    #: whether hidden text is written, too
    shows_hidden: bool
    trusts_wrappers: bool
    done: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    depth: int = 0
    #: everything from here on is quoted
    is_cut: bool = False
    #: the colour behind what is written
    ground: Colour = WHITE
    saw_hidden: bool = False
    #: something stood too deep to be read
    is_lost: bool = False
    signature: list[str] = field(default_factory=list)

    def add(self, text: str, *, is_pre: bool = False) -> None:
        if is_pre:
            first, *rest = text.split("\n")
            self.current += [first] if first else []
            for line in rest:
                self.end_line(keep_empty=True)
                self.current += [line] if line else []
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", text)
        is_open = bool(self.current) and not self.current[-1].endswith(" ")
        if text := text if is_open else text.lstrip(" "):
            self.current.append(text)

    def end_line(self, *, keep_empty: bool = False) -> None:
        line = "".join(self.current).replace("\u00a0", " ").rstrip()
        if line.strip() or keep_empty:
            mark = "> " if self.is_quoting else ""
            self.done.append(mark + line)
        self.current.clear()

    @property
    def is_quoting(self) -> bool:
        """Whether what is written now is quoted."""
        return self.is_cut or self.depth > 0

    def keep_signature(self, element: html.HtmlElement) -> None:
        """Keep the text of a signature apart, unless it is a quoted one."""
        if not self.is_quoting:
            self.signature += [str(one) for one in element.itertext() if str(one).strip()]


@dataclass(frozen=True, kw_only=True)
class _Open:
    """An element whose end is not written yet."""

    tag: str
    is_quote: bool
    #: the colour behind it, and how many lines stood above it
    ground: Colour
    lines: int


@dataclass(frozen=True, kw_only=True)
class HtmlText:
    """The text of HTML in lines, quoted ones marked with "> "."""

    shown: str = ""
    #: the same with the text that a reader does not see, "" if nothing is hidden
    with_hidden: str = ""
    #: what stood in the elements that programs keep for signatures
    signature: str = ""
    #: False: it could not be read as HTML, and `shown` is what stood between its tags
    is_whole: bool = True


def html_lines(source: str) -> str:
    """Return the visible text of `source`, quoted lines marked with "> "; "" if there is none."""
    return read_html(source).shown


def read_html(source: str, *, trusts_wrappers: bool = True) -> HtmlText:
    """Return the text of `source`; never raises, and never loses the text of broken HTML.

    `trusts_wrappers`: whether an element that only usually holds a quote counts as one.
    """
    if not source.strip():
        return HtmlText()
    if len(source) > _LONGEST:
        return _between_tags(source[:_LONGEST])
    try:
        root = html.document_fromstring(_clean(source), parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _between_tags(source)
    rules = read_rules(root)
    out = _written(root, _Lines(rules, shows_hidden=False, trusts_wrappers=trusts_wrappers))
    if out.is_lost:
        return _between_tags(source)
    both = _Lines(rules, shows_hidden=True, trusts_wrappers=trusts_wrappers)
    return HtmlText(
        shown="\n".join(out.done),
        with_hidden="\n".join(_written(root, both).done) if out.saw_hidden else "",
        signature="\n".join(out.signature),
    )


def _written(root: html.HtmlElement, out: _Lines) -> _Lines:
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    opened: list[_Open | None] = []
    for event, element in walk:
        if out.is_lost:
            break
        if event == "start":
            opened.append(_open(element, out, len(opened)))
            if opened[-1] is None:
                walk.skip_subtree()
        elif event == "end" and (one := opened.pop()) is not None:
            _close(one, out)
        if event != "start" and element.tail and opened:
            out.add(element.tail, is_pre=_is_pre(opened))
    out.end_line()
    return out


def _is_pre(opened: list[_Open | None]) -> bool:
    return opened[-1] is not None and opened[-1].tag in {"pre", "textarea"}


def _between_tags(source: str) -> HtmlText:
    """Return what stands between the tags: nobody may act on it, but it is not lost."""
    source = _clean(source)
    kept, start, inside = [], 0, ""
    for tag in _ENDING.finditer(source):
        name = tag[2].lower()
        if not inside and not tag[1]:
            kept.append(source[start : tag.start()])
            inside = name
        elif tag[1] and inside == name:
            start, inside = tag.end(), ""
    text = unescape(re.sub(r"<[^<>]{0,2000}>", "\n", "\n".join([*kept, source[start:]])))
    lines = (line.strip() for line in text.split("\n"))
    shown = "\n".join(line for line in lines if line)
    return HtmlText(shown=shown, is_whole=not shown)


def _clean(source: str) -> str:
    """Take out what lxml refuses (control characters, a declared encoding) and comments."""
    source = re.sub(r"(?i)<\?xml[^<>]{0,500}>", "", _without_comments(source))
    source = re.sub(r"<!\[[^<>]{0,500}>", "", source)
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", source)


def _without_comments(source: str) -> str:
    """Return `source` without comments; a reader sees nothing of one that is never closed."""
    kept, at = [], 0
    while (start := source.find("<!--", at)) >= 0:
        kept.append(source[at:start])
        at = _comment_end(source, start + 4)
        if not at:
            return "".join([*kept, "<div hidden>", source[start + 4 :]])
    return "".join([*kept, source[at:]])


def _comment_end(source: str, start: int) -> int:
    """Return where the comment ends whose text begins at `start`, 0 if it does not end."""
    # HTML §13.2.5.43: "<!-->" and "<!--->" are whole comments
    for short in (">", "->"):
        if source.startswith(short, start):
            return start + len(short)
    return source.find("-->", start) + 3 if source.find("-->", start) >= 0 else 0


def _open(element: html.HtmlElement, out: _Lines, level: int) -> _Open | None:
    """Write the beginning of `element`; return None if nothing of it counts."""
    tag = str(element.tag).lower().rpartition(":")[2]
    style = style_of(element, out.rules)
    if tag in _SKIPPED or "line-through" in style.get("text-decoration", ""):
        return None
    ground = ground_of(element, style, out.ground)
    if tag in _UNSEEN or is_hidden(element, style, ground):
        out.saw_hidden = True
        if not out.shows_hidden:
            return None
    mark = find_mark(element, tag, trusts_wrappers=out.trusts_wrappers)
    if mark is Mark.SIGNATURE:
        out.keep_signature(element)
        return None
    if tag in _BLOCKS:
        out.end_line()
    # a cut inside a quote is the quoted program's, and ends with the quote
    out.is_cut |= mark is Mark.CUT and not out.depth
    is_quote = mark is Mark.QUOTE or (tag == "blockquote" and _is_introduced(out))
    one = _Open(tag=tag, is_quote=is_quote, ground=out.ground, lines=len(out.done))
    out.depth, out.ground = out.depth + is_quote, ground
    out.is_lost |= level > _DEEPEST and not out.is_quoting
    _begin(element, tag, out)
    return one


def _begin(element: html.HtmlElement, tag: str, out: _Lines) -> None:
    if tag == "br":
        out.end_line(keep_empty=True)
    elif tag == "li" and (bullet := _bullet(element)):
        out.current.append(bullet)
    if element.text:
        out.add(element.text, is_pre=tag in {"pre", "textarea"})


def _close(one: _Open, out: _Lines) -> None:
    """Write the end of an element."""
    if one.tag in {"td", "th"}:
        out.add(" ")
    elif one.tag in _BLOCKS:
        out.end_line(keep_empty=one.tag in {"p", "div"} and len(out.done) == one.lines)
    out.depth -= one.is_quote
    out.ground = one.ground


def _is_introduced(out: _Lines) -> bool:
    """Whether "On … wrote:" stands right above; an indent is a blockquote, too."""
    lines = [one for one in out.done if one.strip()][-4:]
    return any(introduction_length(lines, i) == len(lines) - i for i in range(len(lines)))


def _bullet(element: html.HtmlElement) -> str:
    """Numbered lists keep their numbers: they may be those of the lines that were shown."""
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    start = parent.get("start", "1")
    before = sum(1 for one in element.itersiblings("li", preceding=True))
    return f"{(int(start) if start.isdecimal() else 1) + before}. "
