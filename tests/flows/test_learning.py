"""Stories of learning: a supplier that was corrected once is read right the next time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handlers import learn_supplier
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Evidence, Invoice, Source
from mailbot.domain.job import Job, JobKind
from mailbot.domain.learning import PastBooking, SupplierHabits
from mailbot.domain.people import Definition, JournalKind, Office, Validation
from mailbot.entrypoints.app import write_directory
from mailbot.entrypoints.cli import app
from mailbot.recognition.pipeline import recognise
from storage.audit import events_about
from storage.definitions import save_definition
from storage.suppliers import record_habits, suppliers_named, suppliers_of
from tests.kit.bookings import make_line
from tests.kit.odd_papers import OddInvoice, odd_pdf
from tests.kit.office import EMPLOYEES, MANAGER, OWNER, PEOPLE, make_definition, make_dossier
from tests.kit.pdf_builder import belgian_iban, dotted
from tests.kit.story import Story

SUPPLIER = "facturen@molen.example"
PURCHASE = "aankoop-0400000185@in.example"
GARAGE = "aankoop-0712345630@in.example"
FIRST = OddInvoice()
SECOND = OddInvoice(
    number="MV26/00904", order="4502-1", issued=date(2026, 12, 4), base=Decimal("80.00"), n_goods=5
)


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[object]:
    """Begin a story about some dossiers of one office."""
    stories: list[Story] = []

    def begin(definition: Definition | None = None, **dossier: object) -> Story:
        story = Story(tmp_path, definition or make_definition(make_dossier(**dossier)))
        story.__enter__()
        stories.append(story)
        return story

    yield begin
    for story in stories:
        story.__exit__()


def deliver(story: Story, paper: OddInvoice, to: str = PURCHASE) -> None:
    file = ("factuur.pdf", "application/pdf", odd_pdf(paper))
    story.say(SUPPLIER, to, "Onze factuur.", subject="Uw levering", files=[file])


def booked(story: Story, number: str, dossier: str = "bakkerij") -> Document:
    """Wait until an invoice is booked and learned from."""

    def find() -> Document | None:
        found = story.documents(dossier, [Status.EXPORTED])
        return next((d for d in found if invoice_of(d).invoice_number == number), None)

    document = story.eventually(find, lambda: f"{number} to be booked")
    story.settle()
    return document


def invoice_of(document: Document) -> Invoice:
    assert document.invoice is not None
    return document.invoice


def waiting(story: Story, dossier: str = "bakkerij") -> Document:
    return story.expect_document(dossier, Status.TO_REVIEW)


def evidence_of(document: Document, name: str) -> Evidence:
    return invoice_of(document).evidence[name]


def teach(story: Story, paper: OddInvoice = FIRST, words: str = "") -> Document:
    """Deliver a paper, correct it and say OK as the office does."""
    deliver(story, paper)
    review = story.expect(MANAGER, "Nakijken")
    answer = f"{words or f'factuurnummer: {paper.number}'}\nok"
    story.reply(review, answer)
    story.expect(MANAGER)
    return booked(story, paper.number)


def test_a_supplier_corrected_once_is_read_right_the_next_time(tell) -> None:
    story = tell()
    first = teach(story)
    assert evidence_of(first, "invoice_number").learned == 0
    deliver(story, SECOND)
    review = story.expect(MANAGER, "Nakijken")
    assert "geleerd, 1\N{MULTIPLICATION SIGN} bevestigd" in review.text
    second = waiting(story)
    assert invoice_of(second).invoice_number == SECOND.number
    assert invoice_of(second).total_incl == SECOND.total
    known = evidence_of(second, "invoice_number")
    assert (known.learned, known.page) == (1, 1)
    assert 0.8 < known.confidence < 0.9


@pytest.mark.feature("CF-ANN-28")
def test_after_three_bookings_the_next_one_is_filled_and_says_why(tell) -> None:
    story = tell()
    for n in range(3):
        paper = replace(FIRST, number=f"MV26/0087{n}", order=f"44{n}1-2", base=Decimal(100 + n))
        line = f'1: 601000 {100 + n},00 S21 "Bloem"'
        teach(story, paper, f"factuurnummer: {paper.number}\n{line}" if not n else line)
    deliver(story, SECOND)
    review = story.expect(MANAGER, "Nakijken")
    assert '1: 601000 80,00 S21 "Bloem"' in review.text
    assert "Zoals de vorige 3 boekingen van Molen De Vlier BV." in review.text
    story.reply(review, "vervaldag: 31/12/2026")
    again = story.expect(MANAGER, "Nakijken")
    assert "Zoals de vorige 3 boekingen" in again.text


def a_booking(number: int, *accounts: str) -> PastBooking:
    """Return a booking on some accounts, in equal parts."""
    lines = tuple(make_line("50.00", account=account) for account in accounts)
    return PastBooking(
        document_id=f"d{number}",
        kind=JournalKind.PURCHASE,
        is_credit_note=False,
        journal="AK",
        read_codes=("S21",),
        lines=lines,
    )


@pytest.mark.feature("CF-ANN-29")
def test_another_way_of_booking_is_chosen_by_its_number(tell) -> None:
    story = tell()
    bookings = [a_booking(n, "601000") for n in range(3)]
    bookings += [a_booking(n, "602000", "613000") for n in (7, 8)]
    habits = SupplierHabits(name=FIRST.supplier, vat=FIRST.supplier_vat, bookings=tuple(bookings))
    context = story.service.context
    with context.transaction() as unit:
        record_habits(unit.session, "kantoor", "bakkerij", habits, at=context.now())
    deliver(story, FIRST)
    review = story.expect(MANAGER, "Nakijken")
    story.reply(review, f"factuurnummer: {FIRST.number}")
    story.expect(MANAGER, "Gedaan")
    review = story.expect(MANAGER, "Nakijken")
    assert "sjabloon 2 (602000, 613000; 2 boekingen)" in " ".join(review.text.split())
    story.reply(review, "sjabloon 2")
    story.expect(MANAGER, "Gedaan")
    again = story.expect(MANAGER, "Nakijken")
    assert "1: 602000 625,00 S21" in again.text
    assert "2: 613000 625,00 S21" in again.text


def another_office() -> Definition:
    employee = replace(EMPLOYEES[1], office="ander", email="els@ander.example")
    dossier = make_dossier("garage", "0712345630", office="ander", dossier_manager=employee.email)
    office = Office(code="ander", name="Kantoor Ander", address="facturen@ander.example")
    return Definition(office=office, employees=(employee,), dossiers=(dossier,))


def with_garage(office: str) -> Definition:
    """Return the office of the bakery, with the garage as its second dossier or not."""
    garage = make_dossier("garage", "0712345630", name="Garage Wiels BV")
    return make_definition(make_dossier(), *((garage,) if office == "kantoor" else ()))


@pytest.mark.parametrize("office", ["kantoor", "ander"])
def test_what_one_office_learned_no_other_knows(tell, office: str) -> None:
    story = tell(with_garage(office))
    if office == "ander":
        with story.service.context.database.transaction() as session:
            save_definition(session, another_office())
        write_directory(story.service.context)
    teach(story)
    deliver(story, replace(SECOND, customer_vat="BE0712345630"), GARAGE)
    document = waiting(story, "garage")
    known = invoice_of(document).invoice_number
    assert known == (SECOND.number if office == "kantoor" else None)


def test_what_only_the_client_confirmed_holds_in_his_dossier_alone(tell) -> None:
    bakery = make_dossier(validation=Validation.CLIENT, people=PEOPLE[:1])
    garage = make_dossier("garage", "0712345630", name="Garage Wiels BV")
    story = tell(make_definition(bakery, garage))
    deliver(story, FIRST)
    story.reply(story.expect(OWNER, "Nakijken"), f"factuurnummer: {FIRST.number}\nok")
    booked(story, FIRST.number)
    deliver(story, SECOND)
    deliver(story, replace(SECOND, customer_vat="BE0712345630"), GARAGE)
    assert invoice_of(waiting(story)).invoice_number == SECOND.number
    assert invoice_of(waiting(story, "garage")).invoice_number is None


def test_a_document_teaches_once(tell) -> None:
    story = tell()
    first = teach(story)
    context = story.service.context
    job = Job(key="again", kind=JobKind.LEARN_SUPPLIER, ids={"document": first.id})
    learn_supplier.handle(context, job)
    with context.database.reading() as session:
        events = list(events_about(session, first.id))
        known = suppliers_named(session, "kantoor", FIRST.supplier_vat)
    learned = [e for e in events if e.kind is EventKind.SUPPLIER_LEARNED]
    assert [e.data["supplier"] for e in learned] == [FIRST.supplier_vat]
    assert {k.dossier: k.habits.confirmed for k in known} == {"": 1, "bakkerij": 0}


def test_what_was_learned_is_shown_and_forgotten(tell) -> None:
    story = tell()
    teach(story)
    config = story.config_file()

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["supplier", *words, "--config", str(config)])
        assert result.exit_code == code, result.output
        return result.output

    shown = run("show", "kantoor", dotted(FIRST.supplier_vat))
    assert 'right of "zakmerk"' in shown
    assert "AA99/99999" in shown
    assert FIRST.number not in shown
    run("forget", "kantoor", FIRST.supplier)
    run("show", "kantoor", FIRST.supplier, code=1)
    deliver(story, SECOND)
    assert invoice_of(waiting(story)).invoice_number is None


REAL, POISON = FIRST.ibans[0], belgian_iban(7360009999)
#: two accounts are on the page, as on many: of the firm, and of its factor
TWO_ACCOUNTS = replace(FIRST, ibans=(REAL, POISON), number="MV26/00872")


def test_a_poisoned_correction_makes_no_account_trusted(tell) -> None:
    story = tell(validation=Validation.CLIENT, people=PEOPLE[:1])
    deliver(story, TWO_ACCOUNTS)
    review = story.expect(OWNER, "Nakijken")
    story.reply(review, f"iban: {POISON}\nfactuurnummer: {TWO_ACCOUNTS.number}")
    for person in (OWNER, MANAGER):
        asked = story.expect(person, "Bevestigen")
        story.reply(asked, f"bevestig {asked.code}")
    story.eventually(
        lambda: invoice_of(story.documents("bakkerij")[0]).iban == POISON or None,
        lambda: "the account to be changed",
    )
    story.settle()
    latest = [mail for mail in story.postbox.unread() if "Nakijken" in mail.subject][-1]
    story.reply(latest, "ok")
    booked(story, TWO_ACCOUNTS.number)

    deliver(story, SECOND)
    only_real = waiting(story)
    assert invoice_of(only_real).iban == REAL
    assert only_real.warns("changed_iban")
    plain = recognise(odd_pdf(SECOND), "f.pdf").invoice
    assert invoice_of(only_real).confidence("iban") <= plain.confidence("iban")

    waiting_ones = partial(story.documents, "bakkerij", [Status.TO_REVIEW])
    deliver(story, replace(TWO_ACCOUNTS, number="MV26/00905", order="4503-1"))
    both = story.eventually(
        lambda: next((d for d in waiting_ones() if d.warns("account_by_habit")), None),
        lambda: "a warning of an account that a habit chose",
    )
    page = recognise(odd_pdf(TWO_ACCOUNTS), "f.pdf").invoice
    known = evidence_of(both, "iban")
    assert (invoice_of(both).iban, known.alternatives[0]) == (POISON, REAL)
    assert known.confidence < page.confidence("iban")


def test_a_supplier_that_is_known_by_name_alone_is_still_called_new(tell) -> None:
    story = tell()
    teach(story)
    deliver(story, replace(SECOND, supplier_vat=""))
    document = waiting(story)
    known = evidence_of(document, "supplier_vat")
    assert (invoice_of(document).supplier_vat, known.source) == (
        FIRST.supplier_vat,
        Source.LEARNED,
    )
    assert known.confidence <= 0.75
    assert document.warns("new_supplier")


def test_an_unproved_person_teaches_nothing(tell) -> None:
    story = tell()
    deliver(story, TWO_ACCOUNTS)
    review = story.expect(MANAGER, "Nakijken")
    story.reply(review, f"iban: {POISON}\nok", is_proved=False)
    story.settle()
    document = waiting(story)
    assert invoice_of(document).iban == REAL
    with story.service.context.database.reading() as session:
        assert suppliers_of(session, "kantoor") == []
