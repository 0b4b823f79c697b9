"""Outlook .msg files (MS-OXMSG) written as MIME, so that they are read like any other mail."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO

import olefile

from mailbot.mail.charsets import decode_text
from mailbot.mail.mime_writer import Attached, write_mime
from mailbot.mail.rtf import read_compressed

# property ids (MS-OXPROPS)
_SUBJECT, _BODY, _HTML, _RTF, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_MESSAGE_ID, _IN_REPLY_TO, _REFERENCES = 0x1035, 0x1042, 0x1039
_SENT_AT, _DELIVERED_AT = 0x0039, 0x0E06
_CODE_PAGE, _INTERNET_CODE_PAGE = 0x3FFD, 0x3FDE
_RECIPIENT_NAME, _RECIPIENT_ADDRESS, _RECIPIENT_SMTP, _RECIPIENT_TYPE = (
    0x3001,
    0x3003,
    0x39FE,
    0x0C15,
)
_ATTACH_DATA, _ATTACH_LONG_NAME, _ATTACH_NAME, _ATTACH_MIME = 0x3701, 0x3707, 0x3704, 0x370E
_ATTACH_CONTENT_ID, _ATTACH_HIDDEN, _DISPLAY_NAME = 0x3712, 0x7FFE, 0x3001

_UNICODE, _STRING8, _BINARY, _OBJECT, _TIME = 0x001F, 0x001E, 0x0102, 0x000D, 0x0040
_PROPERTIES = "__properties_version1.0"
_MAX_NESTED = 10
_MAX_ATTACHMENTS = 500
#: olefile raises these on broken files (seen by mutating good ones)
BAD_OLE = (
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    struct.error,
    OverflowError,
    RecursionError,
    MemoryError,
)
#: Windows code pages that Python calls otherwise
_CODE_PAGES = {
    65001: "utf-8",
    65000: "utf-7",
    1200: "utf-16-le",
    20127: "ascii",
    28591: "iso-8859-1",
    28592: "iso-8859-2",
    28605: "iso-8859-15",
    20866: "koi8-r",
    50220: "iso-2022-jp",
    51932: "euc_jp",
    54936: "gb18030",
    10000: "mac_roman",
}
#: headers that describe the MIME form that is gone, and Bcc
_NOT_KEPT = re.compile(r"(?i)^(content-|mime-version$|x-mozilla-|bcc$)")


class NotAMessageError(ValueError):
    """The file is no readable Outlook message."""


def msg_to_mime(content: bytes) -> bytes:
    """Return the Outlook message `content` as a MIME mail. Raises NotAMessageError."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as ole:
            folder = _Folder(ole=ole, path=(), code_page="", header_size=32)
            if not folder.stream(_PROPERTIES):
                raise NotAMessageError("no property stream")
            return _to_mime(folder, _MAX_NESTED)
    except BAD_OLE as error:
        raise NotAMessageError(str(error)) from error


@dataclass(frozen=True, kw_only=True)
class _Folder:
    """A storage with properties: a message, a recipient or an attachment."""

    ole: olefile.OleFileIO
    path: tuple[str, ...]
    #: charset of 8-bit strings
    code_page: str
    #: bytes before the properties (MS-OXMSG §2.4.1): 32 top, 24 embedded, 8 others
    header_size: int

    def exists(self, name: str) -> bool:
        return bool(self.ole.exists([*self.path, name]))

    def stream(self, name: str) -> bytes:
        """Return a stream, b"" if it is absent or broken."""
        try:
            opened = self.ole.openstream([*self.path, name])
        except BAD_OLE:
            return b""
        return bytes(opened.read())

    def fixed(self, wanted: int) -> bytes:
        """Return the 8 bytes of a fixed-size property, b"" if absent (MS-OXMSG §2.4.2)."""
        entries = self.stream(_PROPERTIES)[self.header_size :]
        for at in range(0, len(entries) - 15, 16):
            if struct.unpack_from("<H", entries, at + 2)[0] == wanted:
                return entries[at + 8 : at + 16]
        return b""

    def number(self, wanted: int) -> int:
        """Return an integer property, 0 if absent."""
        value = self.fixed(wanted)
        return int(struct.unpack_from("<I", value)[0]) if value else 0

    def text(self, wanted: int) -> str:
        """Return a text property, "" if absent."""
        name = f"__substg1.0_{wanted:04X}"
        if found := self.stream(f"{name}{_UNICODE:04X}"):
            return found.decode("utf-16-le", errors="replace").rstrip("\x00")
        return decode_text(self.stream(f"{name}{_STRING8:04X}"), self.code_page).rstrip("\x00")

    def binary(self, wanted: int) -> bytes:
        """Return a binary property, b"" if absent."""
        return self.stream(f"__substg1.0_{wanted:04X}{_BINARY:04X}")

    def below(self, name: str, header_size: int) -> "_Folder":
        """Return the storage `name` in this one."""
        return _Folder(
            ole=self.ole,
            path=(*self.path, name),
            code_page=self.code_page,
            header_size=header_size,
        )

    def children(self, prefix: str) -> Iterator["_Folder"]:
        """Yield the storages whose name starts with `prefix`, in the order of their numbers."""
        depth = len(self.path)
        names = {
            entry[depth]
            for entry in self.ole.listdir(streams=True, storages=False)
            if len(entry) > depth + 1
            and tuple(entry[:depth]) == self.path
            and entry[depth].lower().startswith(prefix)
        }
        for name in sorted(names)[:_MAX_ATTACHMENTS]:
            yield self.below(name, 8)


