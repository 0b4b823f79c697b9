"""Passwords that open encrypted files, per dossier and sender; sealed, never in the clear.

They are sealed (XSalsa20-Poly1305, libsodium's secretbox) with a key that is derived from the
service's own secret, which is a file and in no database: a copy of the database opens nothing.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlmodel import Session, col, select

from storage.tables import PasswordRow

_PURPOSE = b"mailbot passwords of files 1\0"
#: the newest ones of a sender that are tried
_MOST_TRIED = 10


def record_password(
    session: Session, secret: bytes, *, dossier: str, sender: str, password: str, at: datetime
) -> None:
    """Keep a password of a sender; keeping it again only makes it the newest."""
    key = _key(secret)
    session.merge(
        PasswordRow(
            dossier=dossier,
            sender=sender.lower(),
            mark=hmac.new(key, password.encode(), hashlib.sha256).hexdigest(),
            at=at,
            sealed=base64.b64encode(SecretBox(key).encrypt(password.encode())).decode(),
        )
    )
    session.flush()


def known_passwords(
    session: Session, secret: bytes, *, dossier: str, sender: str
) -> tuple[str, ...]:
    """Return the passwords of a sender in a dossier, the newest first.

    What was sealed with another secret is left out: its file asks for the password again.
    """
    rows = session.exec(
        select(PasswordRow)
        .where(PasswordRow.dossier == dossier, PasswordRow.sender == sender.lower())
        .order_by(col(PasswordRow.at).desc())
        .limit(_MOST_TRIED)
    )
    box = SecretBox(_key(secret))
    opened = (_opened(box, row.sealed) for row in rows)
    return tuple(password for password in opened if password is not None)


def _opened(box: SecretBox, sealed: str) -> str | None:
    try:
        return box.decrypt(base64.b64decode(sealed)).decode()
    except (CryptoError, ValueError):
        return None


def _key(secret: bytes) -> bytes:
    """Return the key of 32 bytes for passwords alone: no other use shares it."""
    return hmac.new(secret, _PURPOSE, hashlib.sha256).digest()
