"""What a bounce says: who did not get the mail, for good or for now, and why (RFC 3464, 3463)."""

import logging
import re
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from mailbot.domain.mail import Mail, Part
from mailbot.mail.headers import read_addresses
from mailbot.mail.mime import read_entity

REPORT_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: class, subject, detail (RFC 3463)
_ENHANCED = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
#: a reply of an SMTP server (RFC 5321 §4.2), alone on its words
_REPLY = re.compile(r"(?<![\d.-])([45][0-5]\d)[ -](?=\D|[45]\.)")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}\w")
_FIELD = re.compile(r"([A-Za-z][\w-]{1,60}):[ \t]*(.*)")
_MAX_DIAGNOSTIC = 500
# it logs a trace before it raises what is expected here
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
#: flufl.bounce raises these on real bounces (measured on some 450)
_BAD_BOUNCE = (
    IndexError,
    KeyError,
    ValueError,
    AttributeError,
    TypeError,
    LookupError,
    AssertionError,
    RecursionError,
)
_HEADERS_IT_READS = frozenset({"from", "subject", "to", "x-mailer", "message-id"})
_TROUBLE = frozenset({"failed", "delayed"})


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """A report on a mail that did not arrive, or not yet."""

    #: addresses, lower case; () if the report does not name them
    recipients: tuple[str, ...] = ()
    #: False while the other server keeps trying
    is_permanent: bool = True
    #: enhanced status code such as "5.1.1", "" if none
    status: str = ""
    #: what the other server said, one line, at most 500 letters
    diagnostic: str = ""


def read_bounce(mail: Mail) -> Bounce:
    """Return what the bounce `mail` says; a mail that is none gives an empty, permanent one."""
    blocks = _report_blocks(mail)
    failed = [one for one in blocks if one.get("action", "failed").lower() in _TROUBLE] or blocks
    if failed:
        return _from_report(failed, mail)
    return _from_text(mail)


def find_actions(mail: Mail) -> frozenset[str]:
    """Return the actions that a delivery report names: failed, delayed, delivered, ..."""
    return frozenset(
        block["action"].lower() for block in _report_blocks(mail) if "action" in block
    )


def has_status(text: str) -> bool:
    """Say whether `text` cites an enhanced status code of trouble."""
    return bool(_ENHANCED.search(text[:20_000]))


def _report_blocks(mail: Mail) -> list[dict[str, str]]:
    reports = [part for part in mail.parts if part.media_type in REPORT_TYPES]
    return [block for part in reports for block in _blocks(part) if _recipient(block)]


def _blocks(part: Part) -> list[dict[str, str]]:
    """Read the groups of fields of a report, one for the mail and one for each recipient."""
    text = part.content[:200_000].decode("utf-8", errors="replace").replace("\r\n", "\n")
    text = re.sub(r"\n[ \t]+", " ", text)
    groups: list[dict[str, str]] = [{}]
    for line in text.split("\n"):
        match = _FIELD.match(line)
        if match:
            groups[-1].setdefault(match[1].lower(), match[2].strip())
        elif not line.strip() and groups[-1]:
            groups.append({})
    return groups


def _recipient(block: dict[str, str]) -> str:
    """Return the address the sender wrote to, else the one that failed behind it."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        if found := _ADDRESS.search(block.get(name, "")):
            return found[0].lower()
    return ""


def _from_report(blocks: list[dict[str, str]], mail: Mail) -> Bounce:
    status = next((m[1] for b in blocks if (m := _ENHANCED.search(b.get("status", "")))), "")
    diagnostic = next((b["diagnostic-code"] for b in blocks if b.get("diagnostic-code")), "")
    better = _ENHANCED.search(diagnostic)
    # "5.0.0" says nothing; the words of the other server often say more
    if better and (not status or status.endswith(".0.0")):
        status = better[1]
    is_delayed = all(block.get("action", "").lower() == "delayed" for block in blocks)
    return Bounce(
        recipients=tuple(dict.fromkeys(_recipient(block) for block in blocks)),
        is_permanent=not is_delayed and not status.startswith("4"),
        status=status,
        diagnostic=_one_line(diagnostic.partition(";")[2] or diagnostic) or _cited(mail.text),
    )


def _from_text(mail: Mail) -> Bounce:
    text = mail.text or re.sub(r"<[^<>]{0,500}>", " ", mail.html)
    temporary, permanent = _flufl(mail, text)
    named = _ADDRESS.findall(mail.header("x-failed-recipients"))
    found = named or sorted(permanent | temporary) or _ADDRESS.findall(_cited(text))[:1]
    status = next((match[1] for match in _ENHANCED.finditer(text[:20_000])), "")
    reply = next((match[1] for match in _REPLY.finditer(text[:20_000])), "")
    is_temporary = bool(temporary and not permanent) or (status or reply).startswith("4")
    return Bounce(
        recipients=tuple(dict.fromkeys(one.lower() for one in found or _returned_to(mail))),
        is_permanent=not is_temporary,
        status=status,
        diagnostic=_cited(text),
    )


def _returned_to(mail: Mail) -> list[str]:
    """Return the address the returned mail went to, if it went to one."""
    for part in mail.parts:
        if part.media_type in {"message/rfc822", "text/rfc822-headers"}:
            people = read_addresses(read_entity(part.content[:65536]).raw("to"))
            return [people[0].address] if len(people) == 1 else []
    return []


def _cited(text: str) -> str:
    """Return the first line that holds a status or reply code."""
    lines = (line for line in text[:20_000].split("\n"))
    return next((_one_line(x) for x in lines if _ENHANCED.search(x) or _REPLY.search(x)), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_MAX_DIAGNOSTIC]


def _flufl(mail: Mail, text: str) -> tuple[set[str], set[str]]:
    """Ask flufl.bounce for the recipients: addresses that failed for now, and for good."""
    message = Message()
    for name, value in mail.headers:
        if name in _HEADERS_IT_READS and value.isascii() and name not in message:
            message[name] = value[:200]
    message.set_payload(text[:20_000])
    try:
        temporary, permanent = all_failures(message)
    except _BAD_BOUNCE:
        return set(), set()
    return _addresses(temporary), _addresses(permanent)


def _addresses(found: frozenset[bytes]) -> set[str]:
    texts = (one.decode("ascii", errors="replace").lower() for one in found)
    return {match[0] for text in texts if (match := _ADDRESS.fullmatch(text))}
