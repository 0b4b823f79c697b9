"""Parameters of a media type or a disposition: quotes, pieces, charsets (RFC 2045, 2231)."""

import re

from mailbot.mail.charsets import decode_text
from mailbot.mail.headers import decode_words

_PARAMETER = re.compile(
    r"""\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^;]*))""",
    re.DOTALL,
)
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


def read_parameters(value: str) -> dict[str, str]:
    """Return the parameters of an unfolded header value, names in lower case; never raises.

    Pieces (name*0, name*1) are joined in their order, an extended form (name*) wins over the
    plain one, encoded words are decoded although RFC 2047 §5 forbids them here.
    """
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    plain: dict[str, str] = {}
    for key, text in _pairs(value):
        shape = _PIECE.fullmatch(key)
        if not shape or not (shape[2] or shape[3]):
            plain.setdefault(key, decode_words(text).strip())
            continue
        pieces.setdefault(shape[1], {}).setdefault(int(shape[2] or 0), (text, bool(shape[3])))
    return plain | {
        key: _join([parts[at] for at in sorted(parts)]) for key, parts in pieces.items()
    }


def _pairs(value: str) -> list[tuple[str, str]]:
    _, _, rest = value.partition(";")
    found, at = [], 0
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        if not match:
            at = _behind_next_semicolon(rest, at)
            continue
        text = match[3].strip() if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        found.append((match[1].lower(), text))
        at = _behind_next_semicolon(rest, match.end())
    return found


def _behind_next_semicolon(rest: str, at: int) -> int:
    semicolon = rest.find(";", at)
    return len(rest) if semicolon < 0 else semicolon + 1


def _join(parts: list[tuple[str, bool]]) -> str:
    """Decode the joined bytes of all pieces: a letter may be cut in two (RFC 2231 §4.1)."""
    charset = ""
    first, is_extended = parts[0]
    if is_extended and first.count("'") >= 2:
        charset, _, rest = first.partition("'")
        parts = [(rest.partition("'")[2], True), *parts[1:]]
    content = b"".join(_piece_bytes(text, extended) for text, extended in parts)
    return decode_words(decode_text(content, charset)).strip() if content else ""


def _piece_bytes(text: str, is_extended: bool) -> bytes:
    content = text.encode("utf-8", errors="replace")
    if not is_extended:
        return content
    return _PERCENT.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), content)
