"""Tells the mails by which a provider asks whether mail may be forwarded to one of our addresses.

Nobody reads such a mail at an address that only takes documents; the client who set the rule waits
for the code in it. Which provider writes how stands in templates/words/forwarding.toml. The link
is only found here, never opened: whoever opens it lets all mail of a mailbox come to us.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any

from mailbot.domain.mail import Mail, PartRole
from mailbot.mail.folding import fold

#: the number that Gmail puts before its subject, and what follows the word for a code
_IN_SUBJECT = re.compile(r"\(#(\d{5,12})\)")
_CODE = re.compile(r"\bcode\b[^\d\n]{0,40}\n{0,3}[^\d\n]{0,40}\b(\d{4,12})\b|code:? (\d{4,12})\b")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_NOBODY = re.compile(
    r"no[-_.]?reply|do[-_.]?not[-_.]?reply|verif|security|account|service|appleid|mailings"
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_READ = 50_000
_LONGEST_LINK = 1000


@dataclass(frozen=True, kw_only=True)
class ForwardingRequest:
    """What a provider asks."""

    provider: str
    #: what its owner types in to confirm, "" if there is none
    code: str = ""
    #: what its owner opens to confirm, "" if there is none; it leads to the provider itself
    link: str = field(default="", repr=False)
    #: the mailbox that forwards, "" when the mail does not name one
    mailbox: str = ""


def find_forwarding_request(mail: Mail) -> ForwardingRequest | None:
    """Return what a provider asks in `mail`, None if it is no such mail.

    Whether it really comes from the provider is for its authentication to say.
    """
    if any(part.role is PartRole.DOCUMENT for part in mail.parts):
        return None  # whatever it says, it brings a document
    subject = fold(mail.subject[:500])
    for known in _providers():
        if not any(_is_from(entry, mail.sender.address) for entry in known["from"]):
            continue
        if any(phrase in subject for phrase in known["subject"]):
            return _read(mail, known)
    return None


def _read(mail: Mail, known: dict[str, Any]) -> ForwardingRequest | None:
    shown = mail.text[:_READ] or unescape(_TAG.sub(" ", mail.html[:_READ]))
    code = _IN_SUBJECT.search(mail.subject) or _CODE.search(_fold_lines(shown))
    # a link may stand in the HTML alone; there its ampersands are written out
    link = re.search(known["link"], mail.text[:_READ]) or re.search(
        known["link"], unescape(mail.html[:_READ])
    )
    if code is None and link is None:
        return None
    return ForwardingRequest(
        provider=known["name"],
        code=next((group for group in code.groups() if group), "") if code else "",
        link=link[0].rstrip(".,;)") if link and len(link[0]) <= _LONGEST_LINK else "",
        mailbox=_mailbox(f"{mail.subject[:500]}\n{shown}", mail),
    )


def _mailbox(shown: str, mail: Mail) -> str:
    """Return the first address that is neither the provider's nor ours."""
    not_it = {mail.sender.address, *(one.address for one in (*mail.to, *mail.cc))}
    found = (one.lower().rstrip(".") for one in _ADDRESS.findall(shown[:_READ]))
    return next((one for one in found if one not in not_it), "")


def _fold_lines(text: str) -> str:
    """Return `text` folded line by line, for words and what stands behind or below them."""
    return "\n".join(fold(line) for line in text.splitlines())


def _is_from(entry: str, sender: str) -> bool:
    if not entry.startswith("@"):
        return sender == entry
    local, _, domain = sender.rpartition("@")
    is_there = domain == entry[1:] or domain.endswith("." + entry[1:])
    # most of these domains are those of customers, too
    return is_there and _NOBODY.search(local) is not None


@cache
def _providers() -> list[dict[str, Any]]:
    file = files("templates") / "words/forwarding.toml"
    return list(tomllib.loads(file.read_text("utf-8"))["provider"])
