"""Documents and mails: found again whatever people wrote, on both databases."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.mail import Channel, Envelope, MailState, StoredMail
from storage.database import Database
from storage.documents import (
    documents_in,
    documents_of_mail,
    documents_on_hold,
    find_document,
    find_export,
    get_document,
    look_alikes,
    number_key,
    record_document,
    record_export,
    status_counts,
    supplier_key,
)
from storage.mails import (
    find_delivery,
    find_earlier_copy,
    find_mail,
    get_mail,
    record_mail,
    update_mail,
)
from tests.kit.letters import INVOICE, a_document, certain

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def keep(database: Database, *documents: Document) -> None:
    with database.transaction() as session:
        for document in documents:
            record_document(session, document)


def document(number: int, **changes: object) -> Document:
    file = StoredFile(
        role="original", name="f.pdf", media_type="application/pdf", sha256=f"{number:064}", size=1
    )
    return a_document(**{"id": f"d{number}", "files": (file,), **changes})


def test_a_document_comes_back_as_it_was(database: Database) -> None:
    kept = document(1, labels=("één", "#2"))
    keep(database, kept)
    with database.transaction() as session:
        assert find_document(session, "d1") == kept
        assert find_document(session, "d1", is_locked=False) == kept
        assert get_document(session, "d1") == kept
        assert find_document(session, "d2") is None
        with pytest.raises(KeyError):
            get_document(session, "d2")
    changed = replace(kept, status=Status.TO_REVIEW, version=2)
    keep(database, changed)
    with database.reading() as session:
        assert documents_of_mail(session, kept.mail_id) == [changed]
        assert status_counts(session) == {"to_review": 1}


def test_lists_by_dossier_and_status(database: Database) -> None:
    first, second = document(1), document(2, status=Status.INBOX, on_hold=True)
    other = document(3, dossier="slager")
    keep(database, second, other, first)
    both = [Status.TO_APPROVE, Status.INBOX]
    with database.reading() as session:
        assert documents_in(session, ["bakkerij"], both) == [first, second]
        assert documents_in(session, ["bakkerij", "slager"], [Status.TO_APPROVE]) == [first, other]
        assert documents_in(session, [], both) == []
        assert documents_in(session, ["bakkerij"], []) == []
        assert documents_on_hold(session) == [second]


def of_supplier(number: int, **changes: object) -> Document:
    return document(number, invoice=replace(certain(INVOICE), **changes))  # type: ignore[arg-type]


def test_look_alikes_share_file_supplier_or_number(database: Database) -> None:
    me = of_supplier(1)
    other_firm = {"supplier_vat": None, "supplier_name": "Slagerij Bos"}
    same_supplier = of_supplier(2, invoice_number="9")
    same_number = of_supplier(3, invoice_number="0002026/114 ", **other_firm)
    nothing = of_supplier(4, invoice_number="10", **other_firm)
    same_file = replace(nothing, id="d5", files=me.files)
    elsewhere = replace(of_supplier(6), dossier="slager")
    deleted = replace(of_supplier(7), status=Status.DELETED)
    keep(database, me, same_supplier, same_number, nothing, same_file, elsewhere, deleted)
    with database.reading() as session:
        assert {d.id for d in look_alikes(session, me)} == {"d2", "d3", "d5"}
        unread = replace(me, invoice=None)
        assert {d.id for d in look_alikes(session, unread)} == {"d5"}


def test_an_old_invoice_of_a_busy_supplier_is_found_by_its_number(database: Database) -> None:
    old = of_supplier(1)
    newer = [of_supplier(n, invoice_number=f"N{n}") for n in range(10, 80)]
    keep(database, replace(old, id="d01"), *newer)
    with database.reading() as session:
        found = [d.id for d in look_alikes(session, replace(old, id="d99"))]
    assert "d01" in found
    assert "d79" in found


@pytest.mark.parametrize(
    ("number", "key"),
    [("2026-114", "2026114"), ("F 00/12_a", "f0012a"), ("000-7", "7"), ("", ""), (None, "")],
)
def test_numbers_are_compared_without_what_people_write_in_different_ways(
    number: str | None, key: str
) -> None:
    assert number_key(number) == key


def test_a_supplier_is_his_vat_number_else_his_name() -> None:
    assert supplier_key(of_supplier(1)) == "BE0456123791"
    unnamed = of_supplier(1, supplier_vat=None, supplier_name="Drukkerij  VOORBEELD, bv.")
    assert supplier_key(unnamed) == "drukkerijvoorbeeldbv"
    assert supplier_key(document(1, invoice=None)) == ""


def _noise(length: int) -> str:
    """Return letters that no index can press together."""
    digits = "".join(f"{(n * 2654435761) % 4294967296:08x}" for n in range(length // 8 + 1))
    return digits[:length]


def test_values_as_long_as_a_hostile_sender_likes(database: Database) -> None:
    """An index of PostgreSQL takes no row above 2 704 bytes."""
    long = of_supplier(
        1,
        supplier_vat=_noise(9000),
        supplier_name=_noise(9000),
        invoice_number=_noise(9000),
        total_incl=Decimal("999999999999.99"),
    )
    keep(database, long)
    with database.transaction() as session:
        assert get_document(session, "d1") == long
        assert look_alikes(session, replace(long, id="d2")) == [long]


def test_a_document_is_changed_by_one_at_a_time(database: Database) -> None:
    keep(database, document(1))
    begin = threading.Barrier(3)

    def add(label: str) -> None:
        begin.wait()
        with database.transaction() as session:
            found = get_document(session, "d1")
            record_document(session, replace(found, labels=(*found.labels, label)))

    threads = [threading.Thread(target=add, args=(label,)) for label in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        found = find_document(session, "d1", is_locked=False)
    assert found is not None
    assert sorted(found.labels) == ["a", "b", "c"]


def test_an_export_is_remembered_by_its_key(database: Database) -> None:
    with database.transaction() as session:
        assert find_export(session, "k") is None
        record_export(
            session, "k", document_id="d1", connector="csv", at=NOW, names=["a.csv", "b.pdf"]
        )
    with database.reading() as session:
        assert find_export(session, "k") == ["a.csv", "b.pdf"]


def mail(number: int, **changes: object) -> StoredMail:
    envelope = Envelope(
        spool_id=f"s{number}",
        received_at=NOW + timedelta(seconds=number),
        channel=Channel.SMTP,
        envelope_sender="a@b.example",
        envelope_recipients=("x@in.example",),
    )
    made = StoredMail(
        id=f"m{number}", envelope=envelope, envelope_recipient="x@in.example", sha256=str(number)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def receive(database: Database, stored: StoredMail, learnt: StoredMail | None = None) -> None:
    with database.transaction() as session:
        record_mail(session, stored, delivery_key=f"{stored.envelope.spool_id}:x@in.example")
        update_mail(session, learnt or stored)


def test_a_mail_is_found_by_each_of_its_names(database: Database) -> None:
    learnt = mail(1, message_id="<1@b.example>", subject="Café", state=MailState.READ)
    receive(database, mail(1), learnt)
    with database.reading() as session:
        for name in ("m1", "s1", "<1@b.example>", "1"):
            assert find_mail(session, name) == learnt, name
        assert find_mail(session, "m2") is None
        assert find_delivery(session, "s1:x@in.example") == learnt
        assert get_mail(session, "m1") == learnt
        with pytest.raises(KeyError):
            get_mail(session, "m2")


@pytest.mark.parametrize(
    ("changes", "is_copy"),
    [
        ({"message_id": "<1@b.example>"}, True),
        ({"sha256": "1"}, True),
        ({"message_id": ""}, False),
        ({"message_id": "<1@b.example>", "envelope_recipient": "y@in.example"}, False),
    ],
)
def test_a_copy_is_the_same_mail_to_the_same_address(
    database: Database, changes: dict[str, str], is_copy: bool
) -> None:
    first = mail(1, message_id="<1@b.example>")
    receive(database, first)
    second = mail(2, **changes)
    receive(database, second)
    with database.reading() as session:
        assert find_earlier_copy(session, second) is None, "neither was routed yet"
    routed = replace(first, state=MailState.READ)
    with database.transaction() as session:
        update_mail(session, routed)
    with database.reading() as session:
        assert find_earlier_copy(session, second) == (routed if is_copy else None)
        assert find_earlier_copy(session, routed) is None


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\U0001f4a9", "x" * 20_000], ids=ascii)
def test_whatever_a_header_says_can_be_kept(database: Database, text: str) -> None:
    learnt = mail(1, subject=text, sender=f"{text}@b.example", message_id=f"<{text}>")
    receive(database, mail(1), learnt)
    with database.reading() as session:
        assert get_mail(session, "m1").envelope == learnt.envelope


def test_a_long_message_id_still_tells_copies(database: Database) -> None:
    first, other = f"<{_noise(9000)}@b.example>", f"<{_noise(9000)}@c.example>"
    read = mail(1, message_id=first, state=MailState.READ)
    receive(database, mail(1, message_id=first), read)
    receive(database, mail(2, message_id=other))
    receive(database, mail(3, message_id=first))
    with database.reading() as session:
        assert find_earlier_copy(session, mail(2, message_id=other)) is None
        assert find_earlier_copy(session, mail(3, message_id=first)) is not None
        assert find_mail(session, first) is not None
