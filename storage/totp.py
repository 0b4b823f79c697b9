"""Authenticator apps of people: their keys, sealed, and which codes were used.

A key is sealed (XSalsa20-Poly1305, libsodium's secretbox) with a key that is derived from the
service's own secret, as passwords of files are: a copy of the database makes no codes. A key that
is being set up counts only when its first code came; until then an earlier one stays. The code of
a time step is taken once, and after ten wrong codes none is for an hour.
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlmodel import Session

from mailbot.domain.code import CodeVerdict
from mailbot.domain.totp import DIGITS, matching_step
from storage.tables import AuthenticatorRow

_PURPOSE = b"mailbot keys of authenticator apps 1\0"
_KEY_BYTES = 20
MOST_TRIES = 10
_REST = timedelta(hours=1)
_NO_DIGIT = re.compile(r"[\s.\-\u00a0\u202f]")


def new_authenticator(session: Session, secret: bytes, *, person: str, at: datetime) -> bytes:
    """Return a fresh key for a person's app; it counts when `confirm_authenticator` saw a code."""
    key = secrets.token_bytes(_KEY_BYTES)
    row = _row(session, person) or AuthenticatorRow(person=person.lower(), created_at=at)
    row.pending = _seal(secret, key)
    session.add(row)
    session.flush()
    return key


def pending_key(session: Session, secret: bytes, person: str) -> bytes | None:
    """Return the key that is being set up, None when none is."""
    row = session.get(AuthenticatorRow, person.lower())
    return _open(secret, row.pending) if row and row.pending else None


def confirm_authenticator(
    session: Session, secret: bytes, *, person: str, code: str, at: datetime
) -> CodeVerdict:
    """Make the key that is being set up the person's, if `code` is one of its codes."""
    row = _row(session, person)
    if row is None or not row.pending:
        return CodeVerdict.EXPIRED
    verdict = _judge(row, _open(secret, row.pending), code, at)
    if verdict is CodeVerdict.RIGHT:
        row.sealed, row.pending, row.confirmed_at = row.pending, "", at
    session.add(row)
    session.flush()
    return verdict


def check_authenticator(
    session: Session, secret: bytes, *, person: str, code: str, at: datetime
) -> CodeVerdict:
    """Say whether `code` is one of the person's app; commit, so that tries are counted."""
    row = _row(session, person)
    if row is None or not row.sealed:
        return CodeVerdict.EXPIRED
    verdict = _judge(row, _open(secret, row.sealed), code, at)
    session.add(row)
    session.flush()
    return verdict


def has_authenticator(session: Session, person: str) -> bool:
    """Whether the person set up an app."""
    row = session.get(AuthenticatorRow, person.lower())
    return row is not None and bool(row.sealed)


def forget_authenticator(session: Session, person: str) -> None:
    """Forget a person's app: its codes count no more."""
    row = session.get(AuthenticatorRow, person.lower())
    if row is not None:
        session.delete(row)
        session.flush()


def _judge(row: AuthenticatorRow, key: bytes | None, code: str, at: datetime) -> CodeVerdict:
    typed = _NO_DIGIT.sub("", code)
    if key is None:
        return CodeVerdict.EXPIRED
    if row.tries >= MOST_TRIES and row.tried_at and at - row.tried_at < _REST:
        return CodeVerdict.DEAD
    if len(typed) != DIGITS:
        return CodeVerdict.MISSING
    step = matching_step(key, typed, at)
    if step is None:
        row.tries, row.tried_at = (row.tries % MOST_TRIES) + 1, at
        return CodeVerdict.WRONG
    if step <= row.last_step:
        return CodeVerdict.SPENT
    row.last_step, row.tries = step, 0
    return CodeVerdict.RIGHT


def _row(session: Session, person: str) -> AuthenticatorRow | None:
    return session.get(AuthenticatorRow, person.lower(), with_for_update=True)


def _seal(secret: bytes, key: bytes) -> str:
    return base64.b64encode(_box(secret).encrypt(key)).decode()


def _open(secret: bytes, sealed: str) -> bytes | None:
    try:
        return bytes(_box(secret).decrypt(base64.b64decode(sealed)))
    except (CryptoError, ValueError):
        return None


def _box(secret: bytes) -> SecretBox:
    return SecretBox(hmac.new(secret, _PURPOSE, hashlib.sha256).digest())
