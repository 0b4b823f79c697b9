"""Booking lines as CSV: stable columns, sums that fit, nothing that a spreadsheet calculates."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file import COLUMNS, CsvFile, write_csv
from mailbot.domain.booking import BookingProposal, ExportFile
from mailbot.domain.people import JournalKind
from tests.kit.bookings import PDF, make_booking, make_job, make_line
from tests.kit.golden import Golden


def rows(content: bytes, separator: str = ";") -> list[dict[str, str]]:
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator, strict=True))


def written(booking: BookingProposal, **options: str) -> list[dict[str, str]]:
    separator = {"comma": ",", "tab": "\t"}.get(options.get("separator", ""), ";")
    return rows(write_csv(booking, "document.pdf", options), separator)


def test_columns_never_change_their_place(golden: Golden) -> None:
    """Whoever imports the file counts on it: columns may only be added at the end."""
    booking = make_booking(make_line("1000.00"), make_line("50.00", "S6", text="Boeken"))
    text = write_csv(booking, "document.pdf", {}).decode("utf-8-sig")
    golden("csv/purchase.csv", text.replace("\r\n", "\n"))
    assert COLUMNS[0] == "booking"
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_one_row_per_line_with_the_booking_on_each() -> None:
    booking = make_booking(make_line("1000.00"), make_line("50.00", "S6"))
    read = written(booking)
    assert [(r["line"], r["amount"], r["vat_code"], r["vat_amount"]) for r in read] == [
        ("1", "1000,00", "S21", "210,00"),
        ("2", "50,00", "S6", "3,00"),
    ]
    assert {r["total"] for r in read} == {"1263,00"}
    assert {r["communication"] for r in read} == {"123/4567/89002"}


def test_amounts_of_credit_notes_are_negative() -> None:
    row = written(make_booking(is_credit_note=True))[0]
    names = ("amount", "vat_amount", "total")
    assert [row[name] for name in names] == ["-100,00", "-21,00", "-121,00"]
    assert row["document"] == "credit_note"


def test_vat_of_reverse_charge_is_not_in_the_total() -> None:
    row = written(make_booking(make_line("500.00", "RC")))[0]
    assert (row["vat_code"], row["vat_amount"], row["total"]) == ("RC", "105,00", "500,00")


@pytest.mark.parametrize(
    ("options", "amount"),
    [
        ({"separator": "comma", "decimal": "point"}, "100.00"),
        ({"separator": "tab"}, "100,00"),
        ({"separator": "comma"}, "100,00"),
    ],
)
def test_options_choose_the_spelling(options: dict[str, str], amount: str) -> None:
    assert written(make_booking(), **options)[0]["amount"] == amount


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+32 2 123", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", '=HYPERLINK("x")'],
)
def test_no_text_is_a_formula(text: str) -> None:
    booking = make_booking(make_line("1.00", text=text), counterparty_name=text)
    row = written(booking)[0]
    assert row["text"] == row["counterparty"] == f"'{text}"


def test_a_structured_communication_is_no_formula_either() -> None:
    assert written(make_booking())[0]["communication"] == "123/4567/89002"
    assert written(make_booking(payment_reference="=A1"))[0]["communication"] == "'=A1"


@given(st.text(), st.text())
def test_any_text_is_read_back_as_one_field(name: str, text: str) -> None:
    booking = make_booking(make_line("1.00", text=text), counterparty_name=name)
    [row] = written(booking)
    assert list(row) == list(COLUMNS)
    assert row["text"].removeprefix("'") == text.replace("\0", "").removeprefix("'")


def test_every_kind_of_journal_can_be_written() -> None:
    booking = make_booking(kind=JournalKind.MISCELLANEOUS)
    assert CsvFile().export(make_job(booking)).problems == ()


def test_the_document_lies_beside_and_is_named_in_the_rows() -> None:
    result = CsvFile().export(make_job())
    table, document = result.files
    assert table.name.endswith(".csv")
    assert document.name == table.name.replace(".csv", ".pdf")
    assert document.content == PDF.content
    assert rows(table.content)[0]["file"] == document.name


def test_an_xml_original_travels_with_the_pdf_that_people_read() -> None:
    xml = ExportFile(name="f.xml", media_type="application/xml", content=b"<Invoice/>")
    result = CsvFile().export(make_job(original=xml, visual=PDF))
    assert [f.content for f in result.files[1:]] == [PDF.content, xml.content]
    assert len({f.name for f in result.files}) == 3


def test_what_does_not_balance_names_the_total() -> None:
    result = CsvFile().export(make_job(make_booking(total_incl=Decimal("1.00"))))
    assert [(p.field, p.reason, p.value) for p in result.problems] == [
        ("total", "does_not_balance", "1.00")
    ]
    assert result.files == ()


def test_wrong_options_are_found() -> None:
    found = CsvFile().check({"separator": ";", "decimal": "point", "colour": "red"})
    assert {(p.field, p.reason) for p in found} == {
        ("separator", "bad_option"),
        ("colour", "unknown_option"),
    }
