"""The audit log: one chain, whoever appends, and any change is found."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa

from mailbot.domain.events import Event, EventKind, link_hash, plain_hash
from storage.audit import broken_links, events_about, last_event, links_between, record_event
from storage.database import Database
from storage.tables import AuditRow
from tests.kit.postgres import Postgres

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def event(number: int = 0, subject: str = "d1") -> Event:
    data = {"naam": "Café №", "n": str(number)}
    return Event(at=NOON, kind=EventKind.MESSAGE, actor="an@b.example", subject=subject, data=data)


def append(database: Database, *events: Event) -> None:
    with database.transaction() as session:
        for each in events:
            record_event(session, each)


def broken(database: Database) -> list[int]:
    with database.reading() as session:
        return list(broken_links(session))


def execute(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(sa.text(statement))


def test_events_come_back_in_order_with_their_chain(database: Database) -> None:
    append(database, event(1), event(2, "other"), event(3))
    with database.reading() as session:
        first, third = events_about(session, "d1")
        (second,) = events_about(session, "other")
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert first.data == {"naam": "Café №", "n": "1"}
    assert broken(database) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET data = '{}' WHERE number = 2", [2]),
        ("UPDATE audit SET actor = 'eve' WHERE number = 1", [1]),
        ("UPDATE audit SET subject = 'x' WHERE number = 3", [3]),
        ("UPDATE audit SET event = 'approved' WHERE number = 2", [2]),
        ("UPDATE audit SET at = '2026-11-20 13:00:00.000000' WHERE number = 2", [2]),
        ("UPDATE audit SET event = 'no such event' WHERE number = 2", [2]),
        ("UPDATE audit SET data = 'no JSON' WHERE number = 2", [2]),
        ("UPDATE audit SET hash = 'x' WHERE number = 2", [2, 3]),
        ("UPDATE audit SET content_hash = 'x' WHERE number = 2", [2]),
        ("UPDATE audit SET content_hash = '' WHERE number = 2", [2]),
        ("UPDATE audit SET previous_hash = 'x' WHERE number = 2", [2]),
        ("DELETE FROM audit WHERE number = 2", [3]),
        ("DELETE FROM audit WHERE number = 1", [2]),
    ],
)
def test_any_change_is_found(database: Database, statement: str, found: list[int]) -> None:
    append(database, *(event(number) for number in range(4)))
    execute(database, statement)
    assert broken(database) == found


def test_events_of_before_content_hashes_still_fit(database: Database) -> None:
    append(database, event(1))
    old = replace(event(2), data={"n": "2"})
    with database.transaction() as session:
        (first,) = events_about(session, "d1")
        row = AuditRow(
            number=2,
            at=old.at,
            event=old.kind.value,
            actor=old.actor,
            subject=old.subject,
            data='{"n": "2"}',
            previous_hash=first.hash,
            hash=plain_hash(first.hash, old, '{"n": "2"}'),
        )
        session.add(row)
    append(database, event(3))
    assert broken(database) == []
    execute(database, 'UPDATE audit SET data = \'{"n": "3"}\' WHERE number = 2')
    assert broken(database) == [2]


def test_links_show_the_chain_without_what_was_said(database: Database) -> None:
    append(database, *(event(number) for number in range(4)))
    with database.reading() as session:
        links = list(links_between(session, 2, 4))
        last = last_event(session)
    assert [link.number for link in links] == [2, 3, 4]
    for before, link in pairwise(links):
        assert link.previous_hash == before.hash
        assert link.hash == link_hash(link.previous_hash, link.content_hash)
    assert last is not None
    assert last.hash == links[-1].hash


def test_what_is_rolled_back_leaves_no_gap(database: Database) -> None:
    append(database, event(1))
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        record_event(session, event(2))
        raise ZeroDivisionError
    append(database, event(3))
    with database.reading() as session:
        assert [each.number for each in events_about(session, "d1")] == [1, 2]
    assert broken(database) == []


def test_many_who_append_at_once_make_one_chain(database: Database) -> None:
    failures: list[BaseException] = []
    begin = threading.Barrier(4)

    def write(writer: int) -> None:
        try:
            begin.wait()
            for number in range(5):
                append(database, event(number, f"d{writer}"))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert broken(database) == []
    with database.reading() as session:
        numbers = [e.number for n in range(4) for e in events_about(session, f"d{n}")]
    assert sorted(numbers) == list(range(1, 21))


def test_who_recorded_something_keeps_nobody_waiting_until_he_commits(postgres: Postgres) -> None:
    database = Database(postgres.new_migrated_database())
    with database.transaction() as session:
        record_event(session, event(1))
        append(database, event(2))
        assert [each.data["n"] for each in events_about(session, "d1")] == ["2", "1"]
        record_event(session, event(3))
    with database.reading() as session:
        assert [each.data["n"] for each in events_about(session, "d1")] == ["2", "1", "3"]
    assert broken(database) == []
    database.close()


def test_what_is_rolled_back_was_never_recorded(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        record_event(session, event(1))
        raise ZeroDivisionError
    append(database, event(2))
    with database.reading() as session:
        assert [each.data["n"] for each in events_about(session, "d1")] == ["2"]
