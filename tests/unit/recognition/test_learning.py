"""What one confirmed paper teaches, the next one of its issuer is read by; and nothing more."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.domain.invoice import DocumentClass, Evidence, Invoice, Source
from mailbot.domain.learning import FieldHabit, SupplierHabits, combined, name_key, sureness
from mailbot.domain.values import from_json, to_json
from mailbot.recognition.layout import Layout, Page, Word, build_layout
from mailbot.recognition.learning import observe
from mailbot.recognition.pipeline import read_plainly, recognise
from mailbot.recognition.recall import recall
from mailbot.recognition.spots import fits_shape, shape_of
from tests.kit.odd_papers import OddInvoice, odd_pdf
from tests.kit.pdf_builder import belgian_iban, belgian_vat

OURS = "BE0400000185"
FIRST = OddInvoice()
SECOND = OddInvoice(
    number="MV26/00904", order="4502-1", issued=date(2026, 12, 4), base=Decimal("80.00"), n_goods=5
)
THIRD = replace(SECOND, number="MV26/01011", order="4622-9", n_goods=9)


def read(paper: OddInvoice) -> tuple[Layout, Invoice]:
    seen = read_plainly(odd_pdf(paper), "f.pdf", own_vat=OURS)
    assert seen is not None
    return seen


def confirmed(paper: OddInvoice, invoice: Invoice, **corrections: object) -> Invoice:
    """Return what people made of a paper."""
    right = {
        "supplier_name": paper.supplier,
        "supplier_vat": paper.supplier_vat,
        "invoice_number": paper.number,
        "invoice_date": paper.issued,
        "total_incl": paper.total,
        "iban": paper.ibans[0],
    }
    return invoice.corrected(**{**right, **corrections})


def taught(
    *papers: OddInvoice, known: SupplierHabits | None = None, **corrections: object
) -> SupplierHabits:
    for paper in papers:
        layout, plain = read(paper)
        known = observe(known, confirmed(paper, plain, **corrections), layout=layout, read=plain)
    assert known is not None
    return known


def recalled(paper: OddInvoice, habits: SupplierHabits) -> Invoice:
    return recognise(
        odd_pdf(paper), "f.pdf", own_vat=OURS, habits_of=lambda _invoice: habits
    ).invoice


def test_a_number_under_a_word_that_nobody_knows_is_found_the_next_time() -> None:
    assert read(SECOND)[1].invoice_number is None
    invoice = recalled(SECOND, taught(FIRST))
    assert invoice.invoice_number == SECOND.number
    assert invoice.evidence["invoice_number"].learned == 1
    assert invoice.evidence["invoice_number"].source is Source.PDF_TEXT


def test_it_is_found_although_more_goods_push_it_down() -> None:
    habits = taught(FIRST, total_excl=FIRST.base)
    assert recalled(THIRD, habits).total_excl == THIRD.base


def test_it_is_surer_with_every_document_and_never_quite_sure() -> None:
    sure = [
        recalled(THIRD, taught(*papers)).confidence("invoice_number")
        for papers in ((FIRST,), (FIRST, SECOND), (FIRST, SECOND) * 10)
    ]
    assert sure == [0.85, 0.925, 0.97]


def test_a_word_that_is_not_there_any_more_finds_nothing() -> None:
    elsewhere = replace(SECOND, number_label="Stempel", order="B")
    assert recalled(elsewhere, taught(FIRST)).invoice_number is None


def test_a_number_in_another_shape_is_not_taken() -> None:
    assert recalled(replace(SECOND, number="7"), taught(FIRST)).invoice_number is None


def test_a_later_confirmation_in_another_place_replaces_the_first() -> None:
    wrong = taught(FIRST, invoice_number=FIRST.order)
    assert recalled(SECOND, wrong).invoice_number == SECOND.order
    habits = taught(SECOND, known=wrong)
    (habit,) = habits.fields["invoice_number"]
    assert (habit.confirmed, habit.failed) == (1, 0)
    assert recalled(THIRD, habits).invoice_number == THIRD.number


def test_a_place_that_held_often_is_weakened_by_one_failure_and_kept() -> None:
    habits = taught(FIRST, SECOND, FIRST, SECOND)
    once = taught(THIRD, known=habits, invoice_number=THIRD.order)
    kept = [h for h in once.fields["invoice_number"] if h.confirmed == 4]
    assert [h.failed for h in kept] == [1]
    assert kept[0].confidence < habits.fields["invoice_number"][0].confidence
    twice = taught(THIRD, known=once, invoice_number=THIRD.order)
    assert all(h.confirmed < 4 for h in twice.fields["invoice_number"])


def test_a_reading_that_agrees_is_surer_and_one_that_nobody_corrected_is_not_overruled() -> None:
    layout, plain = read(SECOND)
    habits = taught(FIRST)
    assert not habits.fields["invoice_date"][0].overrules
    agreed = recall(layout, plain, habits)
    assert agreed.confidence("invoice_date") > plain.confidence("invoice_date")
    other = SECOND.issued + timedelta(days=3)
    differs = recall(layout, replace(plain, invoice_date=other), habits)
    assert differs.invoice_date == other


def test_a_place_that_held_often_puts_another_reading_in_doubt() -> None:
    layout, plain = read(THIRD)
    habits = taught(FIRST, SECOND, FIRST)
    other = replace(plain, invoice_date=THIRD.issued + timedelta(days=3))
    doubted = recall(layout, other, habits)
    assert doubted.confidence("invoice_date") < plain.confidence("invoice_date")
    assert doubted.evidence["invoice_date"].alternatives[0] == str(THIRD.issued)


def test_dates_are_read_in_the_order_that_people_confirmed() -> None:
    american = replace(FIRST, date_format="%m/%d/%Y", issued=date(2026, 11, 3))
    habits = taught(american)
    assert habits.month_first is True
    later = replace(SECOND, date_format="%m/%d/%Y", issued=date(2026, 12, 4))
    assert read(later)[1].invoice_date == date(2026, 4, 12)
    assert recalled(later, habits).invoice_date == later.issued


def test_a_total_that_was_corrected_brings_its_parts() -> None:
    def misread(paper: OddInvoice) -> tuple[Layout, Invoice]:
        layout, plain = read(paper)
        known = plain.evidence["total_incl"]
        wrong = replace(plain, total_incl=paper.base, amount_due=paper.base, total_excl=None)
        return layout, replace(wrong, evidence={**plain.evidence, "total_incl": known})

    layout, plain = misread(FIRST)
    right = confirmed(FIRST, plain, amount_due=FIRST.total)
    habits = observe(None, right, layout=layout, read=plain)
    again = recall(*misread(SECOND), habits)
    assert (again.total_incl, again.amount_due) == (SECOND.total, SECOND.total)
    assert (again.total_excl, again.vat_total) == (SECOND.base, SECOND.vat)
    assert [line.rate for line in again.vat_breakdown] == [Decimal(21)]


# --- who it is -----------------------------------------------------------------------------------


def test_the_document_of_somebody_else_is_left_as_it_was() -> None:
    stranger = replace(SECOND, supplier="Ander BV", supplier_vat=belgian_vat(4123456))
    layout, plain = read(stranger)
    assert recall(layout, plain, taught(FIRST)) == plain


def test_another_name_beside_a_known_number_stays_to_be_seen() -> None:
    layout, plain = read(replace(SECOND, supplier="Vlugge Vos BV"))
    invoice = recall(layout, plain, taught(FIRST))
    assert invoice.supplier_name == plain.supplier_name != FIRST.supplier


def test_a_name_that_was_corrected_is_known_by_what_was_read() -> None:
    layout, plain = read(FIRST)
    slogan = replace(plain, supplier_name=FIRST.slogan)
    habits = observe(None, confirmed(FIRST, slogan), layout=layout, read=slogan)
    assert habits.read_as == (name_key(FIRST.slogan),)
    layout, plain = read(SECOND)
    invoice = recall(layout, replace(plain, supplier_name=SECOND.slogan), habits)
    assert invoice.supplier_name == FIRST.supplier


def test_an_issuer_known_by_name_alone_gets_its_number_hardly_sure() -> None:
    layout, plain = read(SECOND)
    nameless = replace(plain, supplier_vat=None)
    page = build_layout(
        [replace(p, words=tuple(w for w in p.words if w.y0 < 760)) for p in layout.pages]
    )
    invoice = recall(page, nameless, taught(FIRST, SECOND))
    known = invoice.evidence["supplier_vat"]
    assert (invoice.supplier_vat, known.source) == (FIRST.supplier_vat, Source.LEARNED)
    assert known.confidence <= 0.75


def test_a_name_that_people_confirmed_is_no_misreading() -> None:
    habits = taught(FIRST)
    renamed = taught(replace(SECOND, supplier="Molens Van Vlieren BV"), known=habits)
    assert renamed.name == "Molens Van Vlieren BV"
    assert renamed.called == (name_key("Molens Van Vlieren BV"), name_key(FIRST.supplier))
    layout, plain = read(FIRST)
    old = recall(layout, replace(plain, supplier_name=FIRST.supplier), renamed)
    assert old.supplier_name == FIRST.supplier


# --- accounts ------------------------------------------------------------------------------------

POISON = belgian_iban(7360009999)


def test_an_account_never_comes_from_memory() -> None:
    habits = taught(FIRST, iban=POISON)
    assert "iban" not in habits.fields
    assert POISON not in to_json(habits)
    assert recalled(SECOND, habits).iban == SECOND.ibans[0]


def test_a_habit_never_makes_an_account_surer() -> None:
    both = replace(FIRST, ibans=(FIRST.ibans[0], POISON))
    for papers in ((both,), (both,) * 12):
        habits = taught(*papers, iban=POISON)
        layout, plain = read(both)
        invoice = recall(layout, plain, habits)
        assert invoice.iban == POISON
        assert invoice.confidence("iban") < 0.81 * plain.confidence("iban")
        assert invoice.evidence["iban"].alternatives[0] == FIRST.ibans[0]
    right = taught(*(both,) * 12)
    layout, plain = read(both)
    assert recall(layout, plain, right).evidence["iban"] == plain.evidence["iban"]


# --- what it is ----------------------------------------------------------------------------------


def as_nothing(invoice: Invoice) -> Invoice:
    return replace(invoice, document_class=DocumentClass.NOT_INVOICE)


def test_a_paper_is_an_invoice_under_the_headings_under_which_it_was_one() -> None:
    layout, plain = read(FIRST)
    habits = observe(None, confirmed(FIRST, plain), layout=layout, read=as_nothing(plain))
    layout, plain = read(SECOND)
    again = recall(layout, as_nothing(plain), habits)
    assert again.document_class is DocumentClass.INVOICE
    reminder = replace(SECOND, slogan="Laatste herinnering")
    layout, plain = read(reminder)
    other = recall(layout, as_nothing(plain), habits)
    assert other.document_class is DocumentClass.NOT_INVOICE


def test_no_habit_makes_an_invoice_a_credit_note() -> None:
    credit = taught(FIRST, document_class=DocumentClass.CREDIT_NOTE)
    assert credit.class_habit is None
    assert recalled(SECOND, credit).document_class is DocumentClass.INVOICE


# --- the values themselves -----------------------------------------------------------------------


def test_an_e_invoice_teaches_a_name_alone() -> None:
    habits = observe(None, Invoice(supplier_name="Molen", supplier_vat="BE0431820739"))
    assert (habits.name, habits.vat, habits.confirmed) == ("Molen", "BE0431820739", 1)
    assert habits.fields == {}


def test_habits_come_back_from_json_as_they_were() -> None:
    habits = taught(FIRST, SECOND)
    assert from_json(SupplierHabits, to_json(habits)) == habits


def test_what_the_office_knows_is_tried_before_what_the_dossier_knows() -> None:
    office = taught(FIRST, SECOND)
    dossier = replace(taught(FIRST, invoice_number=FIRST.order), decimal_mark="")
    both = combined(office, dossier)
    assert both.fields["invoice_number"][0] == office.fields["invoice_number"][0]
    assert recalled(THIRD, both).invoice_number == THIRD.number
    assert both.decimal_mark == ","


def test_sureness_grows_to_its_limit() -> None:
    assert [sureness(n) for n in (0, 1, 2)] == [0.0, 0.85, 0.925]
    assert sureness(1000) == 0.97


@given(st.text(min_size=1, max_size=40))
def test_every_number_has_its_own_shape(text: str) -> None:
    # a number on a page has no line breaks, and one blank between its parts
    ascii_text = " ".join("".join(c for c in text if c.isascii()).split())
    assert fits_shape(ascii_text, (shape_of(ascii_text),)) or not ascii_text.strip()


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("MV27/00001", True),
        ("MV26/100001", True),
        ("MV26 / 00871", False),
        ("XX26/00871", True),
        ("4471-2", False),
        ("MV26/00871/2", False),
    ],
)
def test_numbers_grow_but_keep_their_shape(number: str, *, fits: bool) -> None:
    assert fits_shape(number, (shape_of("MV26/00871"),)) is fits


WORDS = st.builds(
    lambda text, x, y: Word(text=text, x0=x, y0=y, x1=x + 6 * len(text), y1=y + 10),
    st.sampled_from(
        [
            "Zakmerk", "MV26/00871", "03/11/2026", "1.250,00", "Totaal", "BTW", "BE0431820739",
            "BE44731000123445", "€", "12", "Datum", "x", "+++123/4567/89002+++",
        ]
    ),
    st.integers(0, 500).map(float),
    st.integers(0, 800).map(float),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(WORDS, min_size=1, max_size=40), st.lists(WORDS, min_size=1, max_size=40))
def test_any_page_teaches_and_any_page_is_read(first: list[Word], second: list[Word]) -> None:
    """Nothing raises; what was confirmed on a page is read there again, if anything is."""
    one, other = (
        build_layout([Page(number=1, width=595, height=842, words=tuple(words))])
        for words in (first, second)
    )
    nothing = Invoice(supplier_vat="BE0431820739")
    final = nothing.corrected(
        invoice_number="MV26/00871",
        invoice_date=date(2026, 11, 3),
        total_incl=Decimal("1250.00"),
        iban="BE44731000123445",
    )
    habits = observe(None, final, layout=one, read=nothing)
    again = recall(one, nothing, habits)
    for name in ("invoice_number", "invoice_date", "total_incl"):
        if name in habits.fields:
            assert getattr(again, name) == getattr(final, name)
    assert again.iban is None
    recall(other, nothing, habits)


def test_a_habit_is_worn_out_when_it_failed_as_often_as_it_must() -> None:
    habit: FieldHabit = taught(FIRST).fields["invoice_number"][0]
    assert habit.judged(was_right=False).is_worn_out
    held_thrice = habit.judged(was_right=True).judged(was_right=True)
    assert not held_thrice.judged(was_right=False).is_worn_out
    assert held_thrice.judged(was_right=False).judged(was_right=False).is_worn_out


def test_what_ocr_doubts_a_habit_does_not_make_sure() -> None:
    layout, plain = read(SECOND)
    scanned = build_layout(
        [
            replace(page, is_ocr=True, words=tuple(replace(w, confidence=0.5) for w in page.words))
            for page in layout.pages
        ]
    )
    invoice = recall(scanned, plain, taught(FIRST))
    known: Evidence = invoice.evidence["invoice_number"]
    assert known.source is Source.OCR
    assert known.confidence == pytest.approx(0.85 * 0.65, abs=0.001)
