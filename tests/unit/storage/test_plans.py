"""Nothing that mailbot asks all day looks at every row: each has its index, on both databases."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailbot.domain.conversation import ConversationState
from mailbot.domain.document import Document, Status
from mailbot.domain.mail import Channel, Envelope, StoredMail
from mailbot.domain.search import Sight
from mailbot.mail.search_words import read_search
from storage.approvals import approvals_of, open_approvals_by
from storage.audit import events_about, last_event
from storage.conversations import conversations_in, messages_about, messages_in
from storage.database import Database
from storage.definitions import dossiers_of, find_dossier
from storage.documents import documents_in, documents_of_mail, find_document, look_alikes
from storage.mails import find_earlier_copy
from storage.outbox import (
    claim_entries,
    count_answers,
    entries_about,
    find_entry_for,
    find_entry_from,
    has_message_id,
    waiting_entries,
)
from storage.search import find_entries
from storage.senders import proved_domains, seen_with_address, seen_with_name
from storage.tokens import find_token, find_token_of
from tests.kit.letters import a_document

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DOCUMENT: Document = a_document(id="d1")
MAIL = StoredMail(
    id="m1",
    envelope=Envelope(
        spool_id="s",
        received_at=NOON,
        channel=Channel.SMTP,
        envelope_sender="a@b.example",
        envelope_recipients=("x@in.example",),
        client_address="192.0.2.7",
    ),
    envelope_recipient="x@in.example",
    message_id="<a@b.example>",
    sha256="0",
)
KEPT = ("bakkerij", "slager")
SIGHTS = {
    "the office": Sight(office="kantoor", is_office=True),
    "a client": Sight(office="kantoor", reader="an@b.example", dossiers=KEPT),
    "an approver": Sight(
        office="kantoor", reader="an@b.example", asked_in=KEPT, asked=("an@b.example",)
    ),
}


def search(sight: Sight) -> Callable[[Session], object]:
    query = read_search('drukkerij "te betalen" 1.263,00 maart 2026')
    return lambda s: find_entries(s, query, sight, limit=11, today=date(2026, 11, 20))


ASKED: dict[str, Callable[[Session], object]] = {
    "worklist": lambda s: documents_in(s, KEPT, [Status.TO_REVIEW]),
    "document": lambda s: find_document(s, "d1"),
    "documents of a mail": lambda s: documents_of_mail(s, "m1"),
    "duplicates": lambda s: look_alikes(s, DOCUMENT),
    "earlier copy": lambda s: find_earlier_copy(s, MAIL),
    "token": lambda s: find_token(s, "0"),
    "token of a letter": lambda s: find_token_of(s, "o1"),
    "approvals": lambda s: approvals_of(s, "d1"),
    "approvals of somebody": lambda s: open_approvals_by(s, "an@b.example"),
    "events": lambda s: events_about(s, "d1"),
    "last event": last_event,
    "outbox, claim": lambda s: claim_entries(s, NOON, NOON),
    "outbox, waiting": lambda s: waiting_entries(s, NOON),
    "outbox, answers": lambda s: count_answers(s, "an@b.example", NOON),
    "outbox, cause": lambda s: find_entry_for(s, "approval:d1"),
    "outbox, bounce": lambda s: find_entry_from(s, "b.x@in.example"),
    "outbox, ours": lambda s: has_message_id(s, "<x@in.example>"),
    "outbox, document": lambda s: entries_about(s, "d1"),
    "dossier": lambda s: find_dossier(s, "bakkerij"),
    "dossiers of somebody": lambda s: dossiers_of(s, "an@b.example"),
    "conversations": lambda s: conversations_in(s, KEPT, [ConversationState.OPEN]),
    "messages of a document": lambda s: messages_about(s, "d1"),
    "messages": lambda s: messages_in(s, "c1"),
    "senders, address": lambda s: seen_with_address(s, "k", "a@b.example", before_mail="m"),
    "senders, name": lambda s: seen_with_name(s, "k", "jan", before_mail="m"),
    "senders, domains": lambda s: proved_domains(s, "k", before_mail="m"),
    **{f"search of {name}": search(sight) for name, sight in SIGHTS.items()},
}


@pytest.fixture
def plans(database: Database) -> Iterator[Callable[[Callable[[Session], object]], list[str]]]:
    """Give what says how the database answers what is asked."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            # the tables are empty: reading all of nothing would be quickest
            connection.exec_driver_sql("SET enable_seqscan = off")
        asked: list[tuple[str, object]] = []

        def keep(_connection: object, _cursor: object, *said: object) -> None:
            statement, parameters, *_rest = said
            if str(statement).lstrip().startswith(("SELECT", "WITH")):
                asked.append((str(statement), parameters))

        def plans_of(ask: Callable[[Session], object]) -> list[str]:
            asked.clear()
            sa.event.listen(connection, "before_cursor_execute", keep)
            with Session(connection) as session:
                ask(session)
            sa.event.remove(connection, "before_cursor_execute", keep)
            return [
                line
                for statement, parameters in list(asked)
                for line in _explained(connection, f"{explain}{statement}", parameters)
            ]

        yield plans_of


def _explained(connection: sa.Connection, statement: str, parameters: object) -> list[str]:
    rows = connection.exec_driver_sql(statement, parameters)  # type: ignore[arg-type]
    return [str(row[-1]).strip() for row in rows]


def _reads_all(line: str) -> bool:
    if line.startswith("SCAN"):
        # by words, a list that is empty, and the newest event: the last row
        return not line.startswith(("SCAN w VIRTUAL", "SCAN CONSTANT", "SCAN (", "SCAN audit"))
    return "Seq Scan" in line


def test_nothing_that_is_asked_all_day_reads_every_row(
    plans: Callable[[Callable[[Session], object]], list[str]],
) -> None:
    found = {name: plans(ask) for name, ask in ASKED.items()}
    assert all(found.values()), "each was explained"
    wrong = {name: plan for name, plan in found.items() if any(map(_reads_all, plan))}
    assert not wrong


def test_the_sender_looks_at_what_waits_alone(
    plans: Callable[[Callable[[Session], object]], list[str]],
) -> None:
    said = " ".join(plans(ASKED["outbox, claim"]))
    # SQLite, which never counts its rows, sorts the few in these states
    assert "ix_outbox_waiting" in said or "SEARCH outbox USING INDEX ix_outbox_state" in said


def test_the_words_lead_to_what_is_found(
    plans: Callable[[Callable[[Session], object]], list[str]],
) -> None:
    for name in SIGHTS:
        said = " ".join(plans(ASKED[f"search of {name}"]))
        assert "VIRTUAL TABLE INDEX" in said or "ix_search_entry_words" in said
