"""Finds what a person newly typed in an answer: no quote, signature, footer or disclaimer."""

from dataclasses import dataclass, replace

from mailbot.domain.command import Doubt
from mailbot.domain.mail import Mail, PartRole
from mailbot.mail.below_signature import begins_with_decision, names_decision
from mailbot.mail.quotes import Block, Typed, find_typed
from mailbot.mail.reply_html import HtmlText, read_html
from mailbot.mail.signatures import Cut, cut_signature
from mailbot.mail.writer_names import Writer, read_writer

#: letters and lines; a longer text is cut, and nothing of it is done
_LONGEST = 1_000_000
_MOST_LINES = 20_000


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was newly typed.

    `numbered` is the same with the number of the quoted line in front of what was typed under
    it. `other` is what the other form of the mail (plain or HTML) says, "" if there is one form.
    """

    text: str = ""
    numbered: str = ""
    other: str = ""
    #: the same with the text that the HTML hides from a reader, "" if it hides none
    hidden: str = ""
    #: what stood below the signature, line by line
    below: str = ""
    #: why nothing of it may be done, whatever it says; "" if it was read without losses
    doubt: str = ""
    #: people who are greeted or who sign: the sender and those the mail went to
    names: tuple[str, ...] = ()
    #: all of it stood below a marker that asks to write above it
    is_below_marker: bool = False
    #: the mail brought files
    has_files: bool = False


def read_written(mail: Mail) -> str:
    """Return the newly typed text of `mail`, "" if there is none; never raises."""
    return read_reply(mail).text


def read_reply(mail: Mail) -> Written:
    """Return the newly typed text of `mail` in its two forms; never raises.

    Of a mail with both forms the HTML counts, which marks quotes better; text that only one
    form shows is in `other`.
    """
    has_files = any(part.role is PartRole.DOCUMENT for part in mail.parts)
    people = (mail.sender, *mail.to)
    names = tuple(one.display_name for one in people if one.display_name)
    return replace(_read_forms(mail), has_files=has_files, names=names)


def _read_forms(mail: Mail) -> Written:
    writer = read_writer(mail.sender)
    source = read_html(mail.html)
    plain = _read(mail.text, writer, source.signature)
    if not mail.html.strip():
        return plain
    rich = _read_shown(source, writer)
    seen = _read(source.with_hidden, writer).numbered
    hidden = seen if seen != rich.numbered else ""
    if rich.text or rich.is_below_marker:
        return replace(rich, other=plain.numbered, hidden=hidden)
    rich = _rescue(source, mail.html, writer)
    if not plain.text:
        return replace(rich, hidden=hidden)
    is_same = bool(rich.text) and not hidden and rich.text.split() == plain.text.split()
    says_nothing = not (source.shown.strip() or hidden)
    doubt = plain.doubt if is_same or says_nothing else Doubt.PARTS_DIFFER
    return replace(plain, doubt=doubt, hidden=hidden)


def _read_shown(source: HtmlText, writer: Writer) -> Written:
    rich = _read(source.shown, writer)
    if not source.is_whole:
        rich = replace(rich, doubt=Doubt.NOT_UNDERSTOOD)
    return replace(rich, below=f"{rich.below}\n{source.signature}".strip())


def _rescue(source: HtmlText, html: str, writer: Writer) -> Written:
    """Return text that stood where none is expected, for somebody to look at, if there is any.

    People type into the signature and into what their program put around the quote; dark
    screens write in white.
    """
    if (found := _read(source.with_hidden, writer)).text:
        return replace(found, doubt=Doubt.PARTS_DIFFER)
    if (found := _read(read_html(html, trusts_wrappers=False).shown, writer)).text:
        return replace(found, doubt=Doubt.NOT_UNDERSTOOD)
    lines = source.signature.split("\n")
    if any(begins_with_decision(line) for line in lines):
        return Written(
            text=source.signature, numbered=source.signature, doubt=Doubt.NOT_UNDERSTOOD
        )
    return Written(below=source.signature)


def _read(text: str, writer: Writer, signature: str = "") -> Written:
    lines = text[:_LONGEST].split("\n")
    if len(text) > _LONGEST or len(lines) > _MOST_LINES:
        text = "\n".join(lines[:_MOST_LINES])
        return replace(_read_lines(text, writer, signature), doubt=Doubt.NOT_UNDERSTOOD)
    return _read_lines(text, writer, signature)


def _read_lines(text: str, writer: Writer, signature: str) -> Written:
    typed = find_typed(text)
    card = frozenset(line.strip() for line in signature.split("\n")) - {""}
    cut = [(block, cut_signature(block.lines, writer, card)) for block in typed.blocks]
    kept = [(block, one.body) for block, one in cut if one.body]
    if not kept and (below := _below_marker(typed, writer)):
        return below
    if not kept and any(_loses_decision(one) for _, one in cut):
        whole = "\n".join("\n".join(block.lines).strip() for block in typed.blocks)
        return Written(text=whole, numbered=whole, doubt=Doubt.NOT_UNDERSTOOD)
    return Written(
        text="\n".join("\n".join(lines) for _, lines in kept),
        numbered="\n".join(_numbered(block, lines) for block, lines in kept),
        below="\n".join(line for _, one in cut for line in one.below),
    )


def _below_marker(typed: Typed, writer: Writer) -> Written | None:
    """Return what stands below a marker that asks to write above it: it decides nothing."""
    found = [line for one in typed.below for line in cut_signature(one.lines, writer).body]
    text = "\n".join(found)
    if not text:
        return None
    return Written(text=text, numbered=text, doubt=Doubt.BELOW_MARKER, is_below_marker=True)


def _loses_decision(cut: Cut) -> bool:
    """Whether nothing is left although an answer stood in a banner or below a signature."""
    return any(begins_with_decision(one) for one in cut.below) or any(
        names_decision(one) for one in cut.banners
    )


def _numbered(block: Block, lines: list[str]) -> str:
    text = "\n".join(lines)
    if block.item is None or text[:1].isdigit():
        return text
    return f"{block.item} {text}"
