"""Writes bookings as CSV: one row per booking line, columns that never change their meaning.

Text in UTF-8 with a byte order mark, CRLF, fields quoted where needed (RFC 4180), amounts without
thousands, dates ISO 8601. Defaults are what Excel opens in Belgium and the Netherlands: semicolons
and decimal commas; options `separator` ("semicolon", "comma", "tab") and `decimal` ("comma",
"point") change that.

Columns, in order: `booking` (our key), `kind` (purchase, sales), `document` (invoice,
credit_note), `journal`, `period` (YYYY-MM), `invoice_date`, `due_date`, `counterparty`,
`counterparty_vat`, `invoice_number`, `line` (from 1), `account`, `text`, `currency`, `amount`
(without VAT), `vat_code` (S21, S6, …; RC reverse charge, E exempt), `vat_rate` (percent),
`vat_amount`, `total` (of the booking with VAT), `iban`, `communication` (structured as
123/4567/89002), `file` (the document beside this file), `number` (ours in journal and year, empty
when the package numbers). New columns are added at the end.

Credit notes have negative amounts, so that a column can be summed. VAT of code RC is what the
customer owes the state; the supplier does not charge it and `total` does not hold it.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from connectors.base import Capabilities, ExportJob, ExportResult, check_accounts, find_problems
from connectors.file_names import booking_name, renamed
from mailbot.domain.booking import BookingLine, BookingProposal, ExportFile, Problem
from mailbot.domain.identifiers import read_ogm, write_ogm
from mailbot.domain.people import JournalKind

COLUMNS = (
    "booking", "kind", "document", "journal", "period", "invoice_date", "due_date",
    "counterparty", "counterparty_vat", "invoice_number", "line", "account", "text", "currency",
    "amount", "vat_code", "vat_rate", "vat_amount", "total", "iban", "communication", "file",
    "number",
)  # fmt: skip

_SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t"}
_DECIMALS = {"comma": ",", "point": "."}
#: what makes a spreadsheet calculate (OWASP: CSV injection)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class CsvFile:
    """One CSV file per booking, with the document beside it."""

    name = "csv"
    capabilities = Capabilities(kinds=frozenset(JournalKind))

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with the options."""
        problems = check_accounts(options, "separator", "decimal")
        for name, words in (("separator", _SEPARATORS), ("decimal", _DECIMALS)):
            if name in options and options[name] not in words:
                wanted = " or ".join(f'"{word}"' for word in words)
                problems.append(Problem(field=name, reason="bad_option", value=wanted))
        return problems

    def export(self, job: ExportJob) -> ExportResult:
        """Return the CSV file and the document."""
        problems = find_problems(job, self.capabilities)
        if problems:
            return ExportResult(problems=tuple(problems))
        document = renamed(job.pdf or job.original, job.booking)
        original = () if document.content == job.original.content else (job.original,)
        table = ExportFile(
            name=booking_name(job.booking, ".csv"),
            media_type="text/csv",
            content=write_csv(job.booking, document.name, job.options),
        )
        also = tuple(renamed(file, job.booking, "_original") for file in original)
        return ExportResult(files=(table, document, *also))


def write_csv(booking: BookingProposal, file: str, options: Mapping[str, str]) -> bytes:
    """Return the header and one row per line of `booking`; `file` names its document."""
    text = io.StringIO()
    separator = _SEPARATORS[options.get("separator", "semicolon")]
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    point = _DECIMALS[options.get("decimal", "comma")]
    for number, line in enumerate(booking.lines, start=1):
        values = {**_of_booking(booking), **_of_line(booking, line), "line": number, "file": file}
        writer.writerow(_written(values[column], point) for column in COLUMNS)
    return text.getvalue().encode("utf-8-sig")


def _of_booking(booking: BookingProposal) -> dict[str, object]:
    """Return what every row repeats."""
    return {
        "booking": booking.key,
        "kind": booking.kind.value,
        "document": "credit_note" if booking.is_credit_note else "invoice",
        "journal": booking.journal,
        "period": booking.period,
        "invoice_date": booking.issue_date,
        "due_date": booking.due_date,
        "counterparty": booking.counterparty_name,
        "counterparty_vat": booking.counterparty_vat,
        "invoice_number": booking.invoice_number,
        "currency": booking.currency,
        "total": booking.sign * booking.total_incl,
        "iban": booking.iban,
        "communication": _communication(booking.payment_reference),
        "number": booking.number,
    }


def _of_line(booking: BookingProposal, line: BookingLine) -> dict[str, object]:
    return {
        "account": line.ledger_account,
        "text": line.text,
        "amount": booking.sign * line.amount,
        "vat_code": line.vat_code,
        "vat_rate": line.vat_rate.normalize(),
        "vat_amount": booking.sign * line.vat_amount,
    }


def _communication(reference: str) -> str:
    """Return a structured communication without its plus signs: they begin a formula."""
    digits = read_ogm(reference)
    return write_ogm(digits).strip("+") if digits else reference


def _written(value: object, point: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", point)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
