"""MT940: what Dutch, German and other banks write into :61: and :86:."""

from datetime import date
from decimal import Decimal

import pytest

from mailbot.domain.bank import (
    BankStatement,
    BankTransaction,
    EntryStatus,
    Ogm,
    ProblemKind,
    TransactionFamily,
)
from mailbot.recognition.statements.any_format import read_statements
from tests.kit.statements import IBAN, OGM, OTHER_IBAN, RF, wrapped


def statement_of(*fields: str, closing: str | None = None) -> BankStatement:
    """Read a statement of EUR 100.00 with `fields` in it."""
    end = [f":62F:C261113EUR{closing}"] if closing else []
    lines = [":20:X", f":25:{IBAN}EUR", ":28C:17/1", ":60F:C261112EUR100,00", *fields, *end, "-"]
    (statement,) = read_statements("\n".join(lines).encode()).statements
    return statement


def read_one(line: str, *more: str) -> BankTransaction:
    (transaction,) = statement_of(f":61:{line}", *more).transactions
    return transaction


def details(text: str) -> BankTransaction:
    return read_one("2611131113D5,00NTRFNONREF", *wrapped(text))


def test_the_account_is_kept_as_written_and_its_iban_recognised() -> None:
    statement = statement_of()
    assert (statement.account, statement.iban) == (f"{IBAN}EUR", IBAN)
    assert (statement.currency, statement.sequence) == ("EUR", "17/1")


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal", "status"),
    [
        ("C", "5.00", False, EntryStatus.BOOKED),
        ("D", "-5.00", False, EntryStatus.BOOKED),
        ("RC", "-5.00", True, EntryStatus.BOOKED),
        ("RD", "5.00", True, EntryStatus.BOOKED),
        ("CR", "5.00", False, EntryStatus.BOOKED),
        ("RDR", "5.00", True, EntryStatus.BOOKED),
        ("EC", "5.00", False, EntryStatus.PENDING),
    ],
)
def test_a_mark_says_the_direction(
    mark: str, amount: str, is_reversal: bool, status: EntryStatus
) -> None:
    transaction = read_one(f"2611131113{mark}5,NTRFNONREF")
    assert transaction.amount == Decimal(amount)
    assert (transaction.is_reversal, transaction.status) == (is_reversal, status)


@pytest.mark.parametrize(
    ("line", "value_date", "entry_date"),
    [
        ("261113D1,NTRF", date(2026, 11, 13), None),
        ("2701021231D1,NTRF", date(2027, 1, 2), date(2026, 12, 31)),
        ("2612310102D1,NTRF", date(2026, 12, 31), date(2027, 1, 2)),
        ("2602300301D1,NTRF", date(2026, 2, 28), date(2026, 3, 1)),
        ("2613450301D1,NTRF", None, None),
    ],
)
def test_dates_have_two_digits_of_a_year_or_none(
    line: str, value_date: date | None, entry_date: date | None
) -> None:
    transaction = read_one(line)
    assert (transaction.value_date, transaction.entry_date) == (value_date, entry_date)


def test_references_are_told_apart() -> None:
    transaction = read_one("261113D1,NTRF0050001234567890//B4G29PGDCK1QFV3E", "Supplementary")
    assert transaction.customer_reference == "0050001234567890"
    assert transaction.bank_reference == "B4G29PGDCK1QFV3E"
    assert transaction.information == "Supplementary"
    assert read_one("261113D1,NTRFNONREF//NONREF").bank_reference is None


def test_ing_has_code_words_with_the_counterparty_in_one() -> None:
    transaction = details(
        f"/EREF/E2E-7//MARF/MND-1//CSID/NL32ZZZ999999991234//CNTP/{OTHER_IBAN}/INGBNL2A/"
        "Drukkerij Voorbeeld B.V.///REMI/USTD//Factuur 2026-114 klant 7/"
    )
    party = transaction.counterparty
    assert (party.name, party.account, party.bic) == (
        "Drukkerij Voorbeeld B.V.",
        OTHER_IBAN,
        "INGBNL2A",
    )
    assert transaction.free_communication == "Factuur 2026-114 klant 7"
    assert (transaction.end_to_end_id, transaction.mandate_id, transaction.creditor_id) == (
        "E2E-7",
        "MND-1",
        "NL32ZZZ999999991234",
    )


@pytest.mark.parametrize("kind", ["STRD/CUR", "STRD/ISO"])
def test_ing_has_structured_references(kind: str) -> None:
    transaction = details(f"/CNTP/{OTHER_IBAN}/INGBNL2A/X///REMI/{kind}/{RF}/")
    assert (transaction.reference, transaction.creditor_reference) == (RF, RF)
    assert transaction.free_communication is None


