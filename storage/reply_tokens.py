"""Reply tokens: unguessable, and told from guesses without a database.

A token is 13 random bytes and the first 7 bytes of their HMAC-SHA-256, in 32 letters and digits
of base32 (RFC 4648), lower case, because mail servers may change the case of an address. RCPT
needs only the secret to refuse a guess; the database keeps only the SHA-256 of a token.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from pathlib import Path

from storage.durable import create_durably, make_folder

_RANDOM_BYTES = 13
_MAC_BYTES = 7
_SECRET_BYTES = 32
_SHAPE = re.compile(r"[a-z2-7]{32}")
_PURPOSE = b"mailbot reply token 1\0"
_FINGERPRINT = b"mailbot fingerprint of a secret 1\0"


def new_token(secret: bytes) -> str:
    """Return a new token: 104 random bits and 56 bits that prove it is ours."""
    random = secrets.token_bytes(_RANDOM_BYTES)
    return base64.b32encode(random + _mac(random, secret)).decode().lower()


def is_well_formed(token: str, secret: bytes) -> bool:
    """Whether `token` (any case) was made with `secret`; takes the same time for every guess."""
    if not _SHAPE.fullmatch(token.lower()):
        return False
    content = base64.b32decode(token.upper())
    return hmac.compare_digest(content[_RANDOM_BYTES:], _mac(content[:_RANDOM_BYTES], secret))


def token_hash(token: str) -> str:
    """Return what the database keeps of a token: its SHA-256, whatever the case it came in."""
    return hashlib.sha256(token.lower().encode()).hexdigest()


def read_secret(path: Path) -> bytes:
    """Return the secret in `path`; made on first use, readable for our own user alone.

    Raises ValueError when the file holds something else: with another secret no answer to an
    earlier mail would arrive. Raises OSError.
    """
    if not path.exists():
        make_folder(path.parent)
        # of two processes that start together one writes, and both read the same
        create_durably(path, secrets.token_hex(_SECRET_BYTES).encode() + b"\n")
    try:
        secret = binascii.unhexlify(path.read_bytes().strip())
    except binascii.Error as error:
        raise ValueError(
            f"{path}: not a token secret; put back the file of your backup"
        ) from error
    if len(secret) != _SECRET_BYTES:
        raise ValueError(f"{path}: the token secret is cut; put back the file of your backup")
    return secret


def fingerprint(secret: bytes) -> str:
    """Return what tells one secret from another without saying it."""
    return hashlib.sha256(_FINGERPRINT + secret).hexdigest()[:32]


def _mac(random: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + random, "sha256")[:_MAC_BYTES]