def _to_mime(folder: _Folder, depth: int) -> bytes:
    folder = _Folder(
        ole=folder.ole,
        path=folder.path,
        code_page=_charset(folder.number(_CODE_PAGE)) or "cp1252",
        header_size=folder.header_size,
    )
    files = [_attached(one, depth) for one in folder.children("__attach_version1.0_")]
    text, html = folder.text(_BODY), _html(folder)
    if not (text or html):
        rtf = read_compressed(folder.binary(_RTF))
        text, html = rtf.text, rtf.html
    return write_mime(_headers(folder), text, html, files)


def _charset(code_page: int) -> str:
    known = _CODE_PAGES.get(code_page, "")
    return known or (f"cp{code_page}" if 0 < code_page < 1300 else "")


def _html(folder: _Folder) -> bytes | str:
    content = folder.binary(_HTML)
    if not content:
        return folder.text(_HTML)
    return decode_text(content, _charset(folder.number(_INTERNET_CODE_PAGE)))


def _headers(folder: _Folder) -> list[tuple[str, str]]:
    """Return the headers the mail travelled with, and those missing from its properties."""
    headers = [
        (name, value)
        for name, value in _transport_headers(folder.text(_HEADERS))
        if not _NOT_KEPT.match(name)
    ]
    present = {name.lower() for name, _ in headers}
    own = [
        ("From", _person(folder, _SENDER_NAME, (_SENDER_SMTP, _SENDER_ADDRESS))),
        ("To", _recipients(folder, 1)),
        ("Cc", _recipients(folder, 2)),
        ("Subject", folder.text(_SUBJECT)),
        ("Date", _date(folder)),
        ("Message-ID", folder.text(_MESSAGE_ID)),
        ("In-Reply-To", folder.text(_IN_REPLY_TO)),
        ("References", folder.text(_REFERENCES)),
    ]
    return headers + [
        (name, value) for name, value in own if value and name.lower() not in present
    ]


def _transport_headers(block: str) -> list[tuple[str, str]]:
    lines = re.sub(r"\r?\n[ \t]+", " ", block).splitlines()
    pairs = (re.match(r"([!-9;-~]{1,200}):[ \t]*(.*)", line) for line in lines)
    return [(match[1], match[2]) for match in pairs if match]


def _recipients(folder: _Folder, wanted: int) -> str:
    people = [
        _person(one, _RECIPIENT_NAME, (_RECIPIENT_SMTP, _RECIPIENT_ADDRESS))
        for one in folder.children("__recip_version1.0_")
        # a file without recipient types means To
        if (one.number(_RECIPIENT_TYPE) or 1) & 0xF == wanted
    ]
    return ", ".join(person for person in people if person)


def _person(folder: _Folder, name_id: int, address_ids: tuple[int, ...]) -> str:
    name = re.sub(r'["\\\r\n]', "", folder.text(name_id))
    found = (folder.text(one) for one in address_ids)
    # Exchange writes "/O=ORG/OU=…" where it has no SMTP address
    address = next((one for one in found if "@" in one), "")
    if not address:
        return f'"{name}"' if name and "@" not in name else name
    return f'"{name}" <{address}>' if name and name != address else address


def _date(folder: _Folder) -> str:
    value = folder.fixed(_SENT_AT) or folder.fixed(_DELIVERED_AT)
    if len(value) < 8:
        return ""
    try:
        # FILETIME: 100 ns since 1601
        ticks = struct.unpack("<Q", value)[0]
        return format_datetime(
            datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        )
    except OverflowError:
        return ""


def _attached(folder: _Folder, depth: int) -> Attached:
    name = folder.text(_ATTACH_LONG_NAME) or folder.text(_ATTACH_NAME)
    embedded = f"__substg1.0_{_ATTACH_DATA:04X}{_OBJECT:04X}"
    inner = folder.below(embedded, 24)
    if depth and inner.exists(_PROPERTIES):
        title = name or inner.text(_SUBJECT) or folder.text(_DISPLAY_NAME) or "mail"
        # what is handed on is no longer an Outlook file
        title = re.sub(r"(?i)(\.msg|\.eml)?$", ".eml", title, count=1)
        return Attached(
            name=re.sub(r"[/\\]", "-", title),
            media_type="message/rfc822",
            content=_to_mime(inner, depth - 1),
        )
    return Attached(
        name=name or folder.text(_DISPLAY_NAME),
        media_type=folder.text(_ATTACH_MIME),
        content=folder.binary(_ATTACH_DATA),
        content_id=folder.text(_ATTACH_CONTENT_ID),
        is_inline=bool(folder.number(_ATTACH_HIDDEN)),
    )
