"""Dates, amounts, terms and numbers with check digits in all their spellings."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.recognition import grammars, identifiers
from mailbot.recognition.grammars import Term
from tests.kit.pdf_builder import belgian_iban, belgian_vat, dotted, ogm

FINDERS = (
    grammars.find_dates,
    grammars.find_amounts,
    grammars.find_rates,
    grammars.find_terms,
    identifiers.find_vat_numbers,
    identifiers.find_ibans,
    identifiers.find_bics,
    identifiers.find_ogms,
)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Datum: 03/02/2026", date(2026, 2, 3)),
        ("Datum:03.02.26", date(2026, 2, 3)),
        ("13-01-2026", date(2026, 1, 13)),
        ("2026-02-03", date(2026, 2, 3)),
        ("3 februari 2026", date(2026, 2, 3)),
        ("Geel, le 1er août 2026", date(2026, 8, 1)),
        ("3 févr. 2026", date(2026, 2, 3)),
        ("1. März 2026", date(2026, 3, 1)),
        ("February 3, 2026", date(2026, 2, 3)),
        ("Feb 3 , 2026", date(2026, 2, 3)),
        ("3-feb-26", date(2026, 2, 3)),
        ("6/18/2017", date(2017, 6, 18)),
    ],
)
def test_a_date_is_read_in_every_spelling(text: str, day: date) -> None:
    assert [f.value.day for f in grammars.find_dates(text)] == [day]


@pytest.mark.parametrize(
    "text",
    ["31/02/2026", "02.12.34.56.78", "1.234,56", "BE0412.345.614", "10/02 05:48", "99/99/99"],
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert not list(grammars.find_dates(text))


def test_a_date_that_can_be_american_says_so() -> None:
    ambiguous, certain = (
        next(grammars.find_dates(text)).value for text in ("03/02/2026", "13/02/2026")
    )
    assert ambiguous.swapped == date(2026, 3, 2)
    assert certain.swapped is None


def test_eight_digits_are_only_perhaps_a_date() -> None:
    assert not next(grammars.find_dates("20260815")).value.is_certain


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("€ 1.234,56", ["1234.56"]),
        ("1 234,56 EUR", ["1234.56"]),
        ("1\u202f234,56\u00a0€", ["1234.56"]),
        ("1,234.56", ["1234.56"]),
        ("1234,56", ["1234.56"]),
        ("1'234.56", ["1234.56"]),
        ("12.302.456,90", ["12302456.90"]),
        ("-20,48 €", ["-20.48"]),
        ("20,48-", ["-20.48"]),
        ("\u2212 20,48", ["-20.48"]),
        ("$0.99", ["0.99"]),
        ("RM12.30", ["12.30"]),
        ("Btw 21% (107,64) 22,60", ["107.64", "22.60"]),
        ("totaal 18,00.", ["18.00"]),
    ],
)
def test_an_amount_is_read_in_every_spelling(text: str, amounts: list[str]) -> None:
    found = [f.value for f in grammars.find_amounts(text) if f.value.is_money]
    assert [value.amount for value in found] == [Decimal(a) for a in amounts]


@pytest.mark.parametrize("text", ["21,00 %", "A4", "5kg", "2440 Geel", "12/2026", "1.2.3", "v2"])
def test_what_is_no_money_is_not_read_as_money(text: str) -> None:
    assert not [f for f in grammars.find_amounts(text) if f.value.is_money]


def test_three_digits_behind_one_mark_are_thousands() -> None:
    assert grammars.read_amount("1.234") == (Decimal("1234.0"), 0)
    assert grammars.read_amount("0.357") == (Decimal("0.357"), 3)


@given(
    amount=st.decimals("0.01", "999999999.99", places=2),
    marks=st.sampled_from([(".", ","), (" ", ","), (",", "."), ("'", "."), ("", ",")]),
    currency=st.sampled_from(["€ {}", "{} EUR", "{}", "${}"]),
)
def test_what_was_written_as_an_amount_is_read_back(
    amount: Decimal, marks: tuple[str, str], currency: str
) -> None:
    thousands, decimal = marks
    whole, cents = f"{amount:,.2f}".split(".")
    written = currency.format(whole.replace(",", thousands) + decimal + cents)
    assert [f.value.amount for f in grammars.find_amounts(written)] == [amount]


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d"]))
def test_what_was_written_as_a_date_is_read_back(day: date, style: str) -> None:
    assert [f.value.day for f in grammars.find_dates(day.strftime(style))][:1] == [day]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Betalingstermijn: 30 dagen netto.", Term(30)),
        ("Betaling 30 dagen einde maand", Term(30, to_end_of_month=True)),
        ("Paiement à 60 jours fin de mois", Term(60, to_end_of_month=True)),
        ("Payment due in 14 days", Term(14)),
        ("Zahlbar innerhalb 10 Tagen netto", Term(10)),
        ("binnen 10 dagen", Term(10)),
        ("Payable à réception de la facture.", Term(0, on_receipt=True)),
    ],
)
def test_a_term_of_payment_is_read(text: str, term: Term) -> None:
    assert [f.value for f in grammars.find_terms(text)] == [term]


@pytest.mark.parametrize(
    "text",
    [
        "Klachten binnen 8 dagen na ontvangst",
        "Bij betaling binnen 10 dagen 2 % korting",
        "Levering binnen 5 dagen na betaling",
        "Retour mogelijk binnen 14 dagen",
    ],
)
def test_other_terms_are_no_terms_of_payment(text: str) -> None:
    assert not list(grammars.find_terms(text))


def test_end_of_month_counts_from_the_day_that_the_days_end() -> None:
    assert Term(30, to_end_of_month=True).due_date(date(2026, 1, 13)) == date(2026, 2, 28)
    assert Term(0, on_receipt=True).due_date(date(2026, 1, 13)) is None


VAT = belgian_vat(4123456)
IBAN = belgian_iban(7310001234)
OGM = ogm(1234567890)


@pytest.mark.parametrize(
    "text",
    [
        f"BTW {VAT}",
        f"BTW {dotted(VAT)}",
        f"BTW-{VAT[:2]} {VAT[2:]}",
        f"RPR {VAT[2:6]}.{VAT[6:9]}.{VAT[9:]}",
        f"BTW BE {VAT[3:6]}.{VAT[6:9]}.{VAT[9:]}",
        f"TVA {VAT[:2]} {VAT[2:6]} {VAT[6:9]} {VAT[9:]}",
    ],
)
def test_a_belgian_vat_number_is_read_in_every_spelling(text: str) -> None:
    assert [f.value.number for f in identifiers.find_vat_numbers(text)] == [VAT]


def test_a_vat_number_with_wrong_check_digits_is_found_and_doubted() -> None:
    found = [f.value for f in identifiers.find_vat_numbers("BTW BE 0412.345.615")]
    assert [(v.number, v.is_valid) for v in found] == [("BE0412345615", False)]


@pytest.mark.parametrize(
    "text",
    [IBAN, f"IBAN: {IBAN[:4]} {IBAN[4:8]} {IBAN[8:12]} {IBAN[12:]}", f"KBC {IBAN} (KREDBEBB)"],
)
def test_an_iban_is_read_grouped_or_not(text: str) -> None:
    assert [(f.value.number, f.value.is_valid) for f in identifiers.find_ibans(text)] == [
        (IBAN, True)
    ]


@pytest.mark.parametrize("place", [2, 3, 8, 15])
def test_letters_that_ocr_reads_for_digits_are_mended_by_the_check_digits(place: int) -> None:
    letter = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G"}.get(IBAN[place])
    misread = IBAN[:place] + (letter or IBAN[place]) + IBAN[place + 1 :]
    assert [f.value.number for f in identifiers.find_ibans(misread)] == [IBAN]


@pytest.mark.parametrize(
    "written",
    [
        "+++{}/{}/{}+++",
        "***{}/{}/{}***",
        "+++ {} / {} / {} +++",
        "{}/{}/{}",
        "{}{}{}",
        "+++{}{}{}+++",
    ],
)
def test_a_structured_communication_is_read_in_all_spellings(written: str) -> None:
    text = "Mededeling " + written.format(OGM[:3], OGM[3:7], OGM[7:])
    assert [f.value.number for f in identifiers.find_ogms(text)] == [OGM]


def test_a_structured_communication_with_a_wrong_remainder_is_none() -> None:
    assert not list(identifiers.find_ogms(f"+++{OGM[:3]}/{OGM[3:7]}/{int(OGM[7:]) + 1:05d}+++"))


@given(st.text(max_size=120))
def test_no_text_makes_a_grammar_raise(text: str) -> None:
    for finder in FINDERS:
        for found in finder(text):
            assert 0 <= found.start < found.end <= len(text)


@given(st.text(alphabet="0123456789 .,-+*/€%BENL", max_size=150))
def test_no_mix_of_digits_and_marks_makes_a_grammar_raise(text: str) -> None:
    for finder in FINDERS:
        list(finder(text))
