"""Writes the mail that tells the office that somebody decides nothing any more."""

from collections.abc import Sequence

from mailbot.compose.facts import heading
from mailbot.compose.render import Letterhead, write
from mailbot.compose.wording import shortened
from mailbot.domain.document import Document
from mailbot.domain.letter import Letter

_NAME_LENGTH = 80


def write_frozen_notice(
    head: Letterhead, *, address: str, by: str, handed: Sequence[tuple[Document, str]]
) -> Letter:
    """Return the mail that says who was frozen by whom, and who is asked in their place.

    `handed` are the documents that waited for them, each with the name of who is asked now, ""
    when there is nobody.
    """
    own = by.lower() == address
    facts = {
        "address": shortened(address, _NAME_LENGTH),
        "by": "" if own else shortened(by, _NAME_LENGTH),
        "lines": [_line(document, to, head) for document, to in handed],
        "command": f"mailbot person thaw {shortened(address, _NAME_LENGTH)}",
    }
    return write("admin.tell.frozen", head, facts)


def _line(document: Document, to: str, head: Letterhead) -> str:
    name = shortened(to, _NAME_LENGTH)
    said = head.say("handed", "to", name=name) if to else head.say("handed", "nobody")
    return f"{heading(document, head)}: {said}"
