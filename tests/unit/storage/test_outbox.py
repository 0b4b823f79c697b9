"""The mails that must leave: one for each cause, and two senders never take the same."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from mailbot.domain.outbox import OutboxEntry, OutboxState
from storage.database import Database
from storage.outbox import (
    claim_entries,
    entries_about,
    find_entry,
    has_entry,
    outbox_counts,
    put_entry,
    recent_entries,
    release_claims,
    renew_claim,
    settle_entry,
    update_entry,
    waiting_entries,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)


def entry(number: int, **changes: object) -> OutboxEntry:
    made = OutboxEntry(
        id=f"{number:04}",
        key=f"cause:{number}",
        not_before=NOW,
        created_at=NOW,
        recipient="an@b.example",
        envelope_sender="b.x@in.example",
        message_id=f"<{number}@in.example>",
        subject="Café goedkeuren?",
        letter="approval",
        sha256="0" * 64,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def put(database: Database, *entries: OutboxEntry) -> None:
    for each in entries:
        with database.transaction() as session:
            put_entry(session, each)


def claim(database: Database, now: datetime = NOW, limit: int = 20) -> list[str]:
    with database.transaction() as session:
        return [each.id for each in claim_entries(session, now, now + timedelta(minutes=3), limit)]


def test_an_entry_comes_back_as_it_was(database: Database) -> None:
    kept = entry(1, document_id="d", dossier="bakkerij")
    put(database, kept, entry(2))
    with database.reading() as session:
        assert find_entry(session, "0001") == kept
        assert find_entry(session, "0009") is None
        assert entries_about(session, "d") == [kept]
        assert [each.id for each in recent_entries(session)] == ["0002", "0001"]
        assert has_entry(session, "cause:1")
        assert not has_entry(session, "cause:3")
        assert outbox_counts(session) == {"queued": 2}


def test_one_cause_makes_one_mail(database: Database) -> None:
    put(database, entry(1))
    with pytest.raises(IntegrityError):
        put(database, entry(2, key="cause:1"))


def test_only_what_is_due_waits_oldest_first(database: Database) -> None:
    put(
        database,
        entry(3),
        entry(1, state=OutboxState.DEFERRED, tries=1),
        entry(2, not_before=LATER),
        entry(4, state=OutboxState.SENT),
        entry(5, state=OutboxState.FAILED),
    )
    with database.reading() as session:
        assert [each.id for each in waiting_entries(session, NOW)] == ["0001", "0003"]
        assert [each.id for each in waiting_entries(session, NOW, limit=1)] == ["0001"]
        assert [each.id for each in waiting_entries(session, LATER)] == ["0001", "0002", "0003"]


def test_a_claim_holds_until_its_lease_ends(database: Database) -> None:
    put(database, entry(1), entry(2))
    assert claim(database, limit=1) == ["0001"]
    assert claim(database) == ["0002"]
    assert claim(database) == []
    assert claim(database, LATER) == ["0001", "0002"]


def test_claims_of_a_dead_sender_are_taken_back_and_timetables_are_not(
    database: Database,
) -> None:
    put(database, entry(1), entry(2, state=OutboxState.DEFERRED, not_before=LATER))
    assert claim(database) == ["0001"]
    with database.transaction() as session:
        release_claims(session, NOW)
    assert claim(database) == ["0001"]


def test_two_senders_at_once_never_take_the_same(database: Database) -> None:
    put(database, *(entry(number) for number in range(24)))
    taken: list[list[str]] = [[], []]
    begin = threading.Barrier(2)

    def send(sender: int) -> None:
        begin.wait()
        for _ in range(12):
            taken[sender] += claim(database, limit=3)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = taken[0] + taken[1]
    assert len(everything) == len(set(everything))
    assert sorted(everything) == [f"{number:04}" for number in range(24)]


def test_what_another_is_taking_is_not_waited_for(database: Database) -> None:
    """On SQLite writers are in turn, so only PostgreSQL can show this."""
    put(database, entry(1), entry(2))
    if database.is_sqlite:
        assert claim(database, limit=1) == ["0001"]
        return
    with database.transaction() as first:
        assert [e.id for e in claim_entries(first, NOW, LATER, limit=1)] == ["0001"]
        assert claim(database) == ["0002"]


def test_what_the_other_server_said_is_kept(database: Database) -> None:
    put(database, entry(1))
    sent = entry(1, state=OutboxState.SENT, sent_at=NOW, tries=1, last_answer="250 OK")
    with database.transaction() as session:
        update_entry(session, sent)
    with database.reading() as session:
        assert find_entry(session, "0001") == sent


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        (OutboxState.SENT, OutboxState.DEFERRED, OutboxState.SENT),
        (OutboxState.SENT, OutboxState.SENT, OutboxState.SENT),
        (OutboxState.DEFERRED, OutboxState.SENT, OutboxState.SENT),
        (OutboxState.DEFERRED, OutboxState.FAILED, OutboxState.DEFERRED),
    ],
)
def test_who_was_paused_longer_than_his_claim_has_no_say_but_that_it_left(
    database: Database, first: OutboxState, second: OutboxState, ends: OutboxState
) -> None:
    """`first` is what the sender says who took the mail over, `second` the one who wakes up."""
    put(database, entry(1))
    with database.transaction() as session:
        (paused,) = claim_entries(session, NOW, LATER)
    with database.transaction() as session:
        (taken,) = claim_entries(session, LATER, LATER + timedelta(minutes=3))
        assert renew_claim(session, paused, LATER + timedelta(hours=1)) == paused
    tomorrow = NOW + timedelta(days=1)
    with database.transaction() as session:
        assert settle_entry(session, taken, replace(taken, state=first, not_before=tomorrow))
    with database.transaction() as session:
        settle_entry(session, paused, replace(paused, state=second))
        assert outbox_counts(session) == {ends.value: 1}
    assert claim(database, NOW + timedelta(hours=1)) == []


def test_a_claim_is_renewed_while_the_mail_is_under_way(database: Database) -> None:
    put(database, entry(1))
    much_later = LATER + timedelta(minutes=2)
    with database.transaction() as session:
        (claimed,) = claim_entries(session, NOW, LATER)
        claimed = renew_claim(session, claimed, much_later)
    assert claim(database, LATER) == []
    with database.transaction() as session:
        assert settle_entry(session, claimed, replace(claimed, state=OutboxState.DEFERRED))
    assert claim(database, much_later) == ["0001"]
