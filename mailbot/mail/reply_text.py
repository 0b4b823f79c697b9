"""Finds what a person newly typed in an answer: no quote, signature, footer or disclaimer."""

from dataclasses import dataclass, replace

from mailbot.domain.command import Doubt
from mailbot.domain.mail import Mail, PartRole
from mailbot.mail.below_signature import begins_with_decision, names_decision
from mailbot.mail.quotes import Block, find_typed
from mailbot.mail.reply_html import read_html
from mailbot.mail.signatures import Cut, cut_signature


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
    name = mail.sender.display_name or mail.sender.address.partition("@")[0].replace(".", " ")
    plain = _read(mail.text, name)
    source = read_html(mail.html)
    rich = _read(source.shown, name)
    if not source.is_whole:
        rich = replace(rich, doubt=Doubt.NOT_UNDERSTOOD)
    if source.signature:
        rich = replace(rich, below=f"{rich.below}\n{source.signature}".strip())
    seen = _read(source.with_hidden, name).numbered
    hidden = seen if seen != rich.numbered else ""
    if mail.html.strip() and (rich.text or not plain.text):
        return replace(rich, other=plain.numbered if mail.text.strip() else "", hidden=hidden)
    return replace(plain, other=rich.numbered, hidden=hidden)


def _read(text: str, name: str) -> Written:
    typed = find_typed(text)
    cut = [(block, cut_signature(block.lines, name)) for block in typed.blocks]
    kept = [(block, one.body) for block, one in cut if one.body]
    if not kept and any(_loses_decision(one) for _, one in cut):
        whole = "\n".join("\n".join(block.lines).strip() for block in typed.blocks)
        return Written(text=whole, numbered=whole, doubt=Doubt.NOT_UNDERSTOOD)
    below = any(cut_signature(block.lines, name).body for block in typed.below)
    return Written(
        text="\n".join("\n".join(lines) for _, lines in kept),
        numbered="\n".join(_numbered(block, lines) for block, lines in kept),
        below="\n".join(line for _, one in cut for line in one.below),
        is_below_marker=below and not kept,
    )


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
