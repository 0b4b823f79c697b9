"""CODA: communications with a structure, details of globalised amounts, and what does not fit."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from mailbot.domain.bank import (
    BankStatement,
    BankTransaction,
    Ogm,
    ProblemKind,
    TransactionCode,
    TransactionFamily,
)
from mailbot.recognition.statements.any_format import read_statements
from tests.kit.statements import DAY, OGM, RF, a_payment, a_statement, write_coda


def read(content: bytes) -> BankStatement:
    (statement,) = read_statements(content).statements
    return statement


def read_one(payment: BankTransaction) -> BankTransaction:
    (transaction,) = read(write_coda(a_statement(payment))).transactions
    return transaction


def kinds(content: bytes) -> list[ProblemKind]:
    return [problem.kind for problem in read_statements(content).all_problems]


def lines_of(statement: BankStatement) -> list[bytes]:
    return write_coda(statement).splitlines()


SAMPLE = a_statement(a_payment("-12.50", "een"), a_payment("40.00", "twee"))


def test_a_statement_says_whose_it_is() -> None:
    statement = read(write_coda(replace(SAMPLE, is_duplicate=True)))
    assert statement.account == "BE68539007547034"
    assert statement.bic == "GKCCBEBB"
    assert statement.holder == "Bakkerij De Gouden Aar"
    assert statement.sequence == "017"
    assert statement.is_duplicate
    assert statement.opening
    assert statement.opening.on == DAY


def test_version_1_has_domestic_accounts_and_an_address_for_the_communication() -> None:
    old = replace(
        a_payment("5.00", "vrij"),
        counterparty=replace(a_payment().counterparty, account="539007547034"),
    )
    file = read_statements(
        write_coda(replace(a_statement(old), account="000325448336"), version="1")
    )
    (statement,) = file.statements
    (transaction,) = statement.transactions
    assert file.version == "1"
    assert statement.account == "000325448336"
    assert statement.iban is None
    assert transaction.counterparty.account == "539007547034"
    assert transaction.free_communication == "vrij"
    assert file.all_problems == ()


def test_an_ogm_in_its_field_is_stated_whatever_its_check_digits() -> None:
    assert read_one(a_payment(ogm=OGM)).structured_communication == Ogm(
        digits=OGM, is_valid=True, is_stated=True
    )
    wrong = OGM[:-1] + "4"
    assert read_one(a_payment(ogm=wrong)).structured_communication == Ogm(
        digits=wrong, is_valid=False, is_stated=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "+++090/9337/55493+++",
        "***090/9337/55493***",
        "factuur 2026-114 +++090 9337 55493+++ met dank",
        "090/9337/55493",
        "090933755493",
        # the record ends in the middle of it
        "x" * 48 + " +++090/9337/55493+++",
    ],
)
def test_an_ogm_in_free_text_is_found(text: str) -> None:
    transaction = read_one(a_payment(text=text))
    assert transaction.structured_communication == Ogm(digits=OGM, is_valid=True, is_stated=False)
    assert transaction.free_communication == text


@pytest.mark.parametrize(
    "text", ["+++090/9337/55494+++", "kaart 090933755493 terminal 4", "factuur 2026-114"]
)
def test_digits_that_are_no_ogm_are_left_alone(text: str) -> None:
    assert read_one(a_payment(text=text)).structured_communication is None


def test_a_creditor_reference_is_read_from_its_type_and_from_text() -> None:
    assert read_one(a_payment(reference=RF)).creditor_reference == RF
    assert read_one(a_payment(reference=RF)).reference == RF
    assert read_one(a_payment(text="betreft RF18 5390 0754 7034")).creditor_reference == RF
    assert read_one(a_payment(text="betreft RF19539007547034")).creditor_reference is None


def test_a_direct_debit_has_mandate_creditor_and_communication() -> None:
    debit = replace(
        a_payment("-30.00", "abonnement november"),
        mandate_id="MANDAAT-7",
        creditor_id="BE69ZZZ0123456789",
    )
    transaction = read_one(debit)
    assert transaction.mandate_id == "MANDAAT-7"
    assert transaction.creditor_id == "BE69ZZZ0123456789"
    assert transaction.free_communication == "abonnement november"


def test_information_of_the_bank_runs_on_over_records() -> None:
    text = "Europese overschrijving van " + "een heel lange naam " * 8 + "einde"
    assert read_one(a_payment(information=text)).information == text


def test_the_name_in_the_information_record_completes_a_shortened_one() -> None:
    lines = lines_of(a_statement(a_payment("-1.00", "x", information="001 replaced")))
    at = next(i for i, line in enumerate(lines) if line.startswith(b"31"))
    lines[at] = (
        lines[at][:39]
        + b"1001Drukkerij Voorbeeld BV, afdeling Facturatie".ljust(74)
        + lines[at][113:]
    )
    transaction = read(b"\n".join(lines)).transactions[0]
    assert transaction.counterparty.name == "Drukkerij Voorbeeld BV, afdeling Facturatie"
    assert transaction.information is None


def test_information_runs_on_in_records_3_2_and_3_3() -> None:
    lines = lines_of(
        a_statement(a_payment("-1.00", "x", information="Verrekening van ".ljust(73)))
    )
    at = next(i for i, line in enumerate(lines) if line.startswith(b"31"))
    more = [
        b"3200010001" + b"kosten".ljust(105),
        b"3300010001" + b"+++090/9337/55493+++".ljust(90),
    ]
    transaction = read(b"\n".join([*lines[: at + 1], *more, *lines[at + 1 :]])).transactions[0]
    assert transaction.information == "Verrekening van kosten +++090/9337/55493+++"
    assert transaction.structured_communication == Ogm(digits=OGM, is_valid=True, is_stated=False)


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("210005816416 EUR", "210005816416"),
        ("301710036013                      USD", "301710036013"),
        ("NL69INGB0123456789                EUR", "NL69INGB0123456789"),
        ("", None),
    ],
)
def test_a_counterparty_has_an_account_of_any_country_or_none(
    written: str, account: str | None
) -> None:
    lines = lines_of(a_statement(a_payment("-1.00", "x")))
    at = next(i for i, line in enumerate(lines) if line.startswith(b"23"))
    lines[at] = lines[at][:10] + written.ljust(37).encode() + lines[at][47:]
    assert read(b"\n".join(lines)).transactions[0].counterparty.account == account


def test_details_belong_to_their_movement_and_are_not_counted_twice() -> None:
    parts = (a_payment("-10.00", "deel 1"), a_payment("-2.50", ogm=OGM))
    statement = read(
        write_coda(a_statement(a_payment("-12.50", details=parts), a_payment("1.00")))
    )
    assert [t.amount for t in statement.transactions] == [Decimal("-12.50"), Decimal("1.00")]
    details = statement.transactions[0].details
    assert [d.amount for d in details] == [Decimal("-10.00"), Decimal("-2.50")]
    assert details[1].structured_communication
    assert statement.problems == ()
    assert statement.is_balanced


@pytest.mark.parametrize(
    ("code", "family", "is_reversal"),
    [
        ("00150000", TransactionFamily.TRANSFER, False),
        ("00503000", TransactionFamily.DIRECT_DEBIT, False),
        ("00402000", TransactionFamily.CARD, False),
        ("00137000", TransactionFamily.CHARGES, False),
        ("33501000", TransactionFamily.INTEREST, False),
        ("00149000", TransactionFamily.TRANSFER, True),
        ("09901000", TransactionFamily.OTHER, False),
    ],
)
def test_a_transaction_code_has_a_family(
    code: str, family: TransactionFamily, is_reversal: bool
) -> None:
    transaction = read_one(replace(a_payment(), code=TransactionCode(code=code)))
    assert transaction.code == TransactionCode(code=code, family=family)
    assert transaction.is_reversal is is_reversal


def test_free_messages_are_kept_and_not_counted() -> None:
    file = read_statements(write_coda(SAMPLE, messages=("Onze kantoren zijn gesloten.",)))
    assert file.statements[0].messages == ("Onze kantoren zijn gesloten.",)
    assert file.all_problems == ()


def test_what_is_wrong_is_told_with_its_line() -> None:
    lines = lines_of(SAMPLE)
    lines[2] = lines[2][:32] + b"00000000001250X" + lines[2][47:]
    problems = read(b"\n".join(lines)).problems
    unreadable = next(p for p in problems if p.kind is ProblemKind.VALUE_UNREADABLE)
    assert (unreadable.line, unreadable.found) == (3, "00000000001250X")


Change = Callable[[list[bytes]], list[bytes]]
CHANGES: tuple[tuple[Change, ProblemKind], ...] = (
    (lambda lines: lines[:-1], ProblemKind.INCOMPLETE),
    (lambda lines: lines[:3] + lines[4:], ProblemKind.COUNT_DIFFERS),
    (lambda lines: lines[:2] + lines[5:], ProblemKind.TOTALS_DIFFER),
    (lambda lines: replaced(lines, 5, b"210002", b"210004"), ProblemKind.SEQUENCE_BROKEN),
    (lambda lines: replaced(lines, 2, b"2100010000", b"2100010001"), ProblemKind.SEQUENCE_BROKEN),
    (lambda lines: [lines[0], lines[1], lines[3], *lines[2:]], ProblemKind.RECORD_MISPLACED),
    (lambda lines: [*lines, b"1 behind the end"], ProblemKind.RECORD_MISPLACED),
    (lambda lines: replaced(lines, -2, b"BE68", b"BE69"), ProblemKind.ACCOUNT_DIFFERS),
    (lambda lines: [lines[0], *lines[2:]], ProblemKind.OPENING_MISSING),
    (lambda lines: [*lines[:-2], lines[-1]], ProblemKind.CLOSING_MISSING),
    (lambda lines: [*lines[:-1], lines[-1][:127] + b"2"], ProblemKind.MORE_FOLLOWS),
)


def replaced(lines: list[bytes], at: int, old: bytes, new: bytes) -> list[bytes]:
    changed = list(lines)
    assert old in changed[at]
    changed[at] = changed[at].replace(old, new)
    return changed


@pytest.mark.parametrize(("change", "kind"), CHANGES)
def test_a_file_that_does_not_fit_together_says_why(change: Change, kind: ProblemKind) -> None:
    assert kind in kinds(b"\r\n".join(change(lines_of(SAMPLE))))


def test_a_second_account_below_one_header_is_a_statement_of_its_own() -> None:
    lines = lines_of(SAMPLE)
    content = b"\n".join([*lines[:-1], *lines[1:]])
    file = read_statements(content)
    assert [len(s.transactions) for s in file.statements] == [2, 2]
    assert all(s.is_balanced for s in file.statements)


def test_a_file_without_line_ends_is_cut_at_128_columns() -> None:
    content = b"".join(lines_of(SAMPLE))
    assert kinds(content) == []
    assert len(read(content).transactions) == 2


def test_records_that_lost_their_trailing_blanks_are_read() -> None:
    content = b"\n".join(line.rstrip() for line in lines_of(SAMPLE))
    assert [t.amount for t in read(content).transactions] == [Decimal("-12.50"), Decimal("40.00")]
