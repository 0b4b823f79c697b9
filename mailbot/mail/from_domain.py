"""The one domain that a mail says it is from, read exactly as the rest of mailbot reads it.

Two From headers, two authors in one, or a name where the address should be ("Composition
Kills", USENIX Security 2020) leave nothing that could be proved. Neither does a From that
programs read in different ways (CVE-2023-27043): only its plain forms name a domain.
"""

import re

from mailbot.mail.headers import read_addresses, unfold
from mailbot.mail.mime import MAX_HEADERS, read_head

_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
)
#: letters that IDNA 2003 and 2008 bring to different names (RFC 5894 §7.2): nobody's, then
_DEVIATES = re.compile("[\u00df\u1e9e\u03c2\u200c\u200d]")
#: a second one, which no signature need cover, lets another text be read (RFC 2045 §4)
_HOW_TO_READ = ("content-type", "content-transfer-encoding", "mime-version")
_LONGEST = 2000
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_ADDRESS = r'[^\s<>()\[\]",;:@\\]{1,64}@[^\s<>()\[\]",;:@\\]{1,255}'
#: `address`, or `name <address>`, once quotes and comments are taken out
_PLAIN = re.compile(rf"\s*(?:[^<>,;:@]*<\s*(?P<inner>{_ADDRESS})\s*>|(?P<bare>{_ADDRESS}))\s*")
_ENCODED_WORD = "=?"
#: stands for a quoted name: never a part of an address
_QUOTED = "\x00"


def find_from_domain(raw: bytes) -> str:
    """Return the domain of the only From address as DNS knows it, "" when there is not just one.

    `mailbot.mail.parse` sees the same headers: `read_head` reads them as `read_entity` does, and
    twice the longest header block is enough for it to find the same end of them.
    """
    mail = read_head(raw[: 2 * MAX_HEADERS])
    headers = mail.all_raw("from")
    if len(headers) != 1 or any(len(mail.all_raw(name)) > 1 for name in _HOW_TO_READ):
        return ""
    authors = read_addresses(headers[0])
    address = _only_address(unfold(headers[0]))
    if len(authors) != 1 or authors[0].address != address:
        return ""
    return read_domain(authors[0].domain)


def read_domain(text: str) -> str:
    """Return a domain name in lower-case ASCII (IDNA), "" if it is none."""
    if _DEVIATES.search(text):
        return ""
    try:
        name = text.strip().rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return name if _NAME.fullmatch(name) else ""


def _only_address(value: str) -> str:
    """Return the address of a From in one of its plain forms, "" for any other."""
    if len(value) > _LONGEST or _CONTROL.search(value):
        return ""
    name, _, _address = value.rpartition("<")
    # people write their address as their name, without quotes: harmless when it is the same
    repeated = re.fullmatch(rf"\s*({_ADDRESS})(?:\s[^<>,;:@]*)?", name)
    found = _PLAIN.fullmatch(_without_quotes(value[len(name) :] if repeated else value))
    if not found:
        return ""
    address = str(found["inner"] or found["bare"]).lower()
    is_same = not repeated or repeated[1].lower() == address
    return address if is_same and _ENCODED_WORD not in address else ""


def _without_quotes(value: str) -> str:
    """Return `value` without comments, each quoted string as one sign; "" if they do not end."""
    kept, depth, quoted, escaped = "", 0, False, False
    for letter in value:
        if escaped or (letter == "\\" and (quoted or depth)):
            escaped = not escaped
        elif letter == '"' and not depth:
            quoted = not quoted
            kept += _QUOTED if quoted else ""
        elif letter in "()" and not quoted:
            depth += 1 if letter == "(" else -1
            kept += " "
            if depth < 0:
                return ""
        elif not quoted and not depth:
            kept += letter
    return "" if quoted or depth else _calm(kept)


def _calm(kept: str) -> str:
    """Return "" when a quoted string touches an address: then it is a part of it."""
    return "" if f"{_QUOTED}@" in kept or f"@{_QUOTED}" in kept else kept.replace(_QUOTED, " ")
