"""A bundle is split once, whole or not at all; a person may split what stays whole."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.recognise_document import handle
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import Channel, Envelope, StoredMail
from mailbot.domain.people import JournalKind
from mailbot.recognition.pdf_invoice import read_pdf
from storage.audit import broken_links
from storage.blobs import Blobs
from storage.documents import documents_in, record_document
from storage.mails import record_mail
from tests.kit.browser import NOW, House, open_house
from tests.kit.office import MANAGER
from tests.kit.pdf_builder import belgian_vat, joined_pdf, text_pdf

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
BAKER = {"supplier": "Bakkerij Korenaar NV", "supplier_vat": belgian_vat(5234567)}
BUNDLE = joined_pdf(text_pdf(number="2026-0114"), text_pdf(number="K-55", **BAKER))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def pdf_file(blobs: Blobs, content: bytes) -> StoredFile:
    return StoredFile(
        role="original",
        name="facturen.pdf",
        media_type="application/pdf",
        sha256=blobs.put(content),
        size=len(content),
    )


def received(house: House) -> Document:
    """Keep a bundle that a mail brought and that nobody has read yet."""
    context = house.context
    envelope = Envelope(
        spool_id="0198beef",
        received_at=NOW,
        channel=Channel.SMTP,
        envelope_sender=SUPPLIER,
        envelope_recipients=(PURCHASE,),
    )
    mail = StoredMail(
        id=context.new_id(),
        envelope=envelope,
        envelope_recipient=PURCHASE,
        sender=SUPPLIER,
        sha256=context.blobs.put(b"From: facturen@drukkerij.example\n\nIn bijlage."),
    )
    document = Document(
        id=context.new_id(),
        dossier="bakkerij",
        kind=JournalKind.PURCHASE,
        status=Status.RECEIVED,
        received_at=NOW,
        mail_id=mail.id,
        delivered_by=SUPPLIER,
        files=(pdf_file(context.blobs, BUNDLE),),
    )
    with context.transaction() as unit:
        record_mail(unit.session, mail, delivery_key="a")
        record_document(unit.session, document)
    return document


def documents(house: House) -> dict[str, Status]:
    with house.context.database.reading() as session:
        found = documents_in(session, ["bakkerij"], Status)
        assert not list(broken_links(session))
        return {document.title: document.status for document in found}


def test_a_job_that_runs_again_splits_nothing_twice(house: House) -> None:
    document = received(house)
    job = Job(key="a", kind=JobKind.RECOGNISE_DOCUMENT, ids={"document": document.id})
    for _ in range(2):
        handle(house.context, job)
    assert documents(house) == {
        "": Status.SPLIT,
        "facturen (1).pdf": Status.RECEIVED,
        "facturen (2).pdf": Status.RECEIVED,
    }


def test_when_the_commit_fails_nothing_is_split(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = received(house)
    monkeypatch.setattr("handlers.splitting.change_status", _fails)
    with pytest.raises(RuntimeError):
        handle(
            house.context,
            Job(key="a", kind=JobKind.RECOGNISE_DOCUMENT, ids={"document": document.id}),
        )
    assert documents(house) == {"": Status.RECEIVED}


def _fails(*_: object, **__: object) -> None:
    raise RuntimeError("the machine stops here")


def test_a_person_splits_once(house: House) -> None:
    files = (pdf_file(house.context.blobs, BUNDLE),)
    document = house.invoice(files=files, status=Status.TO_REVIEW)
    token = house.letter(document, MANAGER, Shown.REVIEW)
    split = Command(verb=Verb.SPLIT, args={"pages": "1,2"})
    said = [house.send_form(token, split)[0].sentence for _ in range(2)]
    assert said == ["split", "status_forbids"]
    assert sorted(documents(house).values()) == [Status.RECEIVED, Status.RECEIVED, Status.SPLIT]


def test_a_part_is_no_duplicate_of_the_document_that_it_was_cut_out_of(house: House) -> None:
    invoice = read_pdf(text_pdf(number="2026-0114")).invoice
    document = replace(received(house), status=Status.TO_REVIEW, invoice=invoice)
    with house.context.transaction() as unit:
        record_document(unit.session, document)
    token = house.letter(document, MANAGER, Shown.REVIEW)
    house.send_form(token, Command(verb=Verb.SPLIT, args={"pages": "1,2"}))
    with house.context.database.reading() as session:
        parts = documents_in(session, ["bakkerij"], [Status.RECEIVED])
    for part in parts:
        ids = {"document": part.id}
        handle(house.context, Job(key=part.id, kind=JobKind.RECOGNISE_DOCUMENT, ids=ids))
    with house.context.database.reading() as session:
        read = [d for d in documents_in(session, ["bakkerij"], Status) if d.split_from]
    assert {d.invoice.invoice_number for d in read if d.invoice} == {"2026-0114", "K-55"}
    assert not any(d.warns("duplicate_invoice", "duplicate_message") for d in read)


@pytest.mark.parametrize("pages", ["", "1", "1-5", "2,1"])
def test_pages_that_do_not_fit_are_refused(house: House, pages: str) -> None:
    document = house.invoice(files=(pdf_file(house.context.blobs, BUNDLE),))
    token = house.letter(document)
    split = Command(verb=Verb.SPLIT, args={"pages": pages})
    (outcome,) = house.send_form(token, split)
    assert (outcome.sentence, outcome.is_done) == ("bad_value", False)
    assert list(documents(house).values()) == [Status.TO_APPROVE]


def test_what_is_no_pdf_cannot_be_split(house: House) -> None:
    document = house.invoice(files=(pdf_file(house.context.blobs, b"<Invoice/>"),))
    token = house.letter(document)
    split = Command(verb=Verb.SPLIT, args={"pages": "1,2"})
    assert house.send_form(token, split)[0].sentence == "bad_value"
