"""What was written as CODA, CAMT or MT940 is read the same; what is broken is told, not raised."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.bank import (
    Balance,
    BankStatement,
    EntryStatus,
    ProblemKind,
    StatementFormat,
)
from mailbot.domain.values import from_json, to_json
from mailbot.recognition.statements import any_format
from mailbot.recognition.statements.any_format import read_statements
from tests.kit.statements import (
    DAY,
    DIALECTS,
    IBAN,
    OGM,
    a_payment,
    a_statement,
    essence,
    statements,
    write_camt,
    write_coda,
    write_mt940,
)

Writer = Callable[..., bytes]
WRITERS: tuple[Writer, ...] = (write_coda, write_camt, write_mt940)
SAMPLE = a_statement(a_payment("-12.50", ogm=OGM), a_payment("40.00", "Factuur & 2026.114"))


def kinds(content: bytes) -> list[ProblemKind]:
    return [problem.kind for problem in read_statements(content).all_problems]


@given(statements())
def test_coda_is_read_as_it_was_written(statement: BankStatement) -> None:
    read = read_statements(write_coda(statement))
    assert read.all_problems == ()
    assert [essence(one) for one in read.statements] == [essence(statement)]


@given(statements(), st.sampled_from(("052", "053", "054")), st.integers(1, 13))
def test_camt_is_read_as_it_was_written(
    statement: BankStatement, message: str, version: int
) -> None:
    read = read_statements(write_camt(statement, message=message, version=version))
    assert read.all_problems == ()
    assert read.version == f"camt.{message}.001.{version:02}"
    assert [essence(one) for one in read.statements] == [essence(statement)]


@given(statements(), st.sampled_from(DIALECTS), st.booleans())
def test_mt940_is_read_as_it_was_written(
    statement: BankStatement, dialect: str, fin: bool
) -> None:
    read = read_statements(write_mt940(statement, dialect=dialect, fin=fin))
    assert read.all_problems == ()
    assert [essence(one) for one in read.statements] == [essence(statement)]


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_holds_several_statements(write: Writer) -> None:
    other = a_statement(a_payment("1.00", "tweede"), opening="-5.00")
    read = read_statements(write(SAMPLE, other))
    assert [essence(one) for one in read.statements] == [essence(SAMPLE), essence(other)]
    assert read.all_problems == ()


@given(st.sampled_from(WRITERS), st.data())
def test_a_file_cut_anywhere_says_so_or_has_lost_nothing(
    write: Writer, data: st.DataObject
) -> None:
    whole = write(SAMPLE)
    part = whole[: data.draw(st.integers(0, len(whole)))]
    read = read_statements(part)
    assert read.all_problems or [essence(s) for s in read.statements] == [essence(SAMPLE)]


@given(st.sampled_from(WRITERS), st.data())
def test_no_change_of_a_file_raises(write: Writer, data: st.DataObject) -> None:
    content = bytearray(write(SAMPLE))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    read_statements(bytes(content))


@given(
    st.binary(max_size=300) | st.text(":0123456789FCDRNS?/\n -+,EUR", max_size=300).map(str.encode)
)
def test_no_content_raises(content: bytes) -> None:
    read = read_statements(content)
    assert read.statements or read.problems


@given(st.lists(st.text("0123489 ABC", max_size=130), max_size=12))
def test_no_lines_behind_a_coda_header_raise(lines: list[str]) -> None:
    read = read_statements("\n".join(["0000013112653905", *lines]).encode())
    assert read.format is StatementFormat.CODA
    assert read.problems


@given(
    st.lists(
        st.tuples(
            st.sampled_from((":61:", ":86:", ":62F:", ":90D:", ":NS:", "")),
            st.text("?20-:/EREMIC+ ,\n\u0661"),
        )
    )
)
def test_no_fields_of_mt940_raise(fields: list[tuple[str, str]]) -> None:
    lines = [":20:X", *(tag + text for tag, text in fields)]
    assert read_statements("\n".join(lines).encode()).format is StatementFormat.MT940


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", ProblemKind.EMPTY),
        (b" \r\n\x00\x00", ProblemKind.EMPTY),
        (b"Beste, hierbij het uittreksel.", ProblemKind.UNKNOWN_FORMAT),
        (b"%PDF-1.7\n%\x00\xe2\xe3", ProblemKind.UNKNOWN_FORMAT),
        (b"<Invoice><ID>1</ID></Invoice>", ProblemKind.UNKNOWN_FORMAT),
        (b":20:X\n:25:\x00\x01\x02", ProblemKind.UNREADABLE),
        (b"<Document><BkToCstmrStmt>", ProblemKind.UNREADABLE),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Document>&b;</Document>', ProblemKind.UNREADABLE),
        (b"<Document><BkToCstmrStmt/></Document>", ProblemKind.INCOMPLETE),
        (b":61:260101C1,00NTRF", ProblemKind.INCOMPLETE),
    ],
)
def test_what_is_no_statement_is_told_in_one_word(content: bytes, kind: ProblemKind) -> None:
    read = read_statements(content)
    assert [problem.kind for problem in read.problems] == [kind]
    assert read.statements == ()


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("limit", ["MAX_STATEMENT", "MAX_MOVEMENTS"])
def test_a_file_over_a_limit_is_not_read(
    monkeypatch: pytest.MonkeyPatch, limit: str, write: Writer
) -> None:
    monkeypatch.setattr(any_format, limit, 1)
    read = read_statements(write(SAMPLE))
    assert [problem.kind for problem in read.problems] == [ProblemKind.TOO_LARGE]


@pytest.mark.parametrize("write", WRITERS)
def test_balances_that_do_not_agree_are_told_with_both_amounts(write: Writer) -> None:
    wrong = replace(SAMPLE, closing=Balance(amount=Decimal("128.50"), on=DAY))
    read = read_statements(write(wrong))
    problem = read.all_problems[-1]
    assert (problem.kind, problem.expected, problem.found) == (
        ProblemKind.BALANCE_DIFFERS,
        "127.50",
        "128.50",
    )
    assert read.statements[0].is_balanced is False


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_an_encoding_is_found(encoding: str) -> None:
    text = write_mt940(a_statement(a_payment("1.00", "Café Zürich"))).decode()
    read = read_statements(text.encode(encoding))
    assert read.statements[0].transactions[0].free_communication == "Café Zürich"


def test_line_ends_do_not_matter() -> None:
    for write in (write_coda, write_mt940):
        lines = write(SAMPLE).replace(b"\r\n", b"\n")
        for ending in (b"\n", b"\r\n", b"\r"):
            assert kinds(lines.replace(b"\n", ending)) == []


@pytest.mark.parametrize("write", WRITERS)
def test_the_sum_of_movements_is_that_of_the_booked_ones(write: Writer) -> None:
    statement = read_statements(write(SAMPLE)).statements[0]
    assert statement.movement == Decimal("27.50")
    assert statement.is_balanced is True
    assert {t.status for t in statement.transactions} == {EntryStatus.BOOKED}
    assert statement.account is not None
    assert statement.account.startswith(IBAN)


def test_statements_are_kept_as_json() -> None:
    for write in WRITERS:
        statement = read_statements(write(SAMPLE)).statements[0]
        assert from_json(BankStatement, to_json(statement)) == statement
