"""Seals mails as forwarders do (ARC, RFC 8617), written apart from the code that checks them."""

import base64
import hashlib
import re
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def seal(
    raw: bytes,
    domain: str,
    key: bytes,
    *,
    results: str = "none",
    cv: str = "",
    instance: int = 0,
    signed: str = "from:to:subject",
    more: str = "",
) -> bytes:
    """Return the mail `raw` with one more ARC set on top of it, signed with `key` (PEM).

    `more` are tags for the message signature, e.g. "l=3; ".
    """
    head, _, body = raw.partition(b"\r\n\r\n")
    number = instance or 1 + max(map(int, re.findall(rb"(?m)^ARC-Seal: i=(\d+)", head)), default=0)
    common = f"i={number}; a=rsa-sha256; d={domain}; s=arc;"
    verdict = cv or ("none" if number == 1 else "pass")
    aar = f"ARC-Authentication-Results: i={number}; {domain}; {results}"
    digest = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
    ams = f"ARC-Message-Signature: {common} {more}c=relaxed/relaxed; h={signed}; bh={digest}; b="
    fields = _fields(head)
    chosen = [_relaxed(fields[name].pop()) for name in signed.split(":") if fields.get(name)]
    ams += _sign(key, [*chosen, _relaxed(ams)])
    sets = [line for n in range(1, number) for line in _set(head, n)]
    ars = f"ARC-Seal: {common} cv={verdict}; b="
    ars += _sign(key, [*map(_relaxed, [*sets, aar, ams, ars])])
    return "\r\n".join([ars, ams, aar, ""]).encode() + raw


def _fields(head: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _unfolded(head):
        found.setdefault(line.partition(":")[0].lower(), []).append(line)
    return found


def _set(head: bytes, number: int) -> list[str]:
    names = ("arc-authentication-results", "arc-message-signature", "arc-seal")
    fields = _fields(head)
    return [one for name in names for one in fields.get(name, []) if f" i={number};" in one]


def _unfolded(head: bytes) -> list[str]:
    return re.sub(r"\r\n[ \t]", " ", head.decode()).split("\r\n")


def _relaxed(line: str) -> str:
    name, _, value = line.partition(":")
    return f"{name.lower().strip()}:{' '.join(value.split())}"


def _relaxed_body(body: bytes) -> bytes:
    lines = [b" ".join(line.split(b" ")).rstrip() for line in body.split(b"\r\n")]
    text = re.sub(rb" +", b" ", b"\r\n".join(lines)).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


@cache
def _private(key: bytes) -> rsa.RSAPrivateKey:
    private = serialization.load_pem_private_key(key, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private


def _sign(key: bytes, lines: list[str]) -> str:
    signature = _private(key).sign(
        "\r\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    return base64.b64encode(signature).decode()
