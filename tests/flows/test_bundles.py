"""Stories of files that hold several documents: split by themselves, asked, or left whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.recognition.page_cut import count_pages
from storage.audit import events_about
from tests.kit.office import MANAGER, OWNER, make_definition, make_dossier
from tests.kit.pdf_builder import belgian_vat, joined_pdf, lines_pdf, text_pdf
from tests.kit.story import Story

SUPPLIER = "facturen@drukkerij.example"
PURCHASE = "aankoop-0400000185@in.example"
OURS = "BE0400000185"
BAKER = {"supplier": "Bakkerij Korenaar NV", "supplier_vat": belgian_vat(5234567)}
REMINDER = lines_pdf(
    [
        [
            "Bakkerij Korenaar NV",
            "Herinnering",
            "Factuur K-55 werd nog niet betaald.",
            "Totaal 12,00",
        ]
    ]
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Story(tmp_path, make_definition(make_dossier())) as told:
        yield told


def pdf_file(*pages: bytes, name: str = "facturen.pdf") -> tuple[str, str, bytes]:
    return name, "application/pdf", joined_pdf(*pages)


def an_invoice(number: str, **changes: object) -> bytes:
    return text_pdf(number=number, customer_vat=OURS, **changes)


def numbers(documents: list[Document]) -> set[str | None]:
    return {d.invoice.invoice_number for d in documents if d.invoice}


@pytest.mark.feature("CF-ANN-18", "CF-ANN-36")
def test_a_bundle_becomes_documents_that_are_each_read_and_asked(story: Story) -> None:
    files = [pdf_file(an_invoice("2026-0114"), an_invoice("K-55", **BAKER))]
    story.say(SUPPLIER, PURCHASE, files=files)
    first = story.expect(MANAGER, "2026-0114")
    story.expect(MANAGER, "K-55")
    assert "uit een bundel geknipt" in " ".join(first.text.split())
    parts = story.documents("bakkerij", [Status.TO_REVIEW])
    assert numbers(parts) == {"2026-0114", "K-55"}
    assert [part.title for part in parts] == ["facturen (1).pdf", "facturen (2).pdf"]
    (bundle,) = story.documents("bakkerij", [Status.SPLIT])
    assert {part.split_from for part in parts} == {bundle.id}
    context = story.service.context
    assert context.blobs.get(bundle.original.sha256) == files[0][2]
    assert [count_pages(context.blobs.get(p.original.sha256)) for p in parts] == [1, 1]
    with context.database.reading() as session:
        (event,) = [
            e for e in events_about(session, bundle.id) if e.kind is EventKind.DOCUMENT_SPLIT
        ]
    assert event.data == {"parts": " ".join(part.id for part in parts), "pages": "1,2"}


def test_the_same_bundle_again_is_told_for_each_part(story: Story) -> None:
    files = [pdf_file(an_invoice("2026-0114"), an_invoice("K-55", **BAKER))]
    for _ in range(2):
        story.say(SUPPLIER, PURCHASE, files=files)
        story.settle()
    parts = [d for d in story.documents("bakkerij") if d.split_from]
    assert sorted(part.warns("duplicate_file") for part in parts) == [False, False, True, True]


def test_the_one_invoice_among_other_papers_stays_with_them(story: Story) -> None:
    story.say(SUPPLIER, PURCHASE, files=[pdf_file(an_invoice("2026-0114"), REMINDER)])
    asked = story.expect(MANAGER, "2026-0114")
    assert "andere papieren" in " ".join(asked.text.split())
    (document,) = story.documents("bakkerij")
    assert document.status is Status.TO_REVIEW


@pytest.mark.feature("CF-BOX-16", "CF-BOX-17")
def test_a_bundle_in_doubt_is_kept_whole_until_somebody_says_where_to_cut(story: Story) -> None:
    blank = lines_pdf([[], [], []])
    pages = (an_invoice("2026-0114"), an_invoice("K-55", **BAKER), blank)
    story.say(SUPPLIER, PURCHASE, files=[pdf_file(*pages)])
    asked = story.expect(MANAGER, "facturen.pdf")
    assert "niet zeker waar elk begint" in " ".join(asked.text.split())
    story.reply(asked, "splits 1,2-")
    told = story.expect(MANAGER, "facturen.pdf")
    assert "gesplitst" in told.text
    story.expect(MANAGER, "2026-0114")
    story.expect(MANAGER, "K-55")
    (bundle,) = story.documents("bakkerij", [Status.SPLIT])
    parts = [d for d in story.documents("bakkerij") if d.split_from == bundle.id]
    blobs = story.service.context.blobs
    assert [count_pages(blobs.get(p.original.sha256)) for p in parts] == [1, 4]


def test_pages_that_leave_something_out_are_refused_and_nothing_is_split(story: Story) -> None:
    story.say(OWNER, PURCHASE, files=[pdf_file(an_invoice("2026-0114"), lines_pdf([["Bijlage"]]))])
    asked = story.expect(MANAGER, "2026-0114")
    story.reply(asked, "splits 2")
    refused = story.expect(MANAGER)
    assert "bladzijden" in refused.text
    assert [d.split_from for d in story.documents("bakkerij")] == [""]
