"""Text of RTF bodies, which Outlook sends where it sends no other.

They are compressed as in MS-OXRTFCP; HTML that was wrapped into RTF (MS-OXRTFEX) comes out as
HTML again.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from mailbot.mail.charsets import decode_text

#: what the window of 4096 bytes holds before the first byte (MS-OXRTFCP §2.1.3.1)
_WINDOW = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_SIZE = 4096
_COMPRESSED, _STORED = b"LZFu", b"MELA"
#: bytes of RTF that are read
_LONGEST = 4 * 1024 * 1024
_DEEPEST = 500
_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,9})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|([^\\{}\r\n]+)"
)
#: groups whose content is no text
_UNSEEN: Final = frozenset(
    {
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "header",
        "footer",
        "headerl",
        "headerr",
        "footerl",
        "footerr",
        "filetbl",
        "revtbl",
        "rsidtbl",
        "themedata",
        "colorschememapping",
        "datastore",
        "mhtmltag",
    }
)
_LETTERS: Final = {
    "par": "\n",
    "line": "\n",
    "sect": "\n",
    "page": "\n",
    "row": "\n",
    "tab": "\t",
    "cell": "\t",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "enspace": " ",
    "emspace": " ",
}
_SYMBOLS: Final = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}


class NotRtfError(ValueError):
    """It is no compressed RTF, or it is broken."""


@dataclass(frozen=True, kw_only=True)
class RtfBody:
    """What an RTF body says: as HTML if it was HTML before, else as text."""

    text: str = ""
    html: str = ""


def decompress_rtf(content: bytes) -> bytes:
    """Return the RTF in `content` (MS-OXRTFCP). Raises NotRtfError."""
    kind, body = content[8:12], content[16:]
    if kind == _STORED:
        return body[: int.from_bytes(content[4:8], "little")]
    if kind != _COMPRESSED:
        raise NotRtfError("it is no compressed RTF")
    window = bytearray(_WINDOW.ljust(_SIZE, b"\0"))
    found, write, at = bytearray(), len(_WINDOW), 0
    while at < len(body) and len(found) < _LONGEST:
        flags, at = body[at], at + 1
        for bit in range(8):
            step = 2 if flags >> bit & 1 else 1
            token, at = body[at : at + step], at + step
            piece = token if step == 1 else _referenced(window, token, write)
            if not piece:
                return bytes(found)
            found += piece
            write = _keep(window, piece, write)
    return bytes(found)


def _keep(window: bytearray, piece: bytes, write: int) -> int:
    """Write `piece` into the window, round its end; return where the next one goes."""
    first = piece[: _SIZE - write]
    window[write : write + len(first)] = first
    window[: len(piece) - len(first)] = piece[len(first) :]
    return (write + len(piece)) % _SIZE


def _referenced(window: bytearray, token: bytes, write: int) -> bytes:
    """Return the bytes that a reference stands for, b"" if it is the end (§2.1.3.1.5)."""
    number = int.from_bytes(token, "big")
    start, length = number >> 4, (number & 0xF) + 2
    if len(token) < 2 or start == write:
        return b""
    # a reference may reach into the bytes that it writes itself
    reach = (write - start) % _SIZE
    piece = bytes(window[(start + i) % _SIZE] for i in range(min(length, reach)))
    return (piece * length)[:length]


@dataclass(frozen=True)
class _State:
    """What holds inside a group, and ends with it."""

    is_unseen: bool = False
    #: bytes that stand for a letter which `\\u` has written already
    skip: int = 1
    is_hidden: bool = False


@dataclass
class _Reader:
    """The text read so far."""

    pieces: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    groups: list[_State] = field(default_factory=list)
    state: _State = field(default_factory=_State)
    charset: str = "cp1252"
    is_html: bool = False
    #: between \\htmlrtf and \\htmlrtf0: RTF that says again what the HTML says
    is_twin: bool = False
    #: a group has just begun with \\*: a word that is not known hides it
    is_optional: bool = False
    to_skip: int = 0

    def write(self, text: str) -> None:
        """Write letters, unless they are none of the text."""
        if self.is_silent:
            return
        self.flush()
        self.pieces.append(text)

    def flush(self) -> None:
        """Write the bytes that were waiting for the rest of their letter."""
        if self.pending:
            self.pieces.append(decode_text(bytes(self.pending), self.charset))
            self.pending.clear()

    @property
    def is_silent(self) -> bool:
        """Whether what stands here is no part of the text."""
        return self.state.is_unseen or self.state.is_hidden or self.is_twin


def read_compressed(content: bytes) -> RtfBody:
    """Return what the compressed RTF `content` says, nothing if it is broken; never raises."""
    try:
        return read_rtf(decompress_rtf(content))
    except NotRtfError:
        return RtfBody()


def read_rtf(content: bytes) -> RtfBody:
    """Return what the RTF `content` says; never raises. Hidden text (\\v) is left out."""
    reader, at = _Reader(), 0
    content = content[:_LONGEST]
    while match := _TOKEN.search(content, at):
        at = match.end()
        if match[1]:
            at += _word(reader, match[1].decode("ascii"), int(match[2]) if match[2] else None)
        else:
            _other(reader, match)
        if len(reader.groups) > _DEEPEST:
            break
    reader.flush()
    text = "".join(reader.pieces).replace("\x00", "")
    return RtfBody(html=text) if reader.is_html else RtfBody(text=text)


def _other(reader: _Reader, match: re.Match[bytes]) -> None:
    if match[5]:
        _group(reader, opens=match[5] == b"{")
    elif match[3]:
        _bytes(reader, bytes.fromhex(match[3].decode("ascii")))
    elif match[4]:
        _symbol(reader, match[4].decode("latin-1"))
    elif match[6]:
        _bytes(reader, match[6])


def _bytes(reader: _Reader, content: bytes) -> None:
    skipped = min(reader.to_skip, len(content))
    reader.to_skip -= skipped
    reader.is_optional = False
    if not reader.is_silent:
        reader.pending += content[skipped:]


def _symbol(reader: _Reader, letter: str) -> None:
    if letter == "*":
        reader.is_optional = True
    elif letter in _SYMBOLS:
        reader.write(_SYMBOLS[letter])


def _group(reader: _Reader, *, opens: bool) -> None:
    reader.to_skip, reader.is_optional = 0, False
    reader.flush()
    if opens:
        reader.groups.append(reader.state)
    elif reader.groups:
        reader.state = reader.groups.pop()


def _word(reader: _Reader, word: str, number: int | None) -> int:
    """Follow a control word; return how many bytes behind it are none of the text."""
    is_optional, reader.is_optional = reader.is_optional, False
    if word == "bin":
        return max(0, number or 0)
    if word == "htmltag":
        # its own text is the HTML: nothing is silent in it
        reader.state = replace(reader.state, is_unseen=False)
    elif word in _UNSEEN or is_optional:
        reader.state = replace(reader.state, is_unseen=True)
    elif word in _LETTERS:
        reader.write(_LETTERS[word])
    else:
        _setting(reader, word, number)
    return 0


def _setting(reader: _Reader, word: str, number: int | None) -> None:
    if word == "u" and number is not None:
        reader.write(_letter(number))
        reader.to_skip = reader.state.skip
    elif word == "uc":
        reader.state = replace(reader.state, skip=max(0, min(number or 0, 8)))
    elif word == "v":
        reader.state = replace(reader.state, is_hidden=number != 0)
    elif word == "plain":
        reader.state = replace(reader.state, is_hidden=False)
    elif word == "htmlrtf":
        reader.is_twin = number != 0
    elif word == "fromhtml":
        reader.is_html = True
    elif word == "ansicpg" and number:
        reader.charset = "utf-8" if number == 65001 else f"cp{number}"


def _letter(number: int) -> str:
    """Return the letter of `\\u`, a signed number of 16 bits; "" for half of a pair."""
    code = number & 0xFFFF
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)
