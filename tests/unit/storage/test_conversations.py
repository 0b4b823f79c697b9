"""Conversations come back as they were, and nobody is shown what was not for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from mailbot.domain.conversation import (
    Batch,
    Conversation,
    ConversationKind,
    ConversationState,
    Message,
    Participant,
    answered,
    closed,
    with_readers,
)
from mailbot.domain.document import StoredFile
from storage.conversations import (
    conversations_about,
    conversations_in,
    conversations_to_remind,
    find_batch,
    find_conversation,
    find_in_batch,
    find_marked,
    find_message,
    messages_about,
    messages_in,
    record_batch,
    record_conversation,
    record_message,
)
from storage.database import Database

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AN, LIES, KARIM = "an@b.example", "lies@k.example", "karim@b.example"
FILE = StoredFile(
    role="attachment", name="a.pdf", media_type="application/pdf", sha256="0", size=1
)


def talk(number: int = 1, **changes: object) -> Conversation:
    made = Conversation(
        id=f"{number:032x}",
        dossier="bakkerij",
        document_id="doc",
        kind=ConversationKind.QUESTION,
        participants=(Participant(email=LIES), Participant(email=AN)),
        waits_for=(AN,),
        asked_by=LIES,
        started_by=LIES,
        started_at=NOW,
        last_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def message(number: int = 1, **changes: object) -> Message:
    made = Message(
        id=f"m{number}",
        dossier="bakkerij",
        document_id="doc",
        at=NOW,
        author=AN,
        text="Werf noord.",
        conversation_id=talk().id,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_conversation_comes_back_as_it_was(database: Database) -> None:
    kept = talk(remind_at=NOW, batch="b1")
    with database.transaction() as session:
        record_conversation(session, kept)
        record_conversation(session, talk(2, dossier="slager", document_id=""))
    with database.reading() as session:
        assert find_conversation(session, kept.id) == kept
        assert find_conversation(session, "elsewhere") is None
        assert conversations_about(session, "doc") == [kept]
        assert conversations_in(session, ["bakkerij"], [ConversationState.OPEN]) == [kept]
        assert conversations_in(session, ["bakkerij"], [ConversationState.CLOSED]) == []
        assert find_in_batch(session, "b1", "bakkerij") == kept
        assert find_in_batch(session, "b1", "slager") is None


def test_a_mark_finds_a_conversation_for_who_takes_part_only(database: Database) -> None:
    with database.transaction() as session:
        record_conversation(session, talk())
        assert find_marked(session, talk().mark, AN) == talk()
        assert find_marked(session, talk().mark, KARIM) is None


def test_what_is_due_is_reminded_and_nothing_else(database: Database) -> None:
    with database.transaction() as session:
        record_conversation(session, talk(1, remind_at=NOW + timedelta(days=1)))
        record_conversation(session, talk(2, remind_at=NOW))
        record_conversation(session, talk(3))
        assert conversations_to_remind(session, NOW) == [talk(2).id]


def test_messages_come_back_with_files_and_private_ones_to_whom_they_are_for(
    database: Database,
) -> None:
    everybody = message(files=(FILE,))
    private = message(2, only_for=(LIES,))
    with database.transaction() as session:
        for each in (everybody, private, everybody):
            record_message(session, each)
        assert messages_in(session, talk().id) == [everybody, private]
        assert messages_about(session, "doc", KARIM) == [everybody]
        assert messages_about(session, "doc", LIES) == [everybody, private]
        assert messages_in(session, talk().id, AN) == [everybody, private]
        assert find_message(session, "m1") == everybody
        assert find_message(session, "") is None


def test_messages_of_the_version_before_are_still_read(database: Database) -> None:
    row = {"id": "old", "dossier": "bakkerij", "document_id": "doc", "author": AN}
    row |= {"recipient": "", "text": "ja", "mail_id": ""}
    at = sa.column("at", sa.DateTime(timezone=True))
    old = sa.table("message", at, *(sa.column(name) for name in row))
    with database.transaction() as session:
        session.execute(sa.insert(old).values({**row, "at": NOW}))
    with database.reading() as session:
        (found,) = messages_about(session, "doc")
    assert (found.text, found.conversation_id, found.only_for, found.files) == ("ja", "", (), ())


def test_a_batch_comes_back_as_it_was(database: Database) -> None:
    batch = Batch(
        id="b1", office="kantoor", by=LIES, at=NOW, dossiers=("a", "b"), texts={"": ("Btw", "Dag")}
    )
    with database.transaction() as session:
        record_batch(session, batch)
        assert find_batch(session, "b1") == batch
        assert find_batch(session, "b2") is None


def test_an_answer_settles_what_was_asked_and_opens_what_was_closed() -> None:
    after = answered(talk(), message(), waits_for=())
    assert (after.state, after.waits_for) == (ConversationState.ANSWERED, ())
    assert [p.answered_at for p in after.participants] == [None, NOW]
    again = answered(closed(after, LIES), message(), waits_for=(LIES,))
    assert (again.state, again.closed_by, again.asked_by) == (ConversationState.OPEN, "", AN)


def test_a_word_of_somebody_who_was_not_asked_leaves_those_waiting_who_were() -> None:
    after = answered(with_readers(talk(), (KARIM,)), message(author=KARIM), waits_for=())
    assert (after.state, after.waits_for) == (ConversationState.OPEN, (AN,))
