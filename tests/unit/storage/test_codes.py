"""A one-time code does one thing, once, in time, for who did not guess it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailbot.domain.code import CodePurpose, CodeUse, CodeVerdict
from storage.codes import (
    MOST_TRIES,
    count_browsers,
    count_codes,
    end_code,
    end_codes,
    find_browser,
    forget_browsers,
    new_code,
    record_browser,
    settle_code,
    spend_code,
    tries_left,
)
from storage.database import Database

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET, OTHER_SECRET = b"s" * 32, b"t" * 32
AN = "an@goudenaar.example"
CONFIRMATION, BROWSER = CodePurpose.CONFIRMATION, CodePurpose.BROWSER


USE = CodeUse(purpose=CONFIRMATION, subject="token-1", person=AN)


def make(database: Database) -> str:
    with database.transaction() as session:
        return new_code(session, SECRET, USE, at=NOON, expires_at=NOON + timedelta(hours=24))


def type_in(
    database: Database, code: str, use: CodeUse = USE, *, hours: int = 1, secret: bytes = SECRET
) -> CodeVerdict:
    with database.transaction() as session:
        return spend_code(session, secret, use, code, at=NOON + timedelta(hours=hours))


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_right_code_counts_once(database: Database) -> None:
    code = make(database)
    assert len(code) == 6
    assert code.isdigit()
    assert type_in(database, f" {code[:3]} {code[3:]} ") is CodeVerdict.RIGHT
    assert type_in(database, code) is CodeVerdict.SPENT


def test_five_wrong_tries_end_it(database: Database) -> None:
    code = make(database)
    verdicts = [type_in(database, other_than(code)) for _ in range(MOST_TRIES)]
    assert verdicts == [CodeVerdict.WRONG] * (MOST_TRIES - 1) + [CodeVerdict.DEAD]
    assert type_in(database, code) is CodeVerdict.DEAD


def test_the_tries_that_are_left_are_known(database: Database) -> None:
    code = make(database)
    type_in(database, other_than(code))
    with database.reading() as session:
        assert tries_left(session, USE) == MOST_TRIES - 1
        assert tries_left(session, replace(USE, purpose=BROWSER)) == 0


def test_it_ends_with_its_time(database: Database) -> None:
    code = make(database)
    assert type_in(database, code, hours=25) is CodeVerdict.EXPIRED


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(USE, subject="token-2"),
        replace(USE, purpose=BROWSER),
        replace(USE, person="karim@goudenaar.example"),
    ],
)
def test_it_is_good_for_one_thing(database: Database, elsewhere: CodeUse) -> None:
    code = make(database)
    assert type_in(database, code, elsewhere) is CodeVerdict.EXPIRED
    assert type_in(database, "") is CodeVerdict.MISSING
    assert type_in(database, code, secret=OTHER_SECRET) is CodeVerdict.WRONG
    assert type_in(database, code) is CodeVerdict.RIGHT


def test_a_new_code_ends_the_one_before(database: Database) -> None:
    first = make(database)
    second = make(database)
    while second == first:
        second = make(database)
    assert type_in(database, first) is CodeVerdict.WRONG
    assert type_in(database, second) is CodeVerdict.RIGHT


def test_who_proved_otherwise_spends_it_without_typing(database: Database) -> None:
    code = make(database)
    with database.transaction() as session:
        at = NOON + timedelta(hours=1)
        other = replace(USE, subject="token-2")
        assert settle_code(session, other, at=at) is CodeVerdict.EXPIRED
        assert settle_code(session, USE, at=at) is CodeVerdict.RIGHT
        assert settle_code(session, USE, at=at) is CodeVerdict.SPENT
    assert type_in(database, code) is CodeVerdict.SPENT


def test_a_code_that_is_not_wanted_any_more_ends(database: Database) -> None:
    code = make(database)
    with database.transaction() as session:
        end_code(session, USE)
    assert type_in(database, code) is CodeVerdict.DEAD


def test_codes_of_a_person_end_together_and_are_counted(database: Database) -> None:
    code = make(database)
    with database.transaction() as session:
        assert count_codes(session, purpose=CONFIRMATION, person=AN.upper(), since=NOON) == 1
        later = NOON + timedelta(minutes=1)
        assert count_codes(session, purpose=CONFIRMATION, person=AN, since=later) == 0
        end_codes(session, AN)
    assert type_in(database, code) is CodeVerdict.DEAD


def test_no_code_stands_in_the_database(database: Database) -> None:
    code = make(database)
    with database.reading() as session:
        (row,) = session.execute(sa.text("select mark, subject, person from code")).all()
    assert code not in str(row)


def test_a_browser_is_its_persons_until_it_is_forgotten(database: Database) -> None:
    until = NOON + timedelta(days=90)
    with database.transaction() as session:
        browser = record_browser(session, person=AN.upper(), at=NOON, expires_at=until)
        other = record_browser(session, person="karim@x.example", at=NOON, expires_at=until)
    with database.transaction() as session:
        assert find_browser(session, browser, at=NOON) == AN
        assert find_browser(session, browser, at=until) is None
        assert find_browser(session, browser + "x", at=NOON) is None
        assert count_browsers(session, AN, at=NOON) == 1
        forget_browsers(session, AN)
    with database.reading() as session:
        assert find_browser(session, browser, at=NOON) is None
        assert find_browser(session, other, at=NOON) == "karim@x.example"