def test_an_ogm_is_read_from_a_structured_reference_and_from_text() -> None:
    stated = details(f"/REMI/STRD/CUR/{OGM}/").structured_communication
    assert stated == Ogm(digits=OGM, is_valid=True, is_stated=True)
    found = details("/REMI/USTD//+++090/9337/55493+++/").structured_communication
    assert found == Ogm(digits=OGM, is_valid=True, is_stated=False)


def test_abn_amro_has_code_words() -> None:
    transaction = details(
        f"/TRTP/SEPA OVERBOEKING/IBAN/{OTHER_IBAN}/BIC/INGBNL2A/NAME/DRUKKERIJ VOORBEELD"
        "/REMI/FACTUUR 2026/114/EREF/NOTPROVIDED"
    )
    assert transaction.counterparty.name == "DRUKKERIJ VOORBEELD"
    assert transaction.counterparty.account == OTHER_IBAN
    assert transaction.free_communication == "FACTUUR 2026/114"
    assert transaction.end_to_end_id is None
    assert transaction.information == "SEPA OVERBOEKING"


def test_abn_amro_has_labels_in_columns() -> None:
    transaction = read_one(
        "2611131113D5,00N658NONREF",
        f":86:SEPA OVERBOEKING                 IBAN: {OTHER_IBAN}",
        "BIC: INGBNL2A                    NAAM: DRUKKERIJ VOORBEELD",
        "OMSCHRIJVING: FACTUUR 2026-114   KENMERK: E2E-7",
    )
    party = transaction.counterparty
    assert (party.name, party.account, party.bic) == (
        "DRUKKERIJ VOORBEELD",
        OTHER_IBAN,
        "INGBNL2A",
    )
    assert transaction.free_communication == "FACTUUR 2026-114"
    assert transaction.end_to_end_id == "E2E-7"


def test_rabobank_has_the_account_in_the_supplementary_details() -> None:
    transaction = read_one(
        "261113D000000000025,00N102EREF",
        OTHER_IBAN,
        ":86:/EREF/E2E-7/BENM//NAME/DRUKKERIJ VOORBEELD/REMI/Factuur 2026-114/ISDT/2026-11",
        "-13",
    )
    assert transaction.amount == Decimal("-25.00")
    assert transaction.counterparty.account == OTHER_IBAN
    assert transaction.counterparty.name == "DRUKKERIJ VOORBEELD"
    assert transaction.free_communication == "Factuur 2026-114"


def test_rabobank_had_account_and_name_behind_the_type_and_many_fields_86() -> None:
    transaction = read_one(
        "261113D000000000044,95N0600733959555      DRUKKERIJ VOORBEELD",
        ":86:BETALINGSKENM.  123456789",
        ":86:FACTUURNUMMER 2026114",
    )
    assert transaction.counterparty.account == "0733959555"
    assert transaction.counterparty.name == "DRUKKERIJ VOORBEELD"
    assert transaction.free_communication == "BETALINGSKENM. 123456789 FACTUURNUMMER 2026114"


def test_knab_has_labels_behind_the_text() -> None:
    transaction = read_one(
        "2611131113D7260,NTRFNONREF//B4G29PGVCO7Q06US",
        ":86:FACTUUR 2026114, 2026115",
        f"REK: {OTHER_IBAN}/NAAM: DRUKKERIJ",
    )
    assert transaction.free_communication == "FACTUUR 2026114, 2026115"
    assert transaction.counterparty.account == OTHER_IBAN
    assert transaction.counterparty.name == "DRUKKERIJ"


@pytest.mark.parametrize("separator", "?>")
def test_german_banks_number_subfields(separator: str) -> None:
    text = (
        "105?00BASISLASTSCHRIFT?10931?20EREF+E2E-7-abcdefghijklmnop?21qrst MREF+MND-1"
        "?22CRED+DE98ZZZ09999999999?23SVWZ+Rechnung 2026-114 vom ?2413.11.2026"
        f"?30INGBNL2A?31{OTHER_IBAN}?32Druckerei Beispiel und Part?33ner GmbH?34992"
    )
    transaction = details(text.replace("?", separator))
    assert transaction.free_communication == "Rechnung 2026-114 vom 13.11.2026"
    assert transaction.end_to_end_id == "E2E-7-abcdefghijklmnopqrst"
    assert (transaction.mandate_id, transaction.creditor_id) == ("MND-1", "DE98ZZZ09999999999")
    assert transaction.counterparty.name == "Druckerei Beispiel und Partner GmbH"
    assert transaction.counterparty.account == OTHER_IBAN
    assert transaction.code.proprietary == "105"
    assert transaction.code.family is TransactionFamily.DIRECT_DEBIT
    assert transaction.information == "BASISLASTSCHRIFT"


