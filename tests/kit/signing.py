"""Signs mails as senders do, and as forgers do (DKIM, RFC 6376), apart from the code that checks.

Nothing here knows what a good signature is: every tag can be chosen.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache, partial

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_HASHES = {"sha1": (hashlib.sha1, hashes.SHA1()), "sha256": (hashlib.sha256, hashes.SHA256())}  # noqa: S303


def sign(
    raw: bytes,
    domain: str,
    key: bytes | Callable[[bytes], bytes],
    *,
    selector: str = "s1",
    signed: str = "from:to:subject:date:message-id",
    algorithm: str = "rsa-sha256",
    tags: str = "",
    length: int | None = None,
) -> bytes:
    """Return the mail `raw` with a signature of `domain` on top, made with `key`.

    `key` is PEM, or what signs. `signed` is the list h=; a name that stands there once more than
    in the mail is oversigned.
    `tags` are further tags, e.g. "x=1; "; `length` is how much of the body is signed (l=).
    """
    head, _, body = raw.partition(b"\r\n\r\n")
    digest, hashing = _HASHES[algorithm.partition("-")[2]]
    write = partial(_sign, key, hashing) if isinstance(key, bytes) else key
    content = _relaxed_body(body)[:length]
    limit = "" if length is None else f"l={length}; "
    body_hash = base64.b64encode(digest(content).digest()).decode()
    field = (
        f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector}; "
        f"{tags}{limit}h={signed}; bh={body_hash}; b="
    )
    lines = [*_chosen(head, signed), _relaxed(field)]
    signature = write("\r\n".join(lines).encode())
    return field.encode() + base64.b64encode(signature) + b"\r\n" + raw


def _chosen(head: bytes, signed: str) -> list[str]:
    """Return the signed fields, of each name the lowest first (RFC 6376 §5.4.2)."""
    fields: dict[str, list[str]] = {}
    for line in re.sub(rb"\r\n(?=[ \t])", b"", head).decode("utf-8", "replace").split("\r\n"):
        fields.setdefault(line.partition(":")[0].lower(), []).append(line)
    return [_relaxed(fields[name].pop()) for name in signed.lower().split(":") if fields.get(name)]


def _relaxed(line: str) -> str:
    name, _, value = line.partition(":")
    return f"{name.lower().strip()}:{' '.join(value.split())}"


def _relaxed_body(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    text = b"\r\n".join(lines).rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _sign(key: bytes, hashing: hashes.HashAlgorithm, content: bytes) -> bytes:
    return _private(key).sign(content, padding.PKCS1v15(), hashing)


@cache
def _private(key: bytes) -> rsa.RSAPrivateKey:
    private = serialization.load_pem_private_key(key, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private
