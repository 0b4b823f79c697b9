"""Bytes to text, whatever the sender says about the charset."""

import codecs
import re
from contextlib import suppress

#: what is seen in mails -> what Python calls it; ISO 8859-1 is read as Windows does (WHATWG)
_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "ansi_x3.110-1983": "cp1252",
    "default": "cp1252",
    "unknown-8bit": "cp1252",
    "x-unknown": "cp1252",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "unicode": "utf-16",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "hz": "hz",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "ms_kanji": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
}
#: text codecs of Python that are no charsets of mails (punycode takes quadratic time)
_REFUSED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
_ONE_BYTE = frozenset({"cp1252", "iso8859-15", "cp850", "cp437"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)


def decode_text(content: bytes, charset: str = "") -> str:
    """Return `content` as text; never raises.

    Tried in turn: a byte order mark, UTF-8 where `charset` is missing or has one byte a
    letter (such a label is wrong when the bytes are valid UTF-8), `charset`, UTF-8,
    Windows-1252. Letters that cannot be read become U+FFFD.
    """
    if content.isascii() and not _is_stateful(charset):
        return content.decode("ascii")
    for name in _candidates(content, codec_name(charset)):
        with suppress(UnicodeError, LookupError, ValueError):
            text = content.decode(name)
            text.encode()  # UTF-7 can spell half of a pair of UTF-16, which no one can write down
            return text
    return _mostly_utf8(content) or content.decode("cp1252", errors="replace")


def _mostly_utf8(content: bytes) -> str:
    """Return text that was UTF-8 before it was cut off or mixed, "" if it was not."""
    text = content.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    right = sum(not letter.isascii() for letter in text) - wrong
    return text if right > wrong else ""


def decode_html(content: bytes, charset: str = "") -> str:
    """Return the HTML `content` as text; its own meta charset stands in for a missing one."""
    if not charset and (meta := _META_CHARSET.search(content[:4096])):
        charset = meta[1].decode("ascii")
    return decode_text(content, charset)


def codec_name(charset: str) -> str:
    """Return Python's name for `charset`, "" if it is none that mails use."""
    wanted = charset.strip().strip("\"'").lower()
    wanted = _ALIASES.get(wanted, wanted)
    try:
        name = codecs.lookup(wanted).name if wanted else ""
    except (LookupError, ValueError):
        return _ALIASES.get(wanted.replace("_", "-").removeprefix("x-"), "")
    return "" if name.replace("-", "_") in _REFUSED else name


def _candidates(content: bytes, name: str) -> list[str]:
    bom = [codec for mark, codec in _BOMS if content.startswith(mark)]
    if not name or name in _ONE_BYTE:
        return [*bom, "utf-8", name or "cp1252"]
    return [*bom, name, "utf-8"]


def _is_stateful(charset: str) -> bool:
    """UTF-7, HZ and ISO 2022 write other letters in ASCII bytes; UTF-16 has NUL bytes."""
    name = codec_name(charset)
    return name.startswith(("utf-7", "utf-16", "utf-32", "hz", "iso2022"))
