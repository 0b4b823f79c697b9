"""One-time codes of six digits, and the browsers that proved whose they are.

A code is bound to a purpose, a subject (the hash of a token, or an address) and a person, lives
until a given moment, dies after five wrong tries and is spent once. The database keeps an HMAC of
it (SHA-256), made with a key derived from the service's secret: whoever reads the rows cannot try
the million codes there are. A browser is known by a random id of 256 bits; its SHA-256 is kept.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.code import CodePurpose, CodeUse, CodeVerdict
from storage.tables import BrowserRow, CodeRow

DIGITS = 6
#: wrong codes after which only a new one helps
MOST_TRIES = 5
_PURPOSE = b"mailbot one-time codes 1\0"
_BETWEEN_DIGITS = re.compile(r"[\s.\-\u00a0\u202f]")


def new_code(
    session: Session, secret: bytes, use: CodeUse, *, at: datetime, expires_at: datetime
) -> str:
    """Return a fresh code of six digits; an earlier one for the same use ends."""
    _end(session, use)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    session.add(
        CodeRow(
            id=secrets.token_hex(16),
            purpose=use.purpose.value,
            subject=use.subject,
            person=use.person.lower(),
            mark=_mark(secret, use, code),
            created_at=at,
            expires_at=expires_at,
        )
    )
    session.flush()
    return code


def spend_code(
    session: Session, secret: bytes, use: CodeUse, code: str, *, at: datetime
) -> CodeVerdict:
    """Say what the typed `code` is worth; the right one is spent, a wrong one is counted.

    Spaces, points and hyphens between the digits do not count. Commit whatever the verdict is:
    a try that is rolled back was never counted.
    """
    row = _newest(session, use)
    typed = _BETWEEN_DIGITS.sub("", code)
    if row is None:
        return CodeVerdict.EXPIRED
    if (closed := _closed(row, at)) is not None:
        return closed
    if not typed:
        return CodeVerdict.MISSING
    if not hmac.compare_digest(row.mark, _mark(secret, use, typed)):
        row.tries += 1
        session.add(row)
        session.flush()
        return CodeVerdict.DEAD if row.tries >= MOST_TRIES else CodeVerdict.WRONG
    row.spent_at = at
    session.add(row)
    session.flush()
    return CodeVerdict.RIGHT


def settle_code(session: Session, use: CodeUse, *, at: datetime) -> CodeVerdict:
    """Spend the code of a use for somebody who proved otherwise whose they are."""
    row = _newest(session, use)
    if row is None:
        return CodeVerdict.EXPIRED
    if (closed := _closed(row, at)) is not None:
        return closed
    row.spent_at = at
    session.add(row)
    session.flush()
    return CodeVerdict.RIGHT


def end_code(session: Session, use: CodeUse) -> None:
    """End the code of a use: what it was for is not wanted any more."""
    _end(session, use)


def tries_left(session: Session, use: CodeUse) -> int:
    """Return how many wrong codes may still be typed; 0 when there is no code that lives."""
    row = _newest(session, use)
    return max(0, MOST_TRIES - row.tries) if row and row.spent_at is None else 0


def count_codes(session: Session, *, purpose: CodePurpose, person: str, since: datetime) -> int:
    """Return how many codes were made for a person: what asks for too many is not served."""
    query = (
        select(sa.func.count())
        .select_from(CodeRow)
        .where(
            CodeRow.purpose == purpose.value,
            CodeRow.person == person.lower(),
            col(CodeRow.created_at) >= since,
        )
    )
    return session.exec(query).one()


def end_codes(session: Session, person: str) -> None:
    """End every code of a person that still lives."""
    session.execute(
        sa.update(CodeRow)
        .where(col(CodeRow.person) == person.lower(), col(CodeRow.spent_at).is_(None))
        .values(tries=MOST_TRIES)
    )


def record_browser(session: Session, *, person: str, at: datetime, expires_at: datetime) -> str:
    """Remember that a browser is this person's; return its id, which that browser alone keeps."""
    browser = secrets.token_urlsafe(32)
    session.add(
        BrowserRow(
            hash=_browser_hash(browser),
            person=person.lower(),
            created_at=at,
            expires_at=expires_at,
        )
    )
    session.flush()
    return browser


def find_browser(session: Session, browser: str, *, at: datetime) -> str | None:
    """Return whose browser this is: an address, None when it is not known or not any more."""
    row = session.get(BrowserRow, _browser_hash(browser))
    return row.person if row is not None and row.expires_at > at else None


def forget_browsers(session: Session, person: str) -> None:
    """Forget every browser of a person; each must prove itself anew."""
    session.execute(sa.delete(BrowserRow).where(col(BrowserRow.person) == person.lower()))


def count_browsers(session: Session, person: str, *, at: datetime) -> int:
    """Return how many browsers are known to be this person's."""
    query = (
        select(sa.func.count())
        .select_from(BrowserRow)
        .where(BrowserRow.person == person.lower(), col(BrowserRow.expires_at) > at)
    )
    return session.exec(query).one()


def _end(session: Session, use: CodeUse) -> None:
    session.execute(
        sa.update(CodeRow)
        .where(*_is_for(use), col(CodeRow.spent_at).is_(None))
        .values(tries=MOST_TRIES)
    )


def _newest(session: Session, use: CodeUse) -> CodeRow | None:
    """Return the code that counts; locked, so that two tries at a time are two tries."""
    return session.exec(
        select(CodeRow)
        .where(*_is_for(use))
        .order_by(col(CodeRow.created_at).desc(), col(CodeRow.tries))
        .limit(1)
        .with_for_update()
    ).first()


def _is_for(use: CodeUse) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(CodeRow.purpose) == use.purpose.value,
        col(CodeRow.subject) == use.subject,
        col(CodeRow.person) == use.person.lower(),
    )


def _closed(row: CodeRow, at: datetime) -> CodeVerdict | None:
    if row.spent_at is not None:
        return CodeVerdict.SPENT
    if row.tries >= MOST_TRIES:
        return CodeVerdict.DEAD
    return CodeVerdict.EXPIRED if row.expires_at <= at else None


def _mark(secret: bytes, use: CodeUse, code: str) -> str:
    key = hmac.digest(secret, _PURPOSE, "sha256")
    text = "\0".join((use.purpose.value, use.subject, use.person.lower(), code))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _browser_hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
