"""The one domain that a mail says it is from, read exactly as the rest of mailbot reads it.

Two From headers, two authors in one, or a name where the address should be ("Composition
Kills", USENIX Security 2020) leave nothing that could be proved.
"""

import re

from mailbot.mail.headers import read_addresses
from mailbot.mail.mime import MAX_HEADERS, read_entity

_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
)


def find_from_domain(raw: bytes) -> str:
    """Return the domain of the only From address as DNS knows it, "" when there is not just one.

    `mailbot.mail.parse` sees the same headers: both read with `read_entity`, and twice the
    longest header block is enough for it to find the same end of them.
    """
    headers = read_entity(raw[: 2 * MAX_HEADERS]).all_raw("from")
    authors = [author for header in headers for author in read_addresses(header)]
    if len(headers) != 1 or len(authors) != 1 or authors[0].address.count("@") != 1:
        return ""
    return read_domain(authors[0].domain)


def read_domain(text: str) -> str:
    """Return a domain name in lower-case ASCII (IDNA), "" if it is none."""
    try:
        name = text.strip().rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return name if _NAME.fullmatch(name) else ""
