"""A booked document teaches once, in the place where whoever confirmed it has a say."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from handlers import learn_supplier
from handlers.learned import choosable_templates, posting_template
from handlers.progress import with_booking
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Invoice, Source
from mailbot.domain.job import Job, JobKind
from mailbot.domain.people import JournalKind
from storage.audit import events_about
from storage.documents import record_document
from storage.suppliers import KnownSupplier, suppliers_of
from tests.kit.browser import House, an_invoice, open_house
from tests.kit.office import MANAGER, OWNER, make_dossier

DOSSIER = make_dossier()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


def booked(house: House, invoice: Invoice | None = None, **changes: object) -> Document:
    """Keep a document that was booked as it is proposed."""
    document = house.invoice(invoice=invoice or an_invoice(), status=Status.EXPORTED, **changes)
    with house.context.transaction() as unit:
        document = with_booking(unit.session, document, DOSSIER)
        record_document(unit.session, document)
    return document


def said(house: House, document: Document, *events: tuple[EventKind, str]) -> None:
    with house.context.transaction() as unit:
        for kind, who in events:
            unit.note(kind, document.id, who)


def learn(house: House, document: Document) -> dict[str, KnownSupplier]:
    """Run the job; return what is known of everybody, by "dossier:VAT number"."""
    job = Job(key=document.id, kind=JobKind.LEARN_SUPPLIER, ids={"document": document.id})
    learn_supplier.handle(house.context, job)
    with house.context.database.reading() as session:
        known = suppliers_of(session, "kantoor")
    return {f"{one.dossier}:{one.habits.vat}": one for one in known}


def lessons(house: House, document: Document) -> list[dict[str, str]]:
    with house.context.database.reading() as session:
        events = events_about(session, document.id)
    return [event.data for event in events if event.kind is EventKind.SUPPLIER_LEARNED]


REVIEWED, CORRECTED = EventKind.REVIEWED, EventKind.DOCUMENT_CORRECTED


@pytest.mark.parametrize(
    ("events", "holds_in"),
    [
        ([(REVIEWED, MANAGER)], "kantoor"),
        ([(CORRECTED, OWNER), (REVIEWED, MANAGER)], "kantoor"),
        ([(REVIEWED, MANAGER), (CORRECTED, OWNER)], "bakkerij"),
        ([(REVIEWED, OWNER)], "bakkerij"),
        ([], "bakkerij"),
    ],
)
def test_what_the_office_confirmed_last_holds_in_all_of_it(
    house: House, events: list[tuple[EventKind, str]], holds_in: str
) -> None:
    document = booked(house)
    said(house, document, *events)
    known = learn(house, document)
    assert [lesson["holds_in"] for lesson in lessons(house, document)] == [holds_in]
    scope = "" if holds_in == "kantoor" else holds_in
    assert known[f"{scope}:BE0456123791"].habits.confirmed == 1


def test_the_same_version_teaches_once(house: House) -> None:
    document = booked(house)
    learn(house, document)
    known = learn(house, document)
    assert len(lessons(house, document)) == 1
    assert known["bakkerij:BE0456123791"].habits.confirmed == 1
    assert len(known["bakkerij:BE0456123791"].habits.bookings) == 1


@pytest.mark.parametrize("status", [Status.TO_EXPORT, Status.REJECTED, Status.TO_REVIEW])
def test_what_was_not_booked_teaches_nothing(house: House, status: Status) -> None:
    document = house.invoice(status=status)
    assert learn(house, document) == {}
    assert lessons(house, document) == []


def test_of_a_sale_the_customer_is_remembered_for_the_booking(house: House) -> None:
    sale = replace(
        an_invoice(),
        supplier_name="Bakkerij Peeters BV",
        supplier_vat="BE0400000185",
        customer_name="Café Exemple",
        customer_vat="BE0712345630",
    )
    document = booked(house, sale, kind=JournalKind.SALES)
    said(house, document, (REVIEWED, MANAGER))
    known = learn(house, document)
    assert known[":BE0400000185"].habits.bookings == ()
    assert [b.kind for b in known["bakkerij:BE0712345630"].habits.bookings] == [JournalKind.SALES]


def test_three_bookings_are_a_template_of_this_dossier_alone(house: House) -> None:
    for number in range(3):
        learn(house, booked(house, an_invoice(f"2026-{number}")))
    waiting = house.invoice(number="2026-9")
    other = make_dossier("garage", "0712345630")
    with house.context.database.reading() as session:
        found = posting_template(session, waiting, DOSSIER)
        assert found is not None
        assert found.n_bookings == 3
        assert posting_template(session, waiting, other) is None
        assert len(choosable_templates(session, waiting, DOSSIER)) == 1
        namesake = replace(an_invoice(), supplier_vat="BE0431820739")
        another = replace(waiting, invoice=namesake)
        assert posting_template(session, another, DOSSIER) is None


def from_source(source: Source) -> Invoice:
    invoice = an_invoice()
    evidence = {n: replace(known, source=source) for n, known in invoice.evidence.items()}
    return replace(invoice, evidence=evidence)


@pytest.mark.parametrize("source", [Source.UBL, Source.CII, Source.OCR])
def test_no_page_is_read_anew_where_it_teaches_nothing(house: House, source: Source) -> None:
    """The page of the test shows the number: had it been read, its place would be known."""
    document = booked(house, from_source(source))
    known = learn(house, document)["bakkerij:BE0456123791"].habits
    assert (known.name, known.fields) == ("Drukkerij Voorbeeld BV", {})


def test_a_text_page_is_read_anew(house: House) -> None:
    known = learn(house, booked(house))["bakkerij:BE0456123791"].habits
    assert set(known.fields) == {"invoice_number", "total_incl", "amount_due"}


def test_a_namesake_with_another_number_is_somebody_else(house: House) -> None:
    learn(house, booked(house))
    namesake = replace(an_invoice("2026-115"), supplier_vat="BE0431820739")
    known = learn(house, booked(house, namesake))
    assert {one.habits.confirmed for one in known.values()} == {1}
    assert len(known) == 2


def test_an_invoice_of_nobody_teaches_nothing(house: House) -> None:
    nobody = replace(an_invoice(), supplier_name=None, supplier_vat=None)
    document = booked(house, nobody)
    assert learn(house, document) == {}
    assert [lesson["supplier"] for lesson in lessons(house, document)] == [""]
