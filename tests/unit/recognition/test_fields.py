"""What an invoice on paper says, decided: every field, with how sure and from where."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.domain.invoice import (
    Discount,
    DocumentClass,
    Invoice,
    RecognitionStatus,
    Source,
    VatLine,
)
from mailbot.recognition.pdf_invoice import read_pdf
from tests.kit.pdf_builder import (
    WORDS,
    PaperInvoice,
    belgian_iban,
    encrypted_pdf,
    lines_pdf,
    ogm,
    text_pdf,
)

PAPER = PaperInvoice()
OTHER_IBAN = belgian_iban(6300009999)


def read(content: bytes, own_vat: str = "") -> Invoice:
    return read_pdf(content, own_vat=own_vat).invoice


def read_lines(*lines: str) -> Invoice:
    return read(lines_pdf([lines]))


def expected(paper: PaperInvoice) -> Mapping[str, Any]:
    return {
        "document_class": DocumentClass.INVOICE,
        "supplier_name": paper.supplier,
        "supplier_vat": paper.supplier_vat,
        "customer_name": paper.customer,
        "customer_vat": paper.customer_vat,
        "invoice_number": paper.number,
        "invoice_date": paper.issued,
        "due_date": paper.due,
        "currency": "EUR",
        "total_incl": paper.total,
        "total_excl": paper.base,
        "vat_total": paper.vat,
        "vat_breakdown": (
            VatLine(rate=Decimal(21), base=paper.base, amount=paper.vat, category="S"),
        ),
        "amount_due": paper.total,
        "iban": paper.iban,
        "bic": paper.bic,
        "payment_reference": paper.reference,
        "is_reverse_charge": False,
    }


@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_field_is_read_in_every_language(language: str) -> None:
    read_back = read(text_pdf(language=language))
    wanted = expected(PAPER)
    assert {name: getattr(read_back, name) for name in wanted} == wanted


def test_every_known_value_says_how_sure_it_is_and_where_it_stands() -> None:
    invoice = read(text_pdf())
    for name in expected(PAPER):
        assert 0 < invoice.confidence(name) <= 1
    number = invoice.evidence["invoice_number"]
    assert number.source is Source.PDF_TEXT
    assert number.page == 1
    assert number.box == pytest.approx((190, 224, 238, 236), abs=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    base=st.decimals("1", "99999", places=2),
    number=st.from_regex(r"[A-Z]{0,3}[1-9][0-9]{4,8}", fullmatch=True),
    issued=st.dates(date(2015, 1, 1), date(2035, 12, 1)),
    language=st.sampled_from(sorted(WORDS)),
)
def test_other_values_on_the_same_paper_are_read_as_well(
    base: Decimal, number: str, issued: date, language: str
) -> None:
    paper = PaperInvoice(language=language, base=base, number=number, issued=issued, due=issued)
    invoice = read(text_pdf(paper))
    assert (invoice.total_incl, invoice.invoice_number) == (paper.total, paper.number)
    assert (invoice.invoice_date, invoice.total_excl) == (issued, base)


# --- who is who ----------------------------------------------------------------------------------


@pytest.mark.parametrize("own", ["", PAPER.customer_vat, "BE 0476.543.281"])
def test_the_supplier_is_told_from_the_customer(own: str) -> None:
    invoice = read(text_pdf(), own)
    assert (invoice.supplier_vat, invoice.customer_vat) == (PAPER.supplier_vat, PAPER.customer_vat)


def test_an_invoice_that_the_dossier_made_itself_has_the_dossier_as_supplier() -> None:
    invoice = read(text_pdf(), PAPER.supplier_vat)
    assert (invoice.supplier_vat, invoice.customer_vat) == (PAPER.supplier_vat, PAPER.customer_vat)


def test_the_only_vat_number_is_the_suppliers_unless_it_is_the_dossiers() -> None:
    lines = (
        "Cloudpebble Inc.",
        "Invoice number: C-1001",
        "Tax ID BE0476543281",
        "Total 50,00 EUR",
    )
    content = lines_pdf([lines])
    assert read(content).supplier_vat == "BE0476543281"
    assert read(content, "BE0476543281").customer_vat == "BE0476543281"
    assert read(content, "BE0476543281").supplier_vat is None


# --- number, dates, accounts ---------------------------------------------------------------------


def test_other_numbers_are_not_the_invoices() -> None:
    invoice = read_lines(
        "Klantnummer: 937854",
        "Ordernummer: 20441877",
        "Factuurnummer: 2026-743",
        "Leverbon LB955061 van 05/10/2026",
        "Tel. 014 55 21 00",
    )
    assert invoice.invoice_number == "2026-743"


def test_other_dates_are_not_the_invoices() -> None:
    invoice = read_lines(
        "Besteldatum: 01/10/2026",
        "Leverdatum: 05/10/2026",
        "Factuurdatum: 09/10/2026",
        "Vervaldatum: 08/11/2026",
    )
    assert (invoice.invoice_date, invoice.due_date) == (date(2026, 10, 9), date(2026, 11, 8))


@pytest.mark.parametrize(
    ("term", "due"),
    [
        ("Betaling 30 dagen einde maand", date(2026, 2, 28)),
        ("Betalingstermijn: 14 dagen netto", date(2026, 1, 27)),
        ("Payable à réception de la facture", None),
        ("Klachten binnen 8 dagen", None),
    ],
)
def test_a_printed_term_gives_the_due_date(term: str, due: date | None) -> None:
    assert read_lines("Factuur 2026-12", "Datum: 13-01-2026", term).due_date == due


def test_the_last_day_of_a_cash_discount_is_not_the_due_date() -> None:
    invoice = read_lines(
        "Rechnungsdatum: 01.03.2026",
        "Zahlbar bis 15.03.2026 mit 3 % Skonto",
        "Zahlbar ohne Abzug bis 31.03.2026",
    )
    assert invoice.due_date == date(2026, 3, 31)


def test_the_customers_own_account_is_not_paid_to() -> None:
    invoice = read_lines(
        f"Domiciliëring op uw rekening {OTHER_IBAN}",
        f"Gelieve te betalen op rekening {PAPER.iban}",
    )
    assert invoice.iban == PAPER.iban
    assert invoice.evidence["iban"].alternatives == (OTHER_IBAN,)


def test_an_iban_with_wrong_check_digits_is_kept_and_doubted() -> None:
    wrong = PAPER.iban[:-1] + str((int(PAPER.iban[-1]) + 1) % 10)
    recognition = read_pdf(lines_pdf([("Factuur 2026-1", f"IBAN {wrong}")]))
    assert recognition.invoice.iban == wrong
    assert recognition.invoice.confidence("iban") < 0.6
    assert "iban_check_digits" in recognition.warnings


def test_words_in_capitals_are_no_bic() -> None:
    assert read_lines("RECHNUNG", f"IBAN {PAPER.iban}").bic is None


def test_twelve_digits_are_a_reference_only_when_they_are_called_so() -> None:
    digits = ogm(2023090970)
    assert read_lines(f"Serienummer {digits}").payment_reference is None
    assert read_lines(f"Mededeling: {digits}").payment_reference == digits


@pytest.mark.parametrize(
    ("lines", "currency"),
    [
        (("Total $ 132.28",), "USD"),
        (("Totaal CHF 132,28",), "CHF"),
        (("Totaal 132,28", f"IBAN {PAPER.iban}"), "EUR"),
        (("Totaal 132,28",), None),
    ],
)
def test_the_currency_is_read_or_follows_from_the_country(
    lines: tuple[str, ...], currency: str | None
) -> None:
    assert read_lines("Factuur 2026-1", *lines).currency == currency


# --- amounts -------------------------------------------------------------------------------------


def amounts(invoice: Invoice) -> tuple[str, ...]:
    names = ("total_excl", "vat_total", "total_incl", "amount_due")
    return tuple(str(getattr(invoice, name)) for name in names)


def rates(invoice: Invoice) -> list[tuple[str, str, str]]:
    return [(str(v.rate), str(v.base), str(v.amount)) for v in invoice.vat_breakdown]


def test_two_rates_are_explained_by_their_rows() -> None:
    invoice = read_lines(
        "Btw % Maatstaf Btw-bedrag",
        "6 % 1.000,00 60,00",
        "21 % 200,00 42,00",
        "Totaal excl. btw 1.200,00",
        "Totaal btw 102,00",
        "Totaal incl. btw 1.302,00",
    )
    assert amounts(invoice) == ("1200.00", "102.00", "1302.00", "1302.00")
    assert rates(invoice) == [("6", "1000.00", "60.00"), ("21", "200.00", "42.00")]
    assert invoice.confidence("total_incl") >= 0.9


def test_totals_that_are_not_printed_follow_from_the_rows() -> None:
    invoice = read_lines(
        "Totaal excl. btw € 205,47",
        "Btw 9% over € 19,83 € 1,78",
        "Btw 21% over € 185,64 € 38,98",
        "Totaal incl. btw € 246,23",
    )
    assert amounts(invoice) == ("205.47", "40.76", "246.23", "246.23")


def test_an_untaxed_part_is_a_row_of_its_own() -> None:
    invoice = read_lines(
        "Bedrag onderworpen aan btw 136,80",
        "Btw 21,00 % 28,73",
        "Niet onderworpen aan btw 1.212,41",
        "Totaal exclusief btw 1.349,21",
        "Totaal te betalen EUR 1.377,94",
    )
    assert amounts(invoice)[:3] == ("1349.21", "28.73", "1377.94")
    assert rates(invoice) == [("0", "1212.41", "0.00"), ("21", "136.80", "28.73")]


def test_vat_on_the_base_less_cash_discount_is_understood() -> None:
    invoice = read_lines(
        "Netto 1.000,00",
        "Korting contant 2 % 20,00",
        "Btw 21 % op 980,00 205,80",
        "Totaal incl. btw 1.205,80",
        "Bij betaling binnen 8 dagen korting contant 2 %: 20,00 - te betalen 1.185,80",
    )
    assert amounts(invoice)[1:] == ("205.80", "1205.80", "1205.80")
    assert invoice.discount
    assert (invoice.discount.type, invoice.discount.percent) == ("financial", Decimal(2))


@pytest.mark.parametrize(
    "words",
    [
        "Btw verlegd",
        "Autoliquidation",
        "Steuerschuldnerschaft des Leistungsempfängers",
        "Reverse charge",
    ],
)
def test_reverse_charge_is_seen(words: str) -> None:
    invoice = read_lines("Totaal excl. btw 500,00", f"{words} 0,00", "Te betalen 500,00")
    assert invoice.is_reverse_charge is True
    assert amounts(invoice)[:3] == ("500.00", "0.00", "500.00")


def test_conditions_that_speak_of_reverse_charge_do_not_make_it_one() -> None:
    clause = "Bij verlegging van heffing geldt het volgende."
    assert read(text_pdf(notes=[clause])).is_reverse_charge is False


def test_conditions_that_speak_of_unpaid_invoices_do_not_make_it_paid() -> None:
    paper = text_pdf(notes=["Toute facture impayée le jour de l'échéance porte intérêt."])
    assert read(paper).amount_due == PAPER.total


def test_pages_full_of_details_do_not_crowd_out_the_totals() -> None:
    details = [f"gesprek {n} {n}.{n % 10}1 {n},{n % 90 + 10}" for n in range(50)]
    first = ["Factuur 2026-12", "Totaal excl. btw 100,00", "Btw 21 % 21,00", "Te betalen 121,00"]
    assert read(lines_pdf([first, *[details] * 10])).total_incl == Decimal("121.00")


def test_what_was_paid_before_is_taken_off_what_is_due() -> None:
    invoice = read_lines(
        "Totaal excl. btw 1.000,00",
        "Btw 21 % 210,00",
        "Totaal incl. btw 1.210,00",
        "Voorschot 400,00",
        "Nog te betalen 810,00",
    )
    assert amounts(invoice) == ("1000.00", "210.00", "1210.00", "810.00")


def test_an_invoice_that_was_paid_leaves_nothing_due() -> None:
    invoice = read_lines("Totaal incl. btw € 246,23", "Betaald met iDEAL - dank u wel")
    assert amounts(invoice)[2:] == ("246.23", "0.00")


# --- kinds of paper ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "document_class"),
    [
        ("FACTUUR", DocumentClass.INVOICE),
        ("Facture d'acompte", DocumentClass.INVOICE),
        ("CREDITNOTA", DocumentClass.CREDIT_NOTE),
        ("NOTE DE CRÉDIT", DocumentClass.CREDIT_NOTE),
        ("GUTSCHRIFT", DocumentClass.CREDIT_NOTE),
        ("CREDIT NOTE", DocumentClass.CREDIT_NOTE),
        ("OFFERTE", DocumentClass.NOT_INVOICE),
        ("BON DE COMMANDE", DocumentClass.NOT_INVOICE),
        ("Betalingsherinnering", DocumentClass.NOT_INVOICE),
        ("MAHNUNG", DocumentClass.NOT_INVOICE),
        ("Delivery note", DocumentClass.NOT_INVOICE),
        ("Rekeninguittreksel", DocumentClass.NOT_INVOICE),
    ],
)
def test_the_heading_says_what_a_paper_is(title: str, document_class: DocumentClass) -> None:
    number = "Factuurnummer" if document_class is not DocumentClass.NOT_INVOICE else "Nummer"
    content = lines_pdf([(title, "", f"{number}: 2026-12", "Totaal incl. btw 121,00")])
    assert read(content).document_class is document_class


def test_a_delivery_note_that_is_mentioned_does_not_make_the_invoice_one() -> None:
    assert read(text_pdf(notes=["Leverbon LB955061 van 05/10/2026"])).document_class is (
        DocumentClass.INVOICE
    )


def test_amounts_below_zero_make_a_credit_note_with_positive_amounts() -> None:
    invoice = read_lines(
        "Factuur 2026-12",
        "Totaal excl. btw -100,00",
        "Btw 21 % -21,00",
        "Totaal incl. btw -121,00",
    )
    assert invoice.document_class is DocumentClass.CREDIT_NOTE
    assert amounts(invoice)[:3] == ("100.00", "21.00", "121.00")


# --- files that are not as they should be --------------------------------------------------------


def test_an_encrypted_pdf_asks_for_its_password() -> None:
    locked = encrypted_pdf("geheim")
    assert read_pdf(locked).password_required
    opened = read_pdf(locked, passwords=["fout", "geheim"])
    assert not opened.password_required
    assert opened.invoice.invoice_number == PAPER.number


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nniets", b"geen pdf"])
def test_a_broken_pdf_is_unreadable(content: bytes) -> None:
    recognition = read_pdf(content)
    assert recognition.unreadable == "pdf_broken"
    assert recognition.status is RecognitionStatus.EMPTY


def test_a_paper_without_anything_is_empty() -> None:
    recognition = read_pdf(lines_pdf([("Beste groeten uit Zandvoort, het is hier mooi weer",)]))
    assert recognition.invoice.document_class is DocumentClass.NOT_INVOICE
    assert recognition.invoice.total_incl is None


def test_many_pages_full_of_numbers_are_read_in_bounds() -> None:
    page = [
        f"{n:04d} 12,{n % 100:02d} 21 % 03/11/2026 totaal {n},00 btw {n},10" for n in range(50)
    ]
    recognition = read_pdf(lines_pdf([page] * 30))
    assert recognition.invoice.pages == 30


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(alphabet=st.characters(codec="latin-1"), max_size=60), max_size=12))
def test_no_text_makes_recognition_raise(lines: list[str]) -> None:
    read_pdf(lines_pdf([[line.replace("\n", " ") for line in lines]]))


def test_a_cash_discount_is_the_amount_that_its_percentage_makes() -> None:
    invoice = read_lines(
        "Nettobetrag   421,90",
        "MwSt.-Grundlage abzgl. 2 % Skonto   413,46",
        "MwSt. 21 %   86,83",
        "Gesamtbetrag EUR   508,73",
        "Bei Zahlung innerhalb von 8 Tagen 2 % Skonto: 8,44 EUR, zu zahlen 500,29 EUR.",
    )
    assert invoice.discount == Discount(
        type="financial", percent=Decimal(2), amount=Decimal("8.44")
    )


def test_a_commercial_discount_turns_the_subtotal_into_the_total() -> None:
    invoice = read_lines(
        "Subtotaal   1.000,00",
        "Handelskorting 5 %   -50,00",
        "Totaal excl. btw   950,00",
        "Btw 21 %   199,50",
        "Totaal incl. btw   1.149,50",
    )
    assert invoice.discount == Discount(
        type="commercial", percent=Decimal(5), amount=Decimal("50.00")
    )


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("Gelieve het bedrag te storten voor 15/04/2026 op onze rekening.", date(2026, 4, 15)),
        ("Der Betrag wird am 20.04.2026 von Ihrem Konto abgebucht.", date(2026, 4, 20)),
        ("Please remit until 2026-04-18.", date(2026, 4, 18)),
        ("Nous vous prions de payer au plus tard le 12 avril 2026.", date(2026, 4, 12)),
        ("Bis zum 30.04.2026 ohne Abzug", date(2026, 4, 30)),
        ("Wij leverden op 15/04/2026 alle goederen.", None),
    ],
)
def test_a_sentence_gives_the_due_date(line: str, due: date | None) -> None:
    assert read_lines("Factuur 17", "Factuurdatum: 16/03/2026", line).due_date == due


def test_a_till_says_what_was_paid() -> None:
    invoice = read_lines(
        "Kassaticket 114",
        "Totaal excl. btw   62,00",
        "Btw 6 %   3,72",
        "Totaal incl. btw   65,72",
        "Afronding   -0,02",
        "Contant   70,00",
        "Wisselgeld   4,30",
        "TOTAAL   65,70",
    )
    assert amounts(invoice)[:3] == ("62.00", "3.72", "65.70")


def test_vat_inside_prices_leaves_the_total_without_it() -> None:
    invoice = read_lines("Factuur 17", "Totaal   861,44", "Waarvan 21% btw   149,51")
    assert amounts(invoice)[:3] == ("711.93", "149.51", "861.44")


def test_vat_by_rate_without_bases_is_added_up() -> None:
    invoice = read_lines(
        "Factuur 17",
        "Bedrag excl. btw   2.219,77",
        "Btw 6 %   4,61",
        "Btw 21 %   450,02",
        "Algemeen totaal   2.674,40",
    )
    assert amounts(invoice)[:3] == ("2219.77", "454.63", "2674.40")


@pytest.mark.parametrize(
    "lines",
    [
        ("Attentie: onze oude rekening BE23456 is afgesloten: {other}", "IBAN {own}"),
        ("Het bedrag gaat via domiciliëring van uw rekening {other}", "Rekening {own}"),
    ],
)
def test_an_account_that_is_closed_or_debited_is_not_paid_to(lines: tuple[str, ...]) -> None:
    said = [line.format(own=PAPER.iban, other=OTHER_IBAN) for line in lines]
    assert read_lines("Factuur 17", *said).iban == PAPER.iban


@pytest.mark.parametrize(
    "lines",
    [
        ("Faktuurkenmerk: B-2026-77",),
        ("Uw order   4500123", "Identificatie van de factuur: B-2026-77"),
        ("FACTUUR B-2026-77", "Order 4500123"),
        ("Onze referentie   B-2026-77", "Uw referentie   4500123"),
    ],
)
def test_numbers_are_found_by_labels_that_are_in_no_list(lines: tuple[str, ...]) -> None:
    assert read_lines("Factuur", *lines).invoice_number == "B-2026-77"
