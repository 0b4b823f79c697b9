"""What was kept long enough goes, on both databases, and nothing else does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailbot.domain.document import Status
from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import MailState
from storage import retention
from storage.database import Database
from storage.retention import RULES, Limits
from storage.tables import METADATA
from tests.kit.backups import put_row

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
CUT = datetime(2019, 1, 1, tzinfo=UTC)
OLD, YOUNG = CUT - timedelta(days=1), CUT + timedelta(days=1)
LIMITS = Limits(
    now=NOW,
    mails_before=CUT,
    documents_before={"bakkerij": CUT, "slager": CUT, "voor-altijd": None},
    others_before=None,
    on_legal_hold=frozenset({"slager"}),
)


def go(database: Database, name: str, limits: Limits = LIMITS) -> int:
    """Apply one rule as the handler does; return how many rows it found."""
    rule = next(rule for rule in RULES if rule.name == name)
    after, count = None, 0
    while True:
        with database.transaction() as session:
            step = rule.find(session, limits, after)
            if step.keys:
                rule.remove(session, step.keys)
        after, count = step.last, count + len(step.keys)
        if after is None:
            return count


def ids(database: Database, table: str, column: str = "id") -> set[Any]:
    with database.reading() as session:
        key = METADATA.tables[table].c[column]
        return set(session.execute(sa.select(key)).scalars())


def document(session: Session, at: datetime = OLD, **values: Any) -> str:
    made = new_id(at)
    known = {"dossier": "bakkerij", "status": Status.EXPORTED.value, "received_at": at}
    put_row(session, "document", id=made, **{**known, **values})
    return made


def mail(session: Session, at: datetime = OLD, **values: Any) -> str:
    made = new_id(at)
    known = {"dossier": "bakkerij", "state": MailState.READ.value, "received_at": at}
    put_row(session, "mail", id=made, delivery_key=made, **{**known, **values})
    return made


def letter(session: Session, at: datetime = OLD, **values: Any) -> str:
    made = new_id(at)
    known = {"dossier": "bakkerij", "state": "sent", "document_id": ""}
    put_row(session, "outbox", id=made, key=made, **{**known, **values})
    return made


def talk(session: Session, at: datetime = OLD, **values: Any) -> str:
    made = new_id(OLD)
    known = {"dossier": "bakkerij", "state": "closed", "document_id": "", "last_at": at}
    put_row(session, "conversation", id=made, **{**known, **values})
    put_row(session, "message", id=new_id(at), document_id="", conversation_id=made, mail_id="")
    return made


def search_entry(session: Session, key: str, number: int) -> None:
    put_row(session, "search_entry", key=key, number=number)


def test_old_documents_go_and_others_stay(database: Database) -> None:
    with database.transaction() as session:
        gone = {document(session) for _ in range(3)}
        stays = {
            document(session, YOUNG),
            *(document(session, status=status) for status in ("to_approve", "to_export", "inbox")),
            document(session, dossier="slager"),
            document(session, dossier="voor-altijd"),
            document(session, dossier="left-the-office"),
        }
    assert go(database, "documents") == len(gone)
    assert ids(database, "document") == stays
    assert go(database, "documents") == 0


def test_a_document_takes_everything_that_names_it(database: Database) -> None:
    with database.transaction() as session:
        gone, stays = document(session), document(session, YOUNG)
        for number, each in enumerate((gone, stays)):
            about = talk(session, document_id=each)
            search_entry(session, each, 2 * number)
            search_entry(session, about, 2 * number + 1)
            letter(session, document_id=each)
            put_row(session, "approval", document_id=each)
            put_row(session, "export", key=each, document_id=each)
            put_row(session, "change", number=number + 1, document_id=each)
    go(database, "documents")
    for table in ("conversation", "outbox", "approval", "export", "change"):
        assert ids(database, table, "document_id") == {stays}, table
    assert len(ids(database, "message")) == 1
    assert len(ids(database, "search_entry", "key")) == 2


def test_a_statement_takes_its_movements_and_holds_its_mail(database: Database) -> None:
    with database.transaction() as session:
        made = {}
        for at in (OLD, YOUNG):
            brought = mail(session, OLD)
            made[at] = new_id(at)
            known = {"id": made[at], "dossier": "bakkerij", "mail_id": brought, "at": at}
            put_row(session, "bank_statement", **known)
            put_row(session, "bank_movement", key=made[at], statement_id=made[at])
            document_id = document(session)
        put_row(session, "bank_movement", key="m", statement_id="other", document_id=document_id)
    assert go(database, "statements") == 1
    assert ids(database, "bank_statement") == {made[YOUNG]}
    assert go(database, "answers") == 1
    go(database, "documents")
    assert ids(database, "bank_movement", "key") == {made[YOUNG], "m"}


def test_the_mail_of_a_document_stays_as_long_as_it(database: Database) -> None:
    with database.transaction() as session:
        idle, brought, said = mail(session), mail(session), mail(session)
        young, waiting = mail(session, YOUNG), mail(session, state=MailState.ACCEPTED.value)
        held = mail(session, dossier="slager")
        document(session, mail_id=brought)
        put_row(session, "message", id="m", mail_id=said, document_id="", conversation_id=None)
    assert go(database, "answers") == 1
    assert ids(database, "mail") == {brought, said, young, waiting, held}
    go(database, "documents")
    assert go(database, "answers") == 1
    assert idle not in ids(database, "mail")
    assert brought not in ids(database, "mail")


@pytest.mark.parametrize("state", ["repeated", "ignored", "infected"])
def test_mails_that_brought_nothing_go_sooner(state: str, database: Database) -> None:
    with database.transaction() as session:
        mail(session, state=state)
        stays = {
            mail(session, YOUNG, state=state),
            mail(session),
            mail(session, state=state, dossier="slager"),
        }
        brought = mail(session, state=state)
        document(session, mail_id=brought)
    assert go(database, "mails") == 1
    assert ids(database, "mail") == {*stays, brought}


def test_letters_about_no_document_go(database: Database) -> None:
    with database.transaction() as session:
        letter(session)
        letter(session, state="failed")
        stays = {
            letter(session, YOUNG),
            letter(session, document_id="d"),
            letter(session, dossier="slager"),
            *(letter(session, state=state) for state in ("queued", "deferred", "held")),
        }
    assert go(database, "letters") == 2
    assert ids(database, "outbox") == stays


def test_conversations_go_when_they_are_over(database: Database) -> None:
    with database.transaction() as session:
        talk(session)
        stays = {
            talk(session, YOUNG),
            talk(session, state="open"),
            talk(session, document_id="d"),
            talk(session, dossier="slager"),
        }
    assert go(database, "conversations") == 1
    assert ids(database, "conversation") == stays
    assert ids(database, "message", "conversation_id") == stays


EXPIRING: dict[str, tuple[str, str, timedelta]] = {
    "tokens": ("token", "expires_at", YEAR),
    "codes": ("code", "expires_at", timedelta(days=30)),
    "browsers": ("browser", "expires_at", timedelta(days=30)),
    "senders": ("sender_seen", "last_at", 3 * YEAR),
}


@pytest.mark.parametrize("name", EXPIRING)
def test_what_ended_is_forgotten_some_time_later(name: str, database: Database) -> None:
    table, moment, remembered = EXPIRING[name]
    first = next(iter(METADATA.tables[table].primary_key.columns)).name
    a_day = timedelta(days=1)
    with database.transaction() as session:
        put_row(session, table, **{first: "old", moment: NOW - remembered - a_day})
        put_row(session, table, **{first: "young", moment: NOW - remembered + a_day})
    assert go(database, name) == 1
    assert ids(database, table, first) == {"young"}


def test_old_changes_go_from_the_first_on(database: Database) -> None:
    with database.transaction() as session:
        for number, days in enumerate((500, 400, 300, 200), start=1):
            put_row(session, "change", number=number, at=NOW - timedelta(days=days))
    assert go(database, "changes") == 2
    assert ids(database, "change", "number") == {3, 4}


@pytest.mark.parametrize(("name", "make"), [("documents", document), ("letters", letter)])
def test_many_go_some_at_a_time(
    name: str, make: Callable[..., str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_AT_A_TIME", 2)
    with database.transaction() as session:
        stays = [make(session, dossier="slager") for _ in range(3)]
        for _ in range(5):
            make(session)
    assert go(database, name) == 5
    assert ids(database, "document" if name == "documents" else "outbox") == set(stays)


@pytest.mark.parametrize("name", ["senders", "codes"])
def test_many_that_ended_go_some_at_a_time(
    name: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_AT_A_TIME", 2)
    table, moment, _remembered = EXPIRING[name]
    first = next(iter(METADATA.tables[table].primary_key.columns)).name
    with database.transaction() as session:
        for number in range(5):
            put_row(session, table, **{first: str(number), moment: NOW - 9 * YEAR})
    assert go(database, name) == 5
    assert ids(database, table, first) == set()


def test_without_a_limit_nothing_goes(database: Database) -> None:
    with database.transaction() as session:
        document(session)
        mail(session)
        mail(session, state="ignored")
        letter(session)
        talk(session)
    assert sum(go(database, rule.name, Limits(now=OLD)) for rule in RULES) == 0
