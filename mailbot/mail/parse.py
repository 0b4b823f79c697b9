"""Bytes of a mail to a `Mail`, whatever the bytes: what cannot be read becomes a defect."""

import re
from collections.abc import Iterator

from mailbot.domain.mail import Mail, MailAddress, Part
from mailbot.mail.charsets import decode_html, decode_text
from mailbot.mail.file_kind import MAIL, find_kind
from mailbot.mail.flowed import unflow
from mailbot.mail.headers import read_addresses, read_date, read_header, read_ids
from mailbot.mail.mime import Entity, decode_uu, read_entity
from mailbot.mail.names import clean_name, default_name
from mailbot.mail.roles import find_role

_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
#: a third way to say the same, for one mail program only
_OTHER_BODIES = frozenset({"text/x-amp-html", "text/watch-html"})
_CID = re.compile(r"""cid:([^"'>\s)&]{1,300})""", re.IGNORECASE)
_ENRICHED = re.compile(r"<param>.{0,200}?</param>|</?[a-z-]{1,30}>", re.IGNORECASE | re.DOTALL)
_UU_FILE = re.compile(
    rb"(?m)^begin [0-7]{3,4} ([^\r\n]{1,200}?)\r?\n((?:[ -`]{1,62}\r?\n)+)end\r?$"
)


def parse_mail(raw: bytes) -> Mail:
    """Return the mail in `raw`; never raises, at worst all of it is text."""
    root = read_entity(raw)
    leaves = list(_leaves(root))
    bodies = [leaf for leaf in leaves if _is_body(leaf)] or _named_body(leaves)
    html = "\n".join(_body_text(one) for one in bodies if one.media_type == "text/html")
    texts = [_body_text(one) for one in bodies if one.media_type != "text/html"]
    text, uu_files = _without_uu(bodies, "\n".join(texts))
    shown = _referenced(html)
    files = [one for one in leaves if not _is_body(one)]
    parts = [_part(one, shown) for one in files if one.media_type not in _OTHER_BODIES]
    return Mail(
        message_id=next(iter(read_ids(root.raw("message-id"))), ""),
        in_reply_to=read_ids(root.raw("in-reply-to")),
        references=_references(root),
        subject=read_header(root.raw("subject")),
        sent_at=read_date(root.raw("date")),
        sender=_sender(root),
        senders=_addresses(root, "from"),
        reply_to=_addresses(root, "reply-to"),
        to=_addresses(root, "to"),
        cc=_addresses(root, "cc"),
        text=text,
        html=html,
        parts=(*parts, *uu_files),
        headers=tuple((key.lower(), read_header(value)) for key, value in root.headers),
        structure=tuple(one.media_type for one in root.walk()),
        defects=tuple(dict.fromkeys(d for one in root.walk() for d in one.defects)),
    )


def _leaves(entity: Entity) -> Iterator[Entity]:
    for one in entity.walk():
        is_empty = one.media_type.startswith("multipart/") and not one.body
        if not one.children and not is_empty:
            yield one


def _is_body(leaf: Entity) -> bool:
    is_text = leaf.media_type in _BODY_TYPES or leaf.media_type.startswith("multipart/")
    return is_text and leaf.disposition != "attachment" and not leaf.file_name


def _named_body(leaves: list[Entity]) -> list[Entity]:
    """Return the first shown text of a mail whose only text has a file name."""
    shown = (one for one in leaves if one.media_type in _BODY_TYPES)
    return [one for one in shown if one.disposition != "attachment"][:1]


def _body_text(leaf: Entity) -> str:
    charset = leaf.parameters.get("charset", "")
    if leaf.media_type == "text/html":
        return decode_html(leaf.content, charset)
    text = decode_text(leaf.content, charset).replace("\r\n", "\n").replace("\r", "\n")
    if leaf.media_type in {"text/enriched", "text/richtext"}:
        return _ENRICHED.sub("", text).replace("<<", "<")
    if leaf.parameters.get("format", "").lower() == "flowed":
        return unflow(text, del_sp=leaf.parameters.get("delsp", "").lower() == "yes")
    return text


def _without_uu(bodies: list[Entity], text: str) -> tuple[str, list[Part]]:
    """Take files that old programs uuencode into the text out of it."""
    contents = [one.content for one in bodies if one.media_type == "text/plain"]
    found = [match for one in contents if b"\nend" in one for match in _UU_FILE.finditer(one)]
    for match in found:
        block = match[0].replace(b"\r\n", b"\n").decode("ascii", errors="replace")
        text = text.replace(block, "")
    return text, [make_part(decode_text(match[1]), decode_uu(match[2]), ()) for match in found]


def _referenced(html: str) -> frozenset[str]:
    return frozenset(match.lower() for match in _CID.findall(html.replace("%40", "@")))


def _part(leaf: Entity, shown: frozenset[str]) -> Part:
    content, content_id = leaf.content, read_header(leaf.raw("content-id")).strip("<> ")
    name = clean_name(leaf.file_name)
    is_message = leaf.media_type.startswith("message/") and not content.startswith(b"%PDF-")
    kind = leaf.media_type if is_message else find_kind(content, leaf.media_type, name)
    if not name and kind == MAIL:
        name = _name_of_mail(content)
    return Part(
        name=name or default_name(kind),
        media_type=kind,
        content=content,
        role=find_role(kind, content, is_referenced=content_id.lower() in shown),
        content_id=content_id,
    )


def _name_of_mail(content: bytes) -> str:
    subject = read_header(read_entity(content[:65536]).raw("subject"))
    title = " ".join(re.sub(r"[/\\]", "-", subject).split())
    return clean_name(f"{title}.eml") if title else ""


def make_part(name: str, content: bytes, inside: tuple[str, ...]) -> Part:
    """Return the file `content` that lay in the containers `inside`, with its role."""
    name = clean_name(name)
    kind = find_kind(content, "", name)
    role = find_role(kind, content, is_referenced=False)
    name = name or default_name(kind)
    return Part(name=name, media_type=kind, content=content, role=role, inside=inside)


def _addresses(root: Entity, name: str) -> tuple[MailAddress, ...]:
    return tuple(one for raw in root.all_raw(name) for one in read_addresses(raw))


def _sender(root: Entity) -> MailAddress:
    candidates = (one for name in ("from", "sender") for one in _addresses(root, name))
    return next(candidates, MailAddress(address=""))


def _references(root: Entity) -> tuple[str, ...]:
    return tuple(one for raw in root.all_raw("references") for one in read_ids(raw))
