"""What is found by which words, on both databases, and by whom."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlmodel import Session

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.conversation import Conversation, ConversationKind, Message, Participant
from mailbot.domain.document import Document, Note, Status
from mailbot.domain.identifiers import new_id
from mailbot.domain.mail import Channel, Envelope, StoredMail
from mailbot.domain.search import SearchQuery, Sight, with_dossiers
from mailbot.mail.search_words import read_search
from storage.approvals import record_approvals
from storage.conversations import record_conversation, record_message
from storage.database import Database
from storage.definitions import save_definition
from storage.documents import record_document
from storage.mails import record_mail, update_mail
from storage.search import find_entries
from storage.search_index import index_text, index_written, unread_documents
from tests.kit.letters import INVOICE, a_document
from tests.kit.office import make_definition, make_dossier

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OFFICE = Sight(office="kantoor", is_office=True)
ALL = Sight()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    butcher = make_dossier("slager", "0456123791", name="Slagerij Bos NV")
    with database.transaction() as opened:
        save_definition(opened, make_definition(make_dossier(), butcher))
        yield opened


def keep(session: Session, document: Document, text: str = "") -> Document:
    record_document(session, document)
    index_text(session, document.id, text)
    return document


def found(
    session: Session, text: str | SearchQuery, sight: Sight = OFFICE, limit: int = 10
) -> list[str]:
    query = text if isinstance(text, SearchQuery) else read_search(text)
    return [hit.id for hit in find_entries(session, query, sight, limit=limit, today=TODAY)]


#: what is typed -> whether the invoice of tests/kit/letters.py, on which `PAGE` stands, is found
PAGE = "Levering van 500 folders „Herfst” in zwart-wit, Krüger & Søn, order 77/B"
TYPED = [
    ("drukkerij", True),
    ("DRUKKERIJ voorbeeld", True),
    ("Drukkerij Voorbeeld bv", True),
    ("bakkerij korenaar", True),
    ("imprimerie", False),
    ("kruger", True),
    ("KRÜGER", True),
    ("zwart-wit", True),
    ("wit-zwart", False),
    ('"folders herfst"', True),
    ('"herfst folders"', False),
    ("herfst folders", True),
    ("“folders herfst”", True),
    ("2026-114", True),
    ("2026/114", True),
    ("2026114", True),
    ("2026-115", False),
    ("605,00", True),
    ("€605", True),
    ("605.00 EUR", True),
    ("-605,00", True),
    ("500,00", True),
    ("606,00", False),
    ("+++123/4567/89002+++", True),
    ("123456789002", True),
    ("BE0456.123.791", True),
    ("0456.123.791", True),
    ("BE17 1234 5678 1212", False),
    ("BE17123456781212", True),
    ("november 2026", True),
    ("nov. 2026", True),
    ("maart 2026", False),
    ("drukkerij novembre 2026", True),
    ("11/2026", True),
    ("2026", True),
    ("2025", False),
    ("13/11/2026", True),
    ("12/11/2026", False),
    ("de factuur van de drukkerij", True),
    ("order 77/B", True),
    ("drukkerij -- ; ' OR NOT", False),
    ("drukkerij ' --", True),
    ("", False),
    ("***", False),
    ("factuur", True),
]


def test_what_people_type(session: Session) -> None:
    keep(session, a_document(id="d1"), f"FACTUUR {PAGE}")
    said = [(typed, bool(found(session, typed))) for typed, _ in TYPED]
    assert said == TYPED


def test_a_word_in_quotes_says_what_is_ignored_otherwise(session: Session) -> None:
    keep(session, a_document(id="d1"), "van een drukkerij")
    keep(session, a_document(id="d2"), "drukkerij")
    assert found(session, '"van een"') == ["d1"]
    assert sorted(found(session, "van een drukkerij")) == ["d1", "d2"]


def test_the_newest_stands_first_and_the_limit_holds(session: Session) -> None:
    for day in (3, 1, 2):
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        keep(session, a_document(id=f"d{day}", received_at=at), "folders")
    old = datetime(2019, 1, 1, 12, tzinfo=UTC)
    keep(session, a_document(id="old", received_at=old), "folders")
    assert found(session, "folders") == ["d3", "d2", "d1", "old"]
    assert found(session, "folders", limit=2) == ["d3", "d2"]


def test_what_came_in_one_millisecond_is_all_found(session: Session) -> None:
    numbers: dict[int, list[str]] = {}
    for each in (new_id(NOON) for _ in range(2000)):
        numbers.setdefault(zlib.crc32(each.encode()) % (1 << 15), []).append(each)
    ids = max(numbers.values(), key=len)
    assert len(ids) > 1
    for each in ids:
        record_document(session, a_document(id=each))
    assert sorted(found(session, "drukkerij")) == sorted(ids)


def test_a_document_is_found_as_it_is_now(session: Session) -> None:
    document = keep(session, a_document(id="d1"), "page")
    note = Note(at=NOON, by="an@bakkerij.example", text="voor de Noordzeewerf")
    changed = replace(INVOICE, total_incl=Decimal("700.10"), supplier_name="Garage Snel")
    record_document(session, replace(document, invoice=changed, notes=(note,)))
    assert found(session, "noordzeewerf garage 700,10 page") == ["d1"]
    assert found(session, "voorbeeld") == []
    record_document(session, replace(document, status=Status.DELETED))
    assert found(session, "page") == []
    record_document(session, document)
    assert found(session, "page voorbeeld") == ["d1"]


def test_the_words_of_its_mail_lead_to_a_document(session: Session) -> None:
    envelope = Envelope(
        spool_id="s",
        received_at=NOON,
        channel=Channel.SMTP,
        envelope_sender="a@b.example",
        envelope_recipients=("aankoop-0400000185@in.example",),
        client_address="192.0.2.7",
    )
    mail = StoredMail(id="m1", envelope=envelope, envelope_recipient="x@in.example", sha256="0")
    record_mail(session, mail, delivery_key="k")
    update_mail(session, replace(mail, subject="Werf Zandhoven", sender="piet@b.example"))
    keep(session, a_document(id="d1", mail_id="m1"))
    index_written(session, "d1", "Beste, hierbij onze eindafrekening.\n\nGroeten, Pïet")
    for typed in (
        "zandhoven",
        "piet@b.example",
        "eindafrekening groeten",
        '"onze eindafrekening"',
    ):
        assert found(session, typed) == ["d1"], typed


def test_nobody_finds_what_is_not_theirs(session: Session) -> None:
    keep(session, a_document(id="d1"), "folders")
    keep(session, a_document(id="d2", dossier="slager"), "folders")
    asked = Approval(document_id="d2", rule="r", approver="karim@b.example", mode="all", version=1)
    record_approvals(session, [asked])
    karim = "karim@b.example"
    sight = Sight(office="kantoor", reader=karim, asked=(karim,))
    cases = [
        (ALL, ["d2", "d1"]),
        (OFFICE, ["d2", "d1"]),
        (Sight(office="elders", is_office=True), []),
        (replace(sight, dossiers=("bakkerij",)), ["d1"]),
        (replace(sight, dossiers=("bakkerij", "slager")), ["d2", "d1"]),
        (replace(sight, asked_in=("bakkerij",)), []),
        (replace(sight, asked_in=("slager",)), ["d2"]),
        (replace(sight, asked_in=("bakkerij", "slager")), ["d2"]),
        (Sight(office="kantoor", reader="eve@b.example", asked_in=("slager",)), []),
        (Sight(office="kantoor", reader="eve@b.example"), []),
    ]
    for each, expected in cases:
        assert sorted(found(session, "folders", each)) == sorted(expected), each


def test_a_dossier_that_moved_is_found_by_no_other_office(session: Session) -> None:
    keep(session, a_document(id="d1"), "folders")
    other = make_definition(make_dossier(office="elders"))
    office = replace(other.office, code="elders")
    save_definition(session, replace(other, office=office))
    assert found(session, "folders") == []


def test_conversations_are_found_by_who_reads_along(session: Session) -> None:
    people = (Participant(email="an@b.example"), Participant(email="lies@kantoor.example"))
    talk = Conversation(
        id="c1",
        dossier="bakkerij",
        subject="Leasing bestelwagen",
        kind=ConversationKind.QUESTION,
        participants=people,
        started_by="lies@kantoor.example",
        started_at=NOON,
        last_at=NOON,
    )
    record_conversation(session, talk)
    said = Message(
        id="m1",
        dossier="bakkerij",
        conversation_id="c1",
        at=NOON,
        author="an@b.example",
        text="De nummerplaat is 1-ABC-234",
    )
    record_message(session, said)
    record_message(session, said)
    hidden = replace(said, id="m2", text="tussen ons: geheimpje", only_for=("an@b.example",))
    record_message(session, hidden)
    an = Sight(office="kantoor", reader="an@b.example", asked_in=("bakkerij",))
    karim = replace(an, reader="karim@b.example", dossiers=("bakkerij",))
    assert found(session, "bestelwagen 1-ABC-234", an) == ["c1"]
    assert found(session, "bestelwagen", OFFICE) == ["c1"]
    assert found(session, "bestelwagen", karim) == []
    assert found(session, "geheimpje", ALL) == []


def test_a_word_of_a_dossier_stands_for_all_of_it(session: Session) -> None:
    keep(session, a_document(id="d1", invoice=None), "folders")
    keep(session, a_document(id="d2", invoice=None, dossier="slager"), "folders")
    names = {"bakkerij": "Bakkerij Peeters BV", "slager": "Slagerij Bos NV"}
    for typed, expected in (("slager folders", ["d2"]), ("peeters", ["d1"]), ("bos peeters", [])):
        assert found(session, with_dossiers(read_search(typed), names)) == expected, typed


def test_a_query_without_words_finds_nothing(session: Session) -> None:
    keep(session, a_document(id="d1"))
    assert found(session, SearchQuery(text="", terms=()), ALL) == []


def test_what_was_never_read_for_it_is_known(session: Session) -> None:
    keep(session, a_document(id="d1"), "")
    record_document(session, a_document(id="d2"))
    record_document(session, a_document(id="d3", status=Status.RECEIVED))
    assert [d.id for d in unread_documents(session, "", 10)] == ["d2"]
    assert unread_documents(session, "d2", 10) == []


@pytest.mark.feature("CF-APPR-18")
def test_where_the_approval_stands(session: Session) -> None:
    """By its words alone, together with others, and whatever else may be seen."""
    statuses = (Status.TO_APPROVE, Status.TO_APPROVE, Status.REJECTED, Status.TO_REVIEW)
    for number, status in enumerate(statuses, start=1):
        keep(session, a_document(id=f"d{number}", status=status))
    part = Approval(document_id="d1", rule="r", approver="an@b.example", mode="all", version=1)
    instead = replace(part, document_id="d2", approver="x@b.example", escalated_to="an@b.example")
    given = replace(part, document_id="d4", state=ApprovalState.APPROVED)
    record_approvals(session, [part, instead, given])
    for text, expected in (
        ("goedkeuring:open", ["d2", "d1"]),
        ("goedkeuring: mij", ["d2", "d1"]),
        ("Freigabe:abgelehnt", ["d3"]),
        ("approval:ok drukkerij", ["d4"]),
        ("approbation:ok slagerij", []),
    ):
        query = replace(read_search(text), approvers=("an@b.example",))
        assert found(session, query) == expected, text
    assert (
        found(session, "goedkeuring:open", Sight(office="kantoor", reader="eve@x.example")) == []
    )
    assert found(session, "goedkeuring:open", ALL) == []
