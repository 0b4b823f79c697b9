"""Turns the HTML of a mail into plain lines: quotes marked with ">", hidden text left out."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from lxml import etree, html

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
_SKIPPED: Final = frozenset(
    {
        "head",
        "style",
        "script",
        "title",
        "template",
        "noscript",
        "svg",
        "object",
        "select",
        "s",
        "strike",
        "del",
    }
)
_QUOTED_CLASS = re.compile(
    r"(?i)\b(gmail_attr|yahoo_quoted|moz-cite-prefix|moz-forward-container|ms-outlook-quote"
    r"|zmail_extra|x?_?freyaquote)\b"
)
_QUOTED_BLOCK_CLASS = re.compile(r"(?i)gmail_quote|protonmail_quote|tutanota_quote|quote|cite")
_SIGNATURE = re.compile(
    r"(?i)\b(gmail_signature(_prefix)?|moz-signature|protonmail_signature_block\S*"
    r"|(x_)*signature|ms-outlook-mobile-signature|(ymail|yahoo)\w*signature|applemailsignature"
    r"|mobile_signature|mail_android_signature)\b"
)
_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide\s*:\s*all|opacity\s*:\s*0(\.0+)?\s*(;|$)"
    r"|font-size\s*:\s*[01](\.\d+)?(px|pt|em|rem|%)?\s*(;|!|$)|max-height\s*:\s*0(px)?\s*(;|!|$)"
    r"|text-indent\s*:\s*-\d{3,}|(left|top)\s*:\s*-\d{3,}"
)
_STRUCK = re.compile(r"(?i)text-decoration[^;]*line-through")
_CLOSED = re.compile(r"(?i)(?<![-\w])(max-)?(height|width)\s*:\s*0(px)?\s*(;|!|$)")
_CLIPPED = re.compile(r"(?i)overflow\s*:\s*hidden")
_WHITE = re.compile(
    r"(?i)(?<![-\w])color\s*:\s*(white|#fff(fff)?|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]*\))"
)
#: a background on which white letters can be read
_BACKGROUND = re.compile(
    r"(?i)background(-color)?\s*:(?!\s*(white|#fff(fff)?\b|none|transparent|inherit))"
)
_RULE_HIDES = re.compile(
    r"(?is)([.#][\w-]+)\s*\{[^{}]*(?:display\s*:\s*none|visibility\s*:\s*hidden)"
)
#: Outlook puts what it answers behind such an element, without closing it around the quote
_CUTS: Final = frozenset(
    {"divrplyfwdmsg", "olk_src_body_section", "mail-editor-reference-message-container"}
)
_DEEPEST = 400


@dataclass
class _Lines:
    """The lines written so far; `depth` says how many quotes are open."""

    done: list[str] = field(default_factory=list)
    current: str = ""
    depth: int = 0
    #: everything from here on is quoted
    is_cut: bool = False
    hiding: frozenset[str] = frozenset()
    #: whether hidden text is written, too
    shows_hidden: bool = False
    saw_hidden: bool = False
    #: something stood too deep to be read
    is_lost: bool = False
    signature: list[str] = field(default_factory=list)

    def add(self, text: str, *, is_pre: bool = False) -> None:
        if is_pre:
            first, *rest = text.split("\n")
            self.current += first
            for line in rest:
                self.end_line(keep_empty=True)
                self.current = line
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", text)
        self.current += text.lstrip(" ") if not self.current or self.current[-1:] == " " else text

    def end_line(self, *, keep_empty: bool = False) -> None:
        line = self.current.replace("\u00a0", " ").rstrip()
        if line.strip() or keep_empty:
            mark = "> " if self.depth or self.is_cut else ""
            self.done.append(mark + line)
        self.current = ""


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


def read_html(source: str) -> HtmlText:
    """Return the text of `source`; never raises, and never loses the text of broken HTML."""
    if not source.strip():
        return HtmlText()
    try:
        root = html.document_fromstring(_clean(source), parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _between_tags(source)
    hiding = frozenset(one.lower() for one in _RULE_HIDES.findall(source))
    out = _written(root, hiding, shows_hidden=False)
    if out.is_lost:
        return _between_tags(source)
    hidden = _written(root, hiding, shows_hidden=True) if out.saw_hidden else _Lines()
    return HtmlText(
        shown="\n".join(out.done),
        with_hidden="\n".join(hidden.done),
        signature="\n".join(out.signature),
    )


def _written(root: html.HtmlElement, hiding: frozenset[str], *, shows_hidden: bool) -> _Lines:
    out = _Lines(hiding=hiding, shows_hidden=shows_hidden)
    _walk(root, out, 0)
    out.end_line()
    return out


def _between_tags(source: str) -> HtmlText:
    """Return what stands between the tags: nobody may act on it, but it is not lost."""
    text = re.sub(r"(?is)<(style|script|head|title)\b.*?</\1\s*>", " ", _clean(source))
    text = unescape(re.sub(r"<[^>]{0,2000}>", "\n", text))
    lines = (line.strip() for line in text.split("\n"))
    shown = "\n".join(line for line in lines if line)
    return HtmlText(shown=shown, is_whole=not shown)


def _clean(source: str) -> str:
    """Take out what lxml refuses (control characters, a declared encoding) and comments."""
    source = re.sub(r"(?i)<\?xml[^>]*\?>", "", source)
    source = re.sub(r"(?is)<!--.*?-->|<!\[[^>]*>", "", source)
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", source)


def _walk(element: html.HtmlElement, out: _Lines, level: int) -> None:
    if not isinstance(element.tag, str):
        return
    if level > _DEEPEST:
        out.is_lost = True
        return
    tag = element.tag.lower().rpartition(":")[2]
    if tag in _SKIPPED or _STRUCK.search(element.get("style", "")) or _is_aside(element, out):
        return
    if _identity(element) & _CUTS:
        out.end_line()
        out.is_cut = True
    is_block = tag in _BLOCKS
    if is_block:
        out.end_line()
    is_quote = _is_quote(element, tag, out)
    out.depth += is_quote
    _content(element, tag, out, level)
    if is_block:
        out.end_line(keep_empty=_is_spacer(element, tag))
    out.depth -= is_quote


def _is_aside(element: html.HtmlElement, out: _Lines) -> bool:
    """Whether it is no part of the text: hidden, or a signature; both are kept apart."""
    if _is_hidden(element, out.hiding):
        out.saw_hidden = True
        return not out.shows_hidden
    if not _is_signature(element):
        return False
    if not (out.depth or out.is_cut):
        out.signature += [str(one) for one in element.itertext() if str(one).strip()]
    return True


def _content(element: html.HtmlElement, tag: str, out: _Lines, level: int) -> None:
    is_pre = tag in {"pre", "textarea"}
    if tag == "br":
        out.end_line(keep_empty=True)
    elif tag == "li":
        out.current += _bullet(element)
    if element.text:
        out.add(element.text, is_pre=is_pre)
    for child in element:
        _walk(child, out, level + 1)
        if child.tail:
            out.add(child.tail, is_pre=is_pre)
    if tag in {"td", "th"}:
        out.add(" ")


def _bullet(element: html.HtmlElement) -> str:
    """Numbered lists keep their numbers: they may be those of the lines that were shown."""
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    start = parent.get("start", "1")
    before = sum(1 for one in element.itersiblings("li", preceding=True))
    return f"{(int(start) if start.isdecimal() else 1) + before}. "


def _is_spacer(element: html.HtmlElement, tag: str) -> bool:
    """Tell an empty paragraph, which is an empty line."""
    return tag in {"p", "div"} and not len(element) and not (element.text or "").strip()


def _identity(element: html.HtmlElement) -> set[str]:
    return {re.sub(r"^(x_)+", "", element.get("id", "").lower())}


def _is_hidden(element: html.HtmlElement, hiding: frozenset[str]) -> bool:
    style = element.get("style", "")
    if _HIDDEN.search(style) or element.get("hidden") is not None:
        return True
    if _CLOSED.search(style) and _CLIPPED.search(style):
        return True
    if (_WHITE.search(style) or element.get("color", "").lower() in {"white", "#ffffff"}) and not (
        _BACKGROUND.search(style)
    ):
        return True
    names = {f".{one.lower()}" for one in element.get("class", "").split()}
    return bool((names | {f"#{element.get('id', '').lower()}"}) & hiding)


def _is_signature(element: html.HtmlElement) -> bool:
    return any(
        bool(_SIGNATURE.fullmatch(one))
        for one in (*element.get("class", "").split(), element.get("id", ""))
        if one
    )


def _is_quote(element: html.HtmlElement, tag: str, out: _Lines) -> bool:
    classes = element.get("class", "")
    if _QUOTED_CLASS.search(classes) or _QUOTED_CLASS.search(element.get("id", "")):
        return True
    if tag != "blockquote":
        return False
    if element.get("type", "").lower() == "cite" or element.get("cite"):
        return True
    if _QUOTED_BLOCK_CLASS.search(classes) or "border-left" in element.get("style", ""):
        return True
    # a blockquote may be no more than an indent; one below "On … wrote:" is a quote
    lines = [one for one in out.done if one.strip()][-4:]
    return any(introduction_length(lines, i) == len(lines) - i for i in range(len(lines)))
