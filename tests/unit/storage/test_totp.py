"""Authenticator apps: codes as in RFC 6238, taken once, few wrong ones, keys sealed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from handlers.enrolment import key_uri
from mailbot.domain.code import CodeVerdict
from mailbot.domain.totp import key_text, matching_step, time_step, totp_code
from storage.database import Database
from storage.totp import (
    MOST_TRIES,
    check_authenticator,
    confirm_authenticator,
    forget_authenticator,
    has_authenticator,
    new_authenticator,
    pending_key,
)

SECRET = b"s" * 32
AN = "an@goudenaar.example"
NOW = datetime(2026, 11, 20, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)
#: RFC 6238 appendix B, SHA-1, the last six of the eight digits
RFC_KEY = b"12345678901234567890"
RFC_CODES = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp_code(RFC_KEY, time_step(at)) == code
    for shift in (-STEP, timedelta(), STEP):
        assert matching_step(RFC_KEY, code, at + shift) == time_step(at)
    assert matching_step(RFC_KEY, code, at + 2 * STEP) is None
    assert matching_step(RFC_KEY, "é" * 6, at) is None


def test_an_app_reads_the_key() -> None:
    assert key_text(RFC_KEY) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    uri = key_uri(RFC_KEY, account=AN, issuer="Kantoor & Co")
    assert uri == (
        "otpauth://totp/Kantoor%20%26%20Co:an%40goudenaar.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Kantoor+%26+Co"
    )


def set_up(database: Database) -> bytes:
    """Give An an app whose first code came, and return its key."""
    with database.transaction() as session:
        key = new_authenticator(session, SECRET, person=AN, at=NOW)
        assert not has_authenticator(session, AN)
        code = totp_code(key, time_step(NOW))
        verdict = confirm_authenticator(session, SECRET, person=AN, code=code, at=NOW)
        assert verdict is CodeVerdict.RIGHT
    return key


def check(database: Database, code: str, at: datetime, person: str = AN) -> CodeVerdict:
    with database.transaction() as session:
        return check_authenticator(session, SECRET, person=person, code=code, at=at)


def test_a_code_is_taken_once(database: Database) -> None:
    key = set_up(database)
    assert check(database, totp_code(key, time_step(NOW)), NOW) is CodeVerdict.SPENT
    later = NOW + 2 * STEP
    code = totp_code(key, time_step(later))
    assert check(database, f"{code[:3]} {code[3:]}", later) is CodeVerdict.RIGHT
    assert check(database, code, later + STEP) is CodeVerdict.SPENT
    earlier = totp_code(key, time_step(later) - 1)
    assert check(database, earlier, later) is CodeVerdict.SPENT
    assert check(database, "", later) is CodeVerdict.MISSING
    assert check(database, code, later, person="karim@x.example") is CodeVerdict.EXPIRED


def test_ten_wrong_codes_end_it_for_an_hour(database: Database) -> None:
    key = set_up(database)
    later = NOW + 4 * STEP
    right = totp_code(key, time_step(later))
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(MOST_TRIES):
        assert check(database, wrong, later) is CodeVerdict.WRONG
    assert check(database, right, later) is CodeVerdict.DEAD
    after = later + timedelta(hours=1)
    assert check(database, totp_code(key, time_step(after)), after) is CodeVerdict.RIGHT


def test_the_earlier_app_counts_until_the_new_one_is_there(database: Database) -> None:
    key = set_up(database)
    later = NOW + 2 * STEP
    with database.transaction() as session:
        new = new_authenticator(session, SECRET, person=AN, at=later)
        assert pending_key(session, SECRET, AN) == new
    assert check(database, totp_code(key, time_step(later)), later) is CodeVerdict.RIGHT
    after = later + 2 * STEP
    with database.transaction() as session:
        code = totp_code(new, time_step(after))
        confirm_authenticator(session, SECRET, person=AN, code=code, at=after)
        assert pending_key(session, SECRET, AN) is None
    at = after + 2 * STEP
    assert check(database, totp_code(key, time_step(at)), at) is CodeVerdict.WRONG


def test_the_key_is_sealed_and_can_be_forgotten(database: Database) -> None:
    key = set_up(database)
    with database.transaction() as session:
        (row,) = session.execute(sa.text("select * from authenticator")).all()
        assert key_text(key) not in str(row)
        assert pending_key(session, b"t" * 32, AN) is None
        forget_authenticator(session, AN)
        assert not has_authenticator(session, AN)
