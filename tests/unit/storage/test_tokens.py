"""What answers may do: found by hash alone, spent once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailbot.domain.command import Command, Context, Verb
from mailbot.domain.token import ShownItem, Token
from storage.database import Database
from storage.tokens import find_token, find_token_of, record_token, spend_token

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOKEN = Token(
    hash="a" * 64,
    person="an@b.example",
    context=Context.DIGEST,
    office="kantoor",
    dossier="bakkerij",
    items=(
        ShownItem(document_id="d1", version=1, context=Context.APPROVAL),
        ShownItem(document_id="d2", version=3, context=Context.INBOX),
    ),
    subject="karim@b.example",
    commands=(Command(verb=Verb.CORRECT, items=(2,), args={"field": "total", "value": "1.00"}),),
    outbox_id="o1",
    created_at=NOW,
    expires_at=NOW + timedelta(days=60),
)


def record(database: Database, *tokens: Token) -> None:
    with database.transaction() as session:
        for token in tokens:
            record_token(session, token)


def find(database: Database, token_hash: str) -> Token | None:
    with database.transaction() as session:
        return find_token(session, token_hash)


def spend(database: Database, token_hash: str, at: datetime) -> None:
    with database.transaction() as session:
        spend_token(session, token_hash, at)


def test_a_token_comes_back_as_it_was(database: Database) -> None:
    record(database, TOKEN, replace(TOKEN, hash="b" * 64, outbox_id="o2", items=()))
    assert find(database, "a" * 64) == TOKEN
    assert find(database, "c" * 64) is None
    with database.reading() as session:
        assert find_token_of(session, "o1") == TOKEN
        assert find_token_of(session, "o3") is None


def test_a_token_is_spent_once(database: Database) -> None:
    record(database, TOKEN)
    spend(database, TOKEN.hash, NOW)
    spend(database, TOKEN.hash, NOW + timedelta(hours=1))
    assert find(database, TOKEN.hash) == replace(TOKEN, spent_at=NOW)
    with database.reading() as session:
        assert find_token_of(session, "o1") == replace(TOKEN, spent_at=NOW)


def test_spending_what_is_not_there_is_no_trouble(database: Database) -> None:
    spend(database, "c" * 64, NOW)
    assert find(database, "c" * 64) is None
