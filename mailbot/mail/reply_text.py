"""Finds what a person newly typed in an answer: no quote, signature, footer or disclaimer."""

from dataclasses import dataclass, replace

from mailbot.domain.mail import Mail, PartRole
from mailbot.mail.quotes import Block, find_typed
from mailbot.mail.reply_html import html_lines
from mailbot.mail.signatures import without_signature


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was newly typed.

    `numbered` is the same with the number of the quoted line in front of what was typed under
    it. `other` is what the other form of the mail (plain or HTML) says, "" if there is one form.
    """

    text: str = ""
    numbered: str = ""
    other: str = ""
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
    return replace(_read_forms(mail), has_files=has_files)


def _read_forms(mail: Mail) -> Written:
    name = mail.sender.display_name or mail.sender.address.partition("@")[0].replace(".", " ")
    plain = _read(mail.text, name)
    rich = _read(html_lines(mail.html), name)
    if mail.html.strip() and (rich.text or not plain.text):
        return Written(
            text=rich.text,
            numbered=rich.numbered,
            other=plain.numbered if mail.text.strip() else "",
            is_below_marker=rich.is_below_marker,
        )
    return Written(
        text=plain.text,
        numbered=plain.numbered,
        other=rich.numbered,
        is_below_marker=plain.is_below_marker,
    )


def _read(text: str, name: str) -> Written:
    typed = find_typed(text)
    cut = [(block, without_signature(block.lines, name)) for block in typed.blocks]
    kept = [(block, lines) for block, lines in cut if lines]
    below = any(without_signature(block.lines, name) for block in typed.below)
    return Written(
        text="\n".join("\n".join(lines) for _, lines in kept),
        numbered="\n".join(_numbered(block, lines) for block, lines in kept),
        is_below_marker=below and not kept,
    )


def _numbered(block: Block, lines: list[str]) -> str:
    text = "\n".join(lines)
    if block.item is None or text[:1].isdigit():
        return text
    return f"{block.item} {text}"
