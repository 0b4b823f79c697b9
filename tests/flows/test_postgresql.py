"""What only PostgreSQL, and several transactions at once, can show."""

import smtplib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers import export_booking
from handlers.context import Context
from mailbot.domain.document import Document, Status
from mailbot.domain.job import Job, JobKind
from mailbot.domain.people import Export
from mailbot.entrypoints.app import close_context, open_context
from mailbot.settings import Settings
from storage.definitions import save_definition
from storage.documents import get_document, record_document
from tests.kit.letters import a_document
from tests.kit.office import MANAGER, make_definition, make_dossier
from tests.kit.postgres import Postgres
from tests.kit.story import Story
from tests.kit.structured_builders import Sample, build_ubl

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
WINBOOKS = Export(connector="winbooks", delivery="folder")


def ubl(number: str) -> tuple[str, str, bytes]:
    """Return an invoice of its own as a file of a mail."""
    sample = Sample(customer_vat="BE0400000185", number=number)
    return f"{number}.xml", "application/xml", build_ubl(sample)


def test_a_mail_of_which_every_header_is_hostile_is_read(tmp_path: Path) -> None:
    """NUL, half a letter of UTF-16, and a Message-ID longer than an index takes."""
    name, kind, content = ubl("2026-114")
    lines = [
        f"From: {SUPPLIER}",
        f"To: {PURCHASE}",
        "Subject: =?utf-8?Q?a=00b?= =?utf-7?Q?+2AA-?=",
        f"Message-ID: <{'0123456789abcdef' * 300}@drukkerij.example>",
        f"Content-Type: {kind}",
        f'Content-Disposition: attachment; filename="{name}"',
        "",
        content.decode(),
    ]
    with Story(tmp_path, make_definition()) as story:
        with smtplib.SMTP("127.0.0.1", story.smtp_port, timeout=30) as client:
            client.sendmail(SUPPLIER, [PURCHASE], "\n".join(lines).encode())
        story.expect(MANAGER, "2026-114")


@pytest.mark.feature("CF-JRN-07")
def test_winbooks_gets_a_number_for_each_booking(tmp_path: Path) -> None:
    with Story(tmp_path, make_definition(make_dossier(export=WINBOOKS))) as story:
        numbers = []
        for number in ("2026-114", "2026-115"):
            story.say(SUPPLIER, PURCHASE, files=[ubl(number)])
            story.reply(story.expect(MANAGER, number), "ok")
            story.expect(MANAGER, number)
            story.settle()
            booked = story.documents("bakkerij", [Status.EXPORTED])[-1].booking
            assert booked is not None
            numbers.append(booked.number)
        assert numbers == ["2600001", "2600002"]
        folders = sorted((tmp_path / "exports" / "bakkerij").iterdir())
        told_numbers = [
            (folder / "act.txt").read_text("cp1252").splitlines()[0].split(",")[3]
            for folder in folders
        ]
        assert told_numbers == ['"2600001"', '"2600002"']
        assert all((folder / "csf.txt").exists() for folder in folders)


@pytest.fixture
def context(tmp_path: Path, postgres: Postgres) -> Iterator[Context]:
    """Give an office that books in WinBooks, on PostgreSQL."""
    settings = Settings(
        service={"data": tmp_path},  # type: ignore[arg-type]
        database={"url": postgres.new_database()},  # type: ignore[arg-type]
    )
    opened = open_context(settings)
    with opened.transaction() as unit:
        save_definition(unit.session, make_definition(make_dossier(export=WINBOOKS)))
    yield opened
    close_context(opened)


def test_exports_at_once_never_get_the_same_number(context: Context) -> None:
    ids = [_waiting(context, number).id for number in range(6)]
    begin = threading.Barrier(len(ids))
    failures: list[BaseException] = []

    def export(document_id: str) -> None:
        try:
            begin.wait()
            job = Job(key=document_id, kind=JobKind.EXPORT_BOOKING, ids={"document": document_id})
            export_booking.handle(context, job)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=export, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(_number(context, each) for each in ids) == [f"260000{n}" for n in range(1, 7)]


def _waiting(context: Context, number: int) -> Document:
    """Keep a document that waits for its export."""
    document = a_document(id=f"d{number}", status=Status.TO_EXPORT, welcome=True, sent=True)
    invoice, booking, file = document.invoice, document.booking, document.original
    assert invoice is not None
    assert booking is not None
    content = f"%PDF-1.7 {number}".encode()
    document = replace(
        document,
        files=(replace(file, sha256=context.blobs.put(content), size=len(content)),),
        invoice=replace(invoice, invoice_number=f"F{number}"),
        booking=replace(booking, key=document.id, journal="AK", invoice_number=f"F{number}"),
    )
    with context.transaction() as unit:
        record_document(unit.session, document)
    return document


def _number(context: Context, document_id: str) -> str:
    with context.database.transaction() as session:
        document = get_document(session, document_id)
    assert document.status is Status.EXPORTED, document.export_problem
    assert document.booking is not None
    return document.booking.number
