"""What the headers of a fetched mail say of its envelope, which IMAP itself does not keep."""

from mailbot.mail.headers import read_addresses
from mailbot.mail.mime import MAX_HEADERS, read_entity

#: by the server that delivered into the mailbox: qmail and Gmail, Postfix, Exim; never To or Cc,
#: which say nothing about blind copies, lists and forwards
_RECIPIENT_HEADERS = frozenset({"delivered-to", "x-original-to", "envelope-to"})


def find_envelope_recipients(raw: bytes) -> tuple[str, ...]:
    """Return the addresses that the mail `raw` was delivered to, the last hop's first."""
    headers = read_entity(raw[: 2 * MAX_HEADERS]).headers
    values = (value for name, value in headers if name.lower() in _RECIPIENT_HEADERS)
    found = (one.address for value in values for one in read_addresses(value))
    return tuple(dict.fromkeys(address for address in found if address))


def find_envelope_sender(raw: bytes) -> str:
    """Return the address in Return-Path, "" for the null sender; without the header, From."""
    entity = read_entity(raw[: 2 * MAX_HEADERS])
    paths = entity.all_raw("return-path")
    named = read_addresses(paths[0] if paths else entity.raw("from"))
    return next((one.address for one in named), "")
