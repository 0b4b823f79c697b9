"""Where one document ends and the next begins; each part is read as a file of its own."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.invoice import DocumentClass
from mailbot.recognition.bundle import find_parts
from mailbot.recognition.layout import Page
from mailbot.recognition.page_facts import PageFacts
from mailbot.recognition.pdf_invoice import read_pdf
from tests.kit.pages import page_of
from tests.kit.pdf_builder import (
    belgian_iban,
    belgian_vat,
    dotted,
    joined_pdf,
    lines_pdf,
    scan_pdf,
    text_pdf,
)

PRINTER, BAKER = dotted(belgian_vat(4123456)), dotted(belgian_vat(5234567))


def invoice(
    number: str, *, issuer: str = "Drukkerij Zandhaas BV", vat: str = PRINTER, more: str = ""
) -> str:
    iban = belgian_iban(7310001234 if vat == PRINTER else 6300004321)
    return f"""
{issuer}
BTW {vat}
# Factuur
Factuurnummer  {number}
Factuurdatum  03/11/2026
Klant: Atelier Kiezelsteen NV
Totaal excl. btw  100,00
Btw 21 %  21,00
Totaal incl. btw  121,00
Te storten op {iban}
{more}
"""


def pages_of(*texts: str) -> list[Page]:
    return [page_of(text, number) for number, text in enumerate(texts, start=1)]


def ranges(*texts: str, own_vat: str = "") -> list[tuple[int, int]]:
    return [(part.first, part.last) for part in find_parts(pages_of(*texts), own_vat=own_vat)]


def test_two_invoices_of_two_issuers_are_two_documents() -> None:
    other = invoice("B-77", issuer="Bakkerij Korenaar NV", vat=BAKER)
    assert ranges(invoice("2026-114"), other) == [(1, 1), (2, 2)]


def test_two_invoices_of_one_issuer_are_told_apart_by_their_numbers() -> None:
    assert ranges(invoice("2026-114"), invoice("2026-115")) == [(1, 1), (2, 2)]


def test_the_second_page_of_an_invoice_belongs_to_it() -> None:
    first = "Drukkerij Zandhaas BV\n# Factuur\nFactuurnummer  2026-114\nFolders  40,00"
    last = "Affiches  60,00\nTotaal excl. btw  100,00\nBtw 21 %  21,00\nTotaal incl. btw  121,00"
    assert ranges(first, last) == [(1, 2)]


@pytest.mark.parametrize("form", ["Pagina {n} van 2", "{n}/2", "Blz. {n} / 2", "Page {n} sur 2"])
def test_page_numbers_join_and_part(form: str) -> None:
    texts = [invoice(number, more=form.format(n=n)) for number in ("114", "115") for n in (1, 2)]
    assert ranges(*texts) == [(1, 2), (3, 4)]


def test_numbers_of_the_whole_file_do_not_join_what_is_different() -> None:
    other = invoice("B-77", issuer="Bakkerij Korenaar NV", vat=BAKER, more="Pagina 2 van 3")
    texts = (invoice("2026-114", more="Pagina 1 van 3"), other, "Bijlage")
    assert ranges(*texts) == [(1, 1), (2, 3)]


def test_a_sum_that_is_carried_over_joins() -> None:
    first = "# Factuur 114\nFolders  40,00\nOver te dragen  40,00"
    last = "# Factuur\nOverdracht  40,00\nTotaal incl. btw  121,00"
    assert ranges(first, last) == [(1, 2)]


def test_a_reminder_behind_an_invoice_is_a_document_of_its_own() -> None:
    reminder = (
        f"Drukkerij Zandhaas BV\n# Herinnering\nFactuurnummer  2026-114\nTotaal  121,00\n{PRINTER}"
    )
    assert ranges(invoice("2026-114"), reminder) == [(1, 1), (2, 2)]


@pytest.mark.parametrize(
    "annex",
    [
        f"# Urenstaat\nDatum  Uren\n01/11  8,00\nDrukkerij Zandhaas BV {PRINTER}",
        "# Urenstaat\nBij factuur 2026-114\n01/11  8,00",
        "# Urenstaat\n01/11  8,00",
        f"# Leveringsbon\nFolders  4000 st.\nBTW {PRINTER}",
        f"# Algemene voorwaarden\nArtikel 1. Betaalbaar binnen 30 dagen.\nBTW {PRINTER}",
        "Detail van het verbruik\n01/11  12:05  0,12",
    ],
)
def test_an_annex_belongs_to_its_invoice(annex: str) -> None:
    assert ranges(invoice("2026-114"), annex) == [(1, 2)]


@pytest.mark.parametrize(
    ("more", "court", "is_one"),
    [
        ("", "", True),
        ("RPR Geel", "Enkel de rechtbanken van Geel zijn bevoegd.", True),
        ("RPR Geel", "Enkel de rechtbanken van Namen zijn bevoegd.", False),
        ("", "Enkel de rechtbanken van Namen zijn bevoegd.", True),
        ("Onze voorwaarden: zie keerzijde", "Bevoegde rechtbank: Namen", True),
    ],
)
def test_conditions_without_a_name_are_the_back_of_the_invoice_unless_it_says_otherwise(
    more: str, court: str, *, is_one: bool
) -> None:
    terms = f"# Algemene voorwaarden\nArtikel 1. Betaalbaar binnen 30 dagen.\n{court}"
    expected = [(1, 2)] if is_one else [(1, 1), (2, 2)]
    assert ranges(invoice("114", more=more), terms) == expected


def test_a_page_that_says_that_it_goes_on_belongs_to_the_one_before() -> None:
    assert ranges("# Factuur 114\nFolders  40,00", f"114 - vervolg\nTotaal  40,00\n{BAKER}") == [
        (1, 2)
    ]


def test_the_delivery_note_of_another_firm_is_no_annex() -> None:
    note = f"Bakkerij Korenaar NV\n# Leveringsbon\nBroden  40 st.\nBTW {BAKER}"
    assert ranges(invoice("2026-114"), note) == [(1, 1), (2, 2)]


def test_the_back_of_a_page_is_blank_and_begins_nothing() -> None:
    assert ranges(invoice("2026-114"), "", invoice("2026-115"), "") == [(1, 2), (3, 4)]


@pytest.mark.parametrize("sheet", ["# Scheidingsblad", "Feuille de séparation", "# TRENNBLATT"])
def test_a_separator_sheet_parts_and_is_in_no_part(sheet: str) -> None:
    texts = ("Kasticket 12,00", sheet, "Kasticket 13,00")
    assert ranges(*texts) == [(1, 1), (3, 3)]


def test_a_sheet_that_a_code_marks_parts_too() -> None:
    parts = find_parts(pages_of("Brief", "Logo", "Brief"), separators=frozenset({2}))
    assert [(part.first, part.last) for part in parts] == [(1, 1), (3, 3)]


def test_between_sheets_nothing_is_parted() -> None:
    texts = (invoice("114"), invoice("115"), "# Scheidingsblad", invoice("116"))
    assert ranges(*texts) == [(1, 2), (4, 4)]


def test_another_number_without_a_heading_or_a_sum_is_a_doubt() -> None:
    parts = find_parts(pages_of(invoice("2026-114"), "Factuurnummer  2026-115\nzie dossier"))
    assert [part.is_sure for part in parts] == [True, False]


def test_pages_that_were_not_read_are_a_doubt() -> None:
    parts = find_parts(pages_of(invoice("114"), invoice("115"), "", "", ""))
    assert [part.is_sure for part in parts] == [True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pagina 2 van 3", (2, 3)),
        ("Seite: 1 von 12", (1, 12)),
        ("Page / Pagina 3/4", (3, 4)),
        ("2 / 2", (2, 2)),
        ("pag. 7", (7, None)),
        ("01/07", None),
        ("3/2", None),
        ("1/7  19:46  0,55  x", None),
        ("Factuur 2/2026", None),
    ],
)
def test_printed_page_numbers(text: str, expected: tuple[int, int | None] | None) -> None:
    found = PageFacts(page_of(text)).printed
    assert (found and (found.number, found.total)) == expected


# --- read from a PDF -----------------------------------------------------------------------------


@pytest.mark.feature("CF-ANN-36")
def test_each_part_is_read_again_by_itself() -> None:
    other = {"supplier": "Bakkerij Korenaar NV", "supplier_vat": belgian_vat(5234567)}
    content = joined_pdf(text_pdf(number="2026-0114"), text_pdf(number="K-55", **other))
    read = read_pdf(content)
    assert read.invoice.document_class is DocumentClass.BUNDLE
    assert read.invoice.pages == 2
    (_, _, first), (begin, end, second) = read.parts
    assert (begin, end) == (2, 2)
    assert (first.invoice_number, second.invoice_number) == ("2026-0114", "K-55")
    assert second.supplier_vat == belgian_vat(5234567)
    assert second.evidence["invoice_number"].page == 2
    assert second.pages == 1


def test_one_invoice_of_two_pages_is_no_bundle() -> None:
    content = joined_pdf(text_pdf(), lines_pdf([["Detail van het verbruik", "01/11 12:05 0,12"]]))
    read = read_pdf(content)
    assert read.invoice.document_class is DocumentClass.INVOICE
    assert read.parts == ()


@given(st.lists(st.text(max_size=120), max_size=6))
def test_parts_never_overlap_and_follow_one_another(texts: Sequence[str]) -> None:
    parts = find_parts(pages_of(*texts))
    edges = [edge for part in parts for edge in (part.first, part.last)]
    assert edges == sorted(edges)
    assert all(1 <= edge <= len(texts) for edge in edges)


@pytest.mark.ocr
def test_scans_of_two_documents_are_told_apart() -> None:
    other = {"supplier": "Bakkerij Korenaar NV", "supplier_vat": belgian_vat(5234567)}
    scans = (scan_pdf(text_pdf(number="2026-0114")), scan_pdf(text_pdf(number="K-5512", **other)))
    read = read_pdf(joined_pdf(*scans))
    assert [(first, last) for first, last, _ in read.parts] == [(1, 1), (2, 2)]
    assert [part.invoice_number for _, _, part in read.parts] == ["2026-0114", "K-5512"]
