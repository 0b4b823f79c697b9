"""WinBooks gets files of the shape its import demands, and documents that balance."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import ExportJob
from connectors.winbooks import ACT_COLUMNS, CSF_COLUMNS, WinBooks, write_act, write_csf
from mailbot.domain.booking import BookingLine, BookingProposal, ExportFile, Problem
from mailbot.domain.errors import UnsupportedFeature
from mailbot.domain.people import JournalKind
from tests.kit.bookings import make_booking, make_job, make_line
from tests.kit.golden import Golden

SALE = {"kind": JournalKind.SALES, "journal": "VENTE", "number": "2026114"}

STORIES: dict[str, BookingProposal] = {
    "purchase": make_booking(),
    "purchase_three_rates": make_booking(
        make_line("1000.00", account="604000"),
        make_line("50.00", "S6", account="604000", text="Boeken"),
        make_line("7.50", "S0", text="Postzegels"),
    ),
    "purchase_credit_note": make_booking(is_credit_note=True, invoice_number="CN-3"),
    "purchase_reverse_charge": make_booking(make_line("500.00", "RC", account="611000")),
    "purchase_intra_community": make_booking(
        make_line("80.00", "RC", account="604000"),
        counterparty_name="Papierhandel Voorbeeld B.V.",
        counterparty_vat="NL123456782B90",
    ),
    "purchase_investment": make_booking(make_line("1700.00", account="240000", text="laptop")),
    "sale": make_booking(make_line("200.00", account="700000"), **SALE),
    "sale_credit_note": make_booking(
        make_line("200.00", account="700000"), **SALE, is_credit_note=True
    ),
    "sale_reverse_charge": make_booking(
        replace(make_line("300.00", "RC"), vat_rate=Decimal(0), vat_amount=Decimal("0.00")), **SALE
    ),
}


def rows(content: bytes, columns: tuple[str, ...] = ACT_COLUMNS) -> list[dict[str, str]]:
    """Read a file as WinBooks does: cp1252, comma separated, everything quoted."""
    read = csv.reader(io.StringIO(content.decode("cp1252"), newline=""), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in read]


def act(booking: BookingProposal, **options: str) -> list[dict[str, str]]:
    return rows(write_act(make_job(booking, connector="winbooks", options=options)))


@pytest.mark.feature("CF-PKG-01")
@pytest.mark.parametrize("name", STORIES)
def test_whole_files(name: str, golden: Golden) -> None:
    """Compare whole files; .csf and .act are text with CRLF, shown here with plain line ends."""
    job = make_job(STORIES[name], connector="winbooks")
    result = WinBooks().export(job)
    assert result.problems == ()
    for file in result.files[:2]:
        assert file.content.count(b"\r\n") == file.content.count(b"\n") > 0
        text = file.content.decode("cp1252").replace("\r\n", "\n")
        golden(f"winbooks/{name}.{file.name}", text)


@pytest.mark.parametrize("name", STORIES)
def test_a_document_sums_to_zero(name: str) -> None:
    assert sum(Decimal(row["AMOUNTEUR"]) for row in act(STORIES[name])) == 0


def test_a_purchase_credits_the_supplier_and_debits_cost_and_vat() -> None:
    lines = act(make_booking(make_line("100.00")))
    assert [(r["DOCTYPE"], r["ACCOUNTGL"], r["AMOUNTEUR"]) for r in lines] == [
        ("2", "440000", "-121.00"),
        ("3", "612400", "100.00"),
        ("3", "411000", "21.00"),
    ]
    assert lines[1]["VATIMPUT"] == lines[2]["VATCODE"] == "112104"
    assert lines[2]["VATBASE"] == "100.00"
    assert {r["DBKTYPE"] for r in lines} == {"0"}


def test_a_credit_note_turns_every_sign_also_of_the_vat_base() -> None:
    invoice = act(make_booking())
    credit = act(make_booking(is_credit_note=True))
    for name in ("AMOUNTEUR", "VATBASE"):
        before = [Decimal(r[name]) for r in invoice]
        assert [-Decimal(r[name]) for r in credit] == before
    assert {r["DBKTYPE"] for r in credit} == {"1"}


def test_a_rate_of_zero_has_a_fixed_line_of_type_4() -> None:
    lines = act(make_booking(make_line("7.50", "S0")))
    fixed = lines[-1]
    assert (fixed["DOCTYPE"], fixed["DOCORDER"], fixed["OPCODE"]) == ("4", "VAT", "FIXED")
    assert (fixed["AMOUNTEUR"], fixed["VATBASE"], fixed["VATCODE"]) == ("0.00", "7.50", "112101")
    assert [r["DOCTYPE"] for r in lines] == ["2", "3", "4"]


def test_reverse_charge_is_deducted_and_owed_at_once() -> None:
    lines = act(STORIES["purchase_reverse_charge"], vat_reverse_charge_account="451055")
    vat = [(r["ACCOUNTGL"], r["AMOUNTEUR"], r["VATCODE"]) for r in lines if r["VATCODE"]]
    assert vat == [("411000", "105.00", "112304"), ("451055", "-105.00", "112304")]
    assert lines[0]["AMOUNTEUR"] == "-500.00"


@pytest.mark.parametrize(
    ("account", "vat_code", "expected"),
    [
        ("604000", "S21", "111104"),
        ("604000", "S12", "111103"),
        ("612400", "S6", "112102"),
        ("240000", "S21", "113104"),
        ("612400", "E", "112101"),
    ],
)
def test_the_vat_code_follows_from_account_and_rate(
    account: str, vat_code: str, expected: str
) -> None:
    line = make_line("10.00", vat_code, account=account)
    assert act(make_booking(line))[1]["VATIMPUT"] == expected


def test_one_code_for_two_rates_loses_no_vat() -> None:
    booking = make_booking(make_line("10.00", "S0"), make_line("100.00"))
    lines = act(booking, purchase_vat_S0="112104")
    assert sum(Decimal(row["AMOUNTEUR"]) for row in lines) == 0
    assert [r["VATBASE"] for r in lines if r["VATCODE"]] == ["10.00", "100.00"]


def test_an_option_sets_a_vat_code() -> None:
    assert act(make_booking(), purchase_vat_S21="119999")[1]["VATIMPUT"] == "119999"


@pytest.mark.parametrize(
    "booking",
    [
        make_booking(make_line("10.00", "S9")),
        make_booking(make_line("10.00", "RC"), counterparty_vat="GB999999973"),
        make_booking(make_line("10.00", "E"), **SALE, counterparty_vat="FR40303265045"),
    ],
    ids=["Dutch rate", "services from outside the EU", "sale abroad"],
)
def test_a_vat_code_that_only_the_office_knows_is_asked_for(booking: BookingProposal) -> None:
    result = WinBooks().export(make_job(booking, connector="winbooks"))
    code = booking.lines[0].vat_code
    assert result.files == ()
    assert result.problems == (Problem(field="line", reason="unknown_vat_code", value=code),)
    option = f"{booking.kind.value}_vat_{code}"
    mended = make_job(booking, connector="winbooks", options={option: "119999"})
    assert WinBooks().export(mended).problems == ()


@pytest.mark.parametrize(
    ("booking", "field", "reason"),
    [
        (make_booking(journal=""), "journal", "missing_field"),
        (make_booking(journal="AANKOPEN"), "journal", "too_long"),
        (make_booking(currency="USD"), "currency", "unsupported_currency"),
        (make_booking(total_incl=Decimal("120.00")), "total", "does_not_balance"),
        (make_booking(make_line("1.00", account="6124001234")), "account", "too_long"),
        (make_booking(counterparty_name="", **SALE), "customer", "missing_field"),
    ],
)
def test_what_is_wrong_names_the_field_to_mend(
    booking: BookingProposal, field: str, reason: str
) -> None:
    result = WinBooks().export(make_job(booking, connector="winbooks"))
    assert [(p.field, p.reason) for p in result.problems] == [(field, reason)]
    assert result.files == ()


def test_other_kinds_of_journal_are_not_supported() -> None:
    booking = make_booking(kind=JournalKind.FINANCIAL)
    with pytest.raises(UnsupportedFeature, match="financial"):
        WinBooks().export(make_job(booking, connector="winbooks"))


def test_a_known_counterparty_keeps_its_code_and_is_not_written_again() -> None:
    options = {"counterparty_BE0456123791": "DRUKVB"}
    result = WinBooks().export(make_job(connector="winbooks", options=options))
    assert [f.name for f in result.files[:1]] == ["act.txt"]
    assert "csf.txt" not in [f.name for f in result.files]
    assert {r["ACCOUNTRP"] for r in rows(result.files[0].content)} == {"DRUKVB"}


def test_both_files_call_the_counterparty_by_the_same_code() -> None:
    for booking in STORIES.values():
        job = make_job(booking, connector="winbooks")
        [party] = rows(write_csf(job), CSF_COLUMNS)
        assert {r["ACCOUNTRP"] for r in rows(write_act(job))} == {party["NUMBER"]}
        assert 0 < len(party["NUMBER"]) <= 10
        assert party["BNKACCNT"] == "", "a document never makes an account trusted"


def test_suppliers_with_the_same_name_have_codes_of_their_own() -> None:
    codes = {
        act(make_booking(counterparty_vat=vat))[0]["ACCOUNTRP"]
        for vat in ("NL123456782B90", "NL004495445B01", "")
    }
    assert len(codes) == 3


def test_another_period_moves_the_booking_date_and_not_the_document_date() -> None:
    row = act(make_booking(period="2026-04"))[0]
    assert (row["DATE"], row["DATEDOC"]) == ("20260401", "20260314")


def test_the_document_travels_beside_the_text_files() -> None:
    scan = ExportFile(name="scan.JPG", media_type="image/jpeg", content=b"jpeg")
    result = WinBooks().export(make_job(connector="winbooks", original=scan))
    assert result.folder.startswith("2026-03-14_Drukkerij-Voorbeeld-BV_F2026-17_")
    assert result.files[-1].name == f"{result.folder}.jpg"
    assert result.files[-1].content == b"jpeg"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"purchase_acount": "604000"}, "purchase_acount"),
        ({"purchase_account": "60"}, "purchase_account"),
        ({"sales_vat_S21": "2114"}, "sales_vat_S21"),
        ({"counterparty_BE0456123791": "eleven char"}, "counterparty_BE0456123791"),
    ],
)
def test_wrong_options_are_found(options: dict[str, str], key: str) -> None:
    assert [p.field for p in WinBooks().check(options)] == [key]
    assert WinBooks().check({"purchase_account": "604000", "sales_vat_RC": "212000"}) == []


TEXTS = st.text(max_size=60)
LINES = st.builds(
    make_line,
    st.decimals("-9999.99", "9999.99", places=2).map(str),
    st.sampled_from(["S21", "S12", "S6", "S0", "E", "RC"]),
    text=TEXTS,
    account=st.sampled_from(["604000", "612400", "240000"]),
)


@given(
    lines=st.lists(LINES, min_size=1, max_size=5),
    words=TEXTS,
    is_credit_note=st.booleans(),
    kind=st.sampled_from([JournalKind.PURCHASE, JournalKind.SALES]),
    day=st.dates(date(1999, 1, 1), date(2099, 12, 31)),
)
def test_any_booking_has_the_shape_that_the_import_demands(
    *, lines: list[BookingLine], words: str, is_credit_note: bool, kind: JournalKind, day: date
) -> None:
    booking = make_booking(
        *lines,
        kind=kind,
        is_credit_note=is_credit_note,
        counterparty_name=words,
        invoice_number=words,
        issue_date=day,
        due_date=None,
        period=f"{day:%Y-%m}",
    )
    # a sale with reverse charge has no VAT at all
    if kind is JournalKind.SALES:
        lines = [
            replace(line, vat_rate=Decimal(0), vat_amount=Decimal("0.00"))
            if line.vat_code == "RC"
            else line
            for line in lines
        ]
        booking = replace(booking, lines=tuple(lines))
    check_shape(make_job(booking, connector="winbooks"))


def check_shape(job: ExportJob) -> None:
    content = write_act(job)
    for line in content.decode("cp1252").removesuffix("\r\n").split("\r\n"):
        fields = line.removeprefix('"').removesuffix('"').split('","')
        assert len(fields) == 36
        assert not any('"' in field or len(field) > 40 for field in fields)
        assert all(field.replace("\xa0", " ").isprintable() for field in fields)
    read = rows(content)
    assert sum(Decimal(row["AMOUNTEUR"]) for row in read) == 0
    [party] = rows(write_csf(job), CSF_COLUMNS)
    assert len(party["NUMBER"]) <= 10