def test_german_banks_may_say_what_for_without_words() -> None:
    transaction = details("020?00UEBERWEISUNG?20Rechnung 2026-114?21Kunde 7?3050060400?311234567")
    assert transaction.free_communication == "Rechnung 2026-114 Kunde 7"
    assert transaction.counterparty.account == "1234567"
    assert transaction.counterparty.bic is None


def test_old_german_files_have_a_field_of_their_own() -> None:
    statement = statement_of(
        ":NS:22Bakkerij De Gouden Aar",
        "23Konto",
        ":61:261113C5,S051",
        ":NS:01Rechnung",
        "022026-114",
        "15Druckerei Beispiel",
        "17GUTSCHRIFT",
        closing="105,00",
    )
    (transaction,) = statement.transactions
    assert statement.holder == "Bakkerij De Gouden Aar"
    assert transaction.free_communication == "Rechnung 2026-114"
    assert transaction.counterparty.name == "Druckerei Beispiel"
    assert statement.problems == ()


def test_other_text_is_free() -> None:
    transaction = read_one(
        "261113D5,NTRFNONREF", ":86:OVERSCHRIJVING NAAR", "DRUKKERIJ VOORBEELD", "090/9337/55493"
    )
    assert transaction.free_communication == (
        "OVERSCHRIJVING NAAR DRUKKERIJ VOORBEELD 090/9337/55493"
    )
    assert transaction.structured_communication


def test_a_time_that_a_line_end_cut_is_no_field() -> None:
    transaction = read_one("261113D5,NTRF", ":86:PIN 13-11-2026 14", ":26:37 UTRECHT")
    assert transaction.free_communication == "PIN 13-11-2026 14 :26:37 UTRECHT"


def test_a_text_behind_the_balance_is_about_the_statement() -> None:
    statement = statement_of(":62F:C261113EUR100,00", ":64:C261113EUR100,00", ":86:TOT MORGEN")
    assert statement.messages == ("TOT MORGEN",)
    assert statement.problems == ()


@pytest.mark.parametrize(
    ("sums", "kinds"),
    [
        (":86:/SUM/1/1/5,00/7,50/", []),
        (":86:D000001C000001D5,00C7,50", []),
        (":86:/SUM/2/1/5,00/7,50/", [ProblemKind.COUNT_DIFFERS]),
        (":90D:1EUR5,00", []),
        (":90C:1EUR7,00", [ProblemKind.TOTALS_DIFFER]),
    ],
)
def test_what_the_bank_summed_up_is_compared(sums: str, kinds: list[ProblemKind]) -> None:
    statement = statement_of(
        ":61:261113D5,NTRF", ":61:261113C7,5NTRF", ":62F:C261113EUR102,50", sums
    )
    assert [problem.kind for problem in statement.problems] == kinds


def test_an_interim_report_needs_no_balances() -> None:
    content = (
        b":20:X\n:25:123\n:28C:1\n:34F:EURD0,00\n:13D:2611131730+0100\n"
        b":61:261113D1,NTRF\n:90D:1EUR1,\n"
    )
    file = read_statements(content)
    assert file.version == "mt942"
    assert file.all_problems == ()
    assert file.statements[0].currency == "EUR"


@pytest.mark.parametrize("line", ["vandaag vijf euro", "261113D,NTRF"])
def test_a_movement_that_cannot_be_read_is_told_with_its_line(line: str) -> None:
    statement = statement_of(f":61:{line}", closing="100,00")
    assert [(p.kind, p.found, p.line) for p in statement.problems] == [
        (ProblemKind.VALUE_UNREADABLE, line, 5)
    ]


def test_pages_of_one_statement_are_read_one_by_one() -> None:
    pages = (
        ":20:X\n:25:1\n:28C:1/1\n:60F:C261112EUR1,00\n:61:261113C1,NTRF\n:62M:C261113EUR2,00\n-\n"
        ":20:X\n:25:1\n:28C:1/2\n:60M:C261113EUR2,00\n:61:261113D5,NTRF\n:62F:D261113EUR3,00\n-\n"
    )
    file = read_statements(pages.encode())
    assert [s.is_balanced for s in file.statements] == [True, True]
    assert file.statements[1].closing
    assert file.statements[1].closing.amount == Decimal("-3.00")


def test_what_stands_around_the_messages_is_left_out() -> None:
    block = "{1:F01BANKNL2AXXX0000000000}{2:I940BANKNL2AXXXN}{4:"
    text = (
        f"BANKNL2A\n940\nBANKNL2A\n{block}:20:X\n:25:1\n:60F:C261112EUR1,00\n:62F:C261112EUR1,00\n"
        f"-}}{{5:{{CHK:0}}}}{block}\n:20:Y\n:25:2\n:60F:C261112EUR1,00\n:62F:C261112EUR1,00\n-XXX\n"
    )
    file = read_statements(text.encode())
    assert [s.account for s in file.statements] == ["1", "2"]
    assert file.all_problems == ()
