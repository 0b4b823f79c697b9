"""Writes the text files that WinBooks (classic) imports: act.txt and csf.txt, the document beside.

Source: WinBooks developer documentation, annex 3, "Import of external data": comma separated,
every field in double quotes, CRLF, no header, cp1252, dates YYYYMMDD, a decimal point. Debit is
positive, credit negative, and a document sums to zero. The PDF is no part of the text import: it
lies in the same folder.

Files have fixed names, so each booking has a folder of its own. WinBooks refuses a document number
that it has (DOC_EXI): a second import is never a second booking. The bank account of a supplier is
left out: a document never makes an account trusted.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectors.base import Capabilities, ExportJob, ExportResult, check_accounts, find_problems
from connectors.file_names import booking_stem, plain, renamed
from connectors.winbooks_codes import (
    COUNTERPARTY_OPTION,
    VAT_OPTIONS,
    find_counterparty_code,
    find_vat_code,
    is_counterparty_code,
    is_vat_code,
    make_counterparty_code,
)
from mailbot.domain.booking import BookingLine, BookingProposal, ExportFile, Problem
from mailbot.domain.identifiers import read_enterprise_number, read_ogm, write_ogm
from mailbot.domain.ledger import ledger_account
from mailbot.domain.money import ZERO, total
from mailbot.domain.people import JournalKind

ACT_COLUMNS = (
    "DOCTYPE", "DBKCODE", "DBKTYPE", "DOCNUMBER", "DOCORDER", "OPCODE", "ACCOUNTGL", "ACCOUNTRP",
    "BOOKYEAR", "PERIOD", "DATE", "DATEDOC", "DUEDATE", "COMMENT", "COMMENTEXT", "AMOUNT",
    "AMOUNTEUR", "VATBASE", "VATCODE", "CURRAMOUNT", "CURRCODE", "CUREURBASE", "VATTAX",
    "VATIMPUT", "CURRATE", "REMINDLEV", "MATCHNO", "OLDDATE", "ISMATCHED", "ISLOCKED",
    "ISIMPORTED", "ISPOSITIVE", "ISTEMP", "MEMOTYPE", "ISDOC", "DOCSTATUS",
)  # fmt: skip
#: the first 23 of 45; columns at the end may be left out
CSF_COLUMNS = (
    "NUMBER", "TYPE", "NAME1", "NAME2", "CIVNAME1", "CIVNAME2", "ADDRESS1", "ADDRESS2", "VATCAT",
    "COUNTRY", "VATNUMBER", "PAYCODE", "TELNUMBER", "FAXNUMBER", "BNKACCNT", "ZIPCODE", "CITY",
    "DEFLTPOST", "LANG", "CATEGORY", "CENTRAL", "VATCODE", "CURRENCY",
)  # fmt: skip

ENCODING = "cp1252"
_LONGEST_TEXT = 40
_LONGEST_JOURNAL = 6
_LONGEST_ACCOUNT = 8
_CUSTOMER, _SUPPLIER, _GENERAL, _VAT_BASE_ZERO = "1", "2", "3", "4"
_LANGUAGES = {"nl": "N", "fr": "F", "en": "E", "de": "D"}
_CODE_WANTED = 'six digits of the table CODEVAT, e.g. "112104"'
_COUNTERPARTY_WANTED = "the code of the counterparty in WinBooks, at most 10 letters and digits"


class WinBooks:
    """act.txt, csf.txt and the document, in a folder per booking."""

    name = "winbooks"
    capabilities = Capabilities(foreign_currency=False)

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with the options."""
        named = {
            key: value for key, value in options.items() if COUNTERPARTY_OPTION.fullmatch(key)
        }
        others = {key: value for key, value in options.items() if key not in named}
        problems = check_accounts(others, *VAT_OPTIONS)
        problems += [
            Problem(field=key, reason="bad_option", value=_CODE_WANTED)
            for key, value in others.items()
            if key in VAT_OPTIONS and not is_vat_code(value)
        ]
        problems += [
            Problem(field=key, reason="bad_option", value=_COUNTERPARTY_WANTED)
            for key, value in named.items()
            if not is_counterparty_code(value)
        ]
        return problems

    def export(self, job: ExportJob) -> ExportResult:
        """Return act.txt, csf.txt for a counterparty that WinBooks may not know, the document."""
        problems = find_problems(job, self.capabilities) or _find_problems(job)
        if problems:
            return ExportResult(problems=tuple(dict.fromkeys(problems)))
        document = renamed(job.pdf or job.original, job.booking)
        files = [_text_file("act.txt", write_act(job))]
        if find_counterparty_code(job.booking, job.options) is None:
            files.append(_text_file("csf.txt", write_csf(job)))
        files.append(document)
        if document.content != job.original.content:
            files.append(renamed(job.original, job.booking, "_original"))
        return ExportResult(files=tuple(files), folder=booking_stem(job.booking))


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One line of act.txt: what differs between the lines of a document."""

    doctype: str
    account: str = ""
    amount: Decimal = ZERO
    comment: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _VatGroup:
    """The VAT of all lines with one code."""

    code: str
    rate: Decimal
    base: Decimal
    amount: Decimal
    is_reverse_charge: bool


def write_act(job: ExportJob) -> bytes:
    """Return the accounting lines: counterparty, bases, VAT, then the bases at 0 %."""
    booking = job.booking
    rows = [_party_row(job), *_base_rows(job)]
    for group in _vat_groups(job):
        rows += _vat_rows(group, job)
    head = _head(job)
    numbered = []
    for number, row in enumerate(rows, start=1):
        is_fixed = row.doctype == _VAT_BASE_ZERO
        numbered.append(
            {
                **head,
                "DOCTYPE": row.doctype,
                "DOCORDER": "VAT" if is_fixed else f"{number:03}",
                "OPCODE": "FIXED" if is_fixed else "",
                "ACCOUNTGL": row.account,
                "COMMENT": row.comment or booking.invoice_number,
                "AMOUNT": "0",
                "AMOUNTEUR": _amount(row.amount),
                **row.values,
            }
        )
    return _write(numbered, ACT_COLUMNS)


def write_csf(job: ExportJob) -> bytes:
    """Return the counterparty, so that WinBooks knows it before the lines are read."""
    booking, options = job.booking, job.options
    is_sale = booking.kind is JournalKind.SALES
    vat = booking.counterparty_vat
    values = {
        "NUMBER": make_counterparty_code(booking),
        "TYPE": _CUSTOMER if is_sale else _SUPPLIER,
        "NAME1": booking.counterparty_name,
        "VATCAT": "1" if vat else "0",
        "COUNTRY": vat[:2] if vat[:2].isalpha() else "BE",
        "VATNUMBER": _vat_number(vat),
        "DEFLTPOST": booking.lines[0].ledger_account,
        "LANG": _LANGUAGES[job.dossier.language],
        "CENTRAL": ledger_account(options, "customer_account" if is_sale else "supplier_account"),
        "CURRENCY": "EUR",
    }
    return _write([values], CSF_COLUMNS)


def _find_problems(job: ExportJob) -> list[Problem]:
    """Return what WinBooks has no room or no code for."""
    booking = job.booking
    problems = []
    if len(booking.journal) > _LONGEST_JOURNAL:
        problems.append(Problem(field="journal", reason="too_long", value=booking.journal))
    for line in booking.lines:
        if len(line.ledger_account) > _LONGEST_ACCOUNT:
            problems.append(Problem(field="account", reason="too_long", value=line.ledger_account))
        if find_vat_code(line, booking, job.dossier) is None:
            problems.append(Problem(field="line", reason="unknown_vat_code", value=line.vat_code))
    return problems


def _head(job: ExportJob) -> dict[str, str]:
    """Return what every line of the document repeats; book year and period follow from DATE."""
    booking = job.booking
    digits = read_ogm(booking.payment_reference)
    return {
        "DBKCODE": booking.journal,
        "DBKTYPE": _book_type(booking),
        "DOCNUMBER": re.sub(r"\D", "", booking.number),
        "ACCOUNTRP": find_counterparty_code(booking, job.options)
        or make_counterparty_code(booking),
        "DATE": _day(_booking_date(booking)),
        "DATEDOC": _day(booking.issue_date),
        "DUEDATE": _day(booking.due_date or booking.issue_date),
        "COMMENTEXT": write_ogm(digits) if digits else "",
    }


def _book_type(booking: BookingProposal) -> str:
    """Return 0 purchase, 1 its credit note, 2 sale, 3 its credit note."""
    return str(2 * (booking.kind is JournalKind.SALES) + booking.is_credit_note)


def _booking_date(booking: BookingProposal) -> date:
    """Return the invoice date, or the first day of the period it was moved to."""
    if booking.period == f"{booking.issue_date:%Y-%m}":
        return booking.issue_date
    return date.fromisoformat(f"{booking.period}-01")


def _direction(booking: BookingProposal) -> int:
    """Return 1 where bases are debited: purchases, and credit notes of sales."""
    return booking.sign * (-1 if booking.kind is JournalKind.SALES else 1)


def _party_row(job: ExportJob) -> _Row:
    booking = job.booking
    is_sale = booking.kind is JournalKind.SALES
    name = "customer_account" if is_sale else "supplier_account"
    return _Row(
        doctype=_CUSTOMER if is_sale else _SUPPLIER,
        account=ledger_account(job.options, name),
        amount=-_direction(booking) * booking.total_incl,
        values={"VATBASE": _amount(booking.sign * booking.total_excl)},
    )


def _base_rows(job: ExportJob) -> list[_Row]:
    booking = job.booking
    return [
        _Row(
            doctype=_GENERAL,
            account=line.ledger_account,
            amount=_direction(booking) * line.amount,
            comment=line.text,
            values={"VATBASE": "0", "VATIMPUT": _code(line, job)},
        )
        for line in booking.lines
    ]


def _vat_groups(job: ExportJob) -> list[_VatGroup]:
    """Return the VAT per code and rate, in the order in which they first appear."""
    lines_of: dict[tuple[str, Decimal, bool], list[BookingLine]] = {}
    for line in job.booking.lines:
        key = (_code(line, job), line.vat_rate, line.vat_code == "RC")
        lines_of.setdefault(key, []).append(line)
    return [
        _VatGroup(
            code=code,
            rate=rate,
            base=total(line.amount for line in lines),
            amount=total(line.vat_amount for line in lines),
            is_reverse_charge=is_reverse_charge,
        )
        for (code, rate, is_reverse_charge), lines in lines_of.items()
    ]


def _vat_rows(group: _VatGroup, job: ExportJob) -> Iterable[_Row]:
    """Return the lines for the VAT of one code; reverse charge is deducted and owed at once."""
    booking, options = job.booking, job.options
    values = {"VATBASE": _amount(booking.sign * group.base), "VATCODE": group.code}
    comment = f"{booking.invoice_number} {group.rate.normalize():f}%"
    if not group.rate:
        yield _Row(doctype=_VAT_BASE_ZERO, comment=comment, values=values)
        return
    is_sale = booking.kind is JournalKind.SALES
    name = "vat_sales_account" if is_sale else "vat_purchase_account"
    amount = _direction(booking) * group.amount
    account = ledger_account(options, name)
    yield _Row(doctype=_GENERAL, account=account, amount=amount, comment=comment, values=values)
    if group.is_reverse_charge:
        owed = ledger_account(options, "vat_reverse_charge_account")
        yield _Row(doctype=_GENERAL, account=owed, amount=-amount, comment=comment, values=values)


def _code(line: BookingLine, job: ExportJob) -> str:
    return find_vat_code(line, job.booking, job.dossier) or ""


def _vat_number(vat: str) -> str:
    """Return BE 0999.999.922, another country's number as it is."""
    number = read_enterprise_number(vat.removeprefix("BE")) if vat.startswith("BE") else None
    return f"BE {number[:4]}.{number[4:7]}.{number[7:]}" if number else vat


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _amount(amount: Decimal) -> str:
    return f"{amount + ZERO:.2f}"  # minus zero becomes zero


def _write(rows: Iterable[Mapping[str, str]], columns: tuple[str, ...]) -> bytes:
    lines = [
        ",".join(f'"{_clean(row.get(column, ""))}"' for column in columns) + "\r\n" for row in rows
    ]
    return "".join(lines).encode(ENCODING)


def _clean(text: str) -> str:
    """Return text that fits: no quotes, no line ends, only letters of cp1252, at most 40."""
    one_line = re.sub(r"[\x00-\x1f\x7f-\x9f\xad]+", " ", text.replace('"', "'")).strip()
    fitting = "".join(letter if _fits(letter) else plain(letter) for letter in one_line)
    return fitting[:_LONGEST_TEXT].rstrip()


def _fits(letter: str) -> bool:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _text_file(name: str, content: bytes) -> ExportFile:
    return ExportFile(name=name, media_type="text/plain", content=content)
