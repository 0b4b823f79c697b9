"""Everything on a page that can be a value, and the labels that name it."""

from datetime import date

import pytest

from mailbot.recognition.candidates import find_candidates, month_first, read_day
from mailbot.recognition.labels import find_labels
from mailbot.recognition.layout import Layout, Page, Word, build_layout
from mailbot.recognition.links import link
from tests.kit.layouts import layout_of
from tests.kit.pdf_builder import belgian_iban, belgian_vat, dotted, ogm


def test_digits_belong_to_one_candidate_only() -> None:
    iban, vat = belgian_iban(7310001234), belgian_vat(4123456)
    communication = ogm(1234567890)
    marked = f"+++{communication[:3]}/{communication[3:7]}/{communication[7:]}+++"
    found = find_candidates(
        layout_of(((50, f"{iban} {dotted(vat)} {marked} 03/11/2026 € 1.250,00"),))
    )
    assert [c.value.number for c in found.ibans] == [iban]
    assert [c.value.number for c in found.vat_numbers] == [vat]
    assert [c.value.number for c in found.ogms] == [communication]
    assert [c.value.day for c in found.dates] == [date(2026, 11, 3)]
    assert [c.text for c in found.amounts] == ["€ 1.250,00"]
    assert found.numbers == []


def test_a_candidate_knows_its_page_and_box() -> None:
    (candidate,) = find_candidates(layout_of(((50, "Datum 03/11/2026"),))).dates
    assert candidate.page == 1
    assert candidate.box == pytest.approx((77.5, 50, 127.5, 60))


def test_a_quantity_beside_a_price_is_read_both_ways_and_the_sums_decide() -> None:
    words = (Word("2", 50, 50, 55, 60), Word("150,00", 61, 50, 91, 60))
    layout = build_layout([Page(1, 595, 842, words)])
    assert [c.text for c in find_candidates(layout).amounts] == ["2 150,00", "150,00"]


def test_a_structured_communication_may_go_on_at_the_next_line() -> None:
    layout = layout_of(((50, "Mededeling +++123/4567"),), ((50, "/89002+++"),))
    assert [c.value.number for c in find_candidates(layout).ogms] == ["123456789002"]


def test_a_thousand_with_a_narrow_blank_is_one_amount() -> None:
    words = (Word("3", 50, 50, 55, 60), Word("250,00", 57.5, 50, 87, 60))
    layout = build_layout([Page(1, 595, 842, words)])
    assert [str(c.value.amount) for c in find_candidates(layout).amounts] == ["3250.00"]


def test_capitals_before_a_number_may_belong_to_it() -> None:
    found = find_candidates(layout_of(((50, "A 319151"),)))
    assert [c.value for c in found.numbers] == ["319151", "A 319151"]


def test_addresses_on_the_internet_hold_no_numbers() -> None:
    found = find_candidates(layout_of(((50, "https://shop2.example/a1 info2@zand4.example"),)))
    assert found.numbers == []


def test_one_date_with_the_month_first_turns_all() -> None:
    american = find_candidates(layout_of(((50, "6/18/2026"),), ((50, "7/4/2026"),))).dates
    assert month_first(american)
    assert read_day(american[1], is_month_first=True) == date(2026, 7, 4)
    belgian = find_candidates(layout_of(((50, "18/6/2026"),), ((50, "7/4/2026"),))).dates
    assert not month_first(belgian)
    assert read_day(belgian[1], is_month_first=False) == date(2026, 4, 7)


def best_label(layout: Layout, kinds: tuple[str, ...], text: str) -> str:
    candidates = find_candidates(layout)
    every = [*candidates.dates, *candidates.numbers, *candidates.vat_numbers]
    links = link(layout, find_labels(layout, kinds), every)
    candidate = next(c for c in every if c.text == text)
    return links[candidate][0].label.kind


DATES = ("invoice_date", "due_date", "other_date")


@pytest.mark.parametrize(
    "rows",
    [
        (((50, "Vervaldatum: 03/12/2026"),),),
        (((50, "Vervaldatum"), (200, "03/12/2026")),),
        (((50, "Vervaldatum"),), ((50, "03/12/2026"),)),
        (((50, "Factuurdatum"), (200, "Vervaldatum")), ((50, "03/11/2026"), (200, "03/12/2026"))),
        (((50, "Factuurdatum 03/11/2026"), (200, "Vervaldatum 03/12/2026")),),
    ],
)
def test_a_label_names_the_value_behind_beside_or_below_it(
    rows: tuple[tuple[tuple[float, str], ...], ...],
) -> None:
    assert best_label(layout_of(*rows), DATES, "03/12/2026") == "due_date"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Factuur-Nr. X12", "invoice_number"),
        ("N° de facture : X12", "invoice_number"),
        ("Rechnungs-Nr.: X12", "invoice_number"),
        ("Invoice # X12", "invoice_number"),
        ("Klantnummer X12", "other_number"),
        ("Uw referentie: X12", "other_number"),
    ],
)
def test_spelling_of_a_label_is_no_matter(text: str, kind: str) -> None:
    layout = layout_of(((50, text),))
    assert best_label(layout, ("invoice_number", "other_number"), "X12") == kind


def test_the_longer_label_wins() -> None:
    labels = find_labels(layout_of(((50, "Te betalen tegen"),)), ("amount_due", "due_date"))
    assert [label.kind for label in labels] == ["due_date"]


def test_a_label_in_between_takes_the_value() -> None:
    layout = layout_of(
        ((50, "Klantnummer"),), ((50, "937854"),), ((50, "Factuurnummer"),), ((50, "119468"),)
    )
    kinds = ("invoice_number", "other_number")
    assert best_label(layout, kinds, "119468") == "invoice_number"
    assert best_label(layout, kinds, "937854") == "other_number"
