"""Bookings as CSV (RFC 4180), one row per booking line: what any spreadsheet can read."""

import csv
import io
from collections.abc import Mapping

from connectors.base import ExportJob, file_stem, travelling_file, unknown_options
from mailbot.domain.booking import BookingLine, BookingProposal, ExportFile, Problem

#: columns, in this order for ever; new ones are added at the end
COLUMNS = (
    "booking_key",
    "kind",
    "journal",
    "period",
    "credit_note",
    "counterparty_name",
    "counterparty_vat",
    "invoice_number",
    "issue_date",
    "due_date",
    "currency",
    "total_incl",
    "line",
    "ledger_account",
    "amount",
    "vat_code",
    "vat_rate",
    "vat_amount",
    "text",
    "iban",
    "payment_reference",
    "file",
)
_OPTIONS = frozenset({"purchase_account", "sales_account"})
#: a cell that starts so is a formula to a spreadsheet (OWASP, CSV injection)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvFile:
    """The connector `csv`."""

    name = "csv"

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with a dossier's export options."""
        return unknown_options(options, _OPTIONS)

    def export(self, job: ExportJob) -> tuple[ExportFile, ...] | list[Problem]:
        """Return the CSV and the document."""
        document = travelling_file(job)
        content = io.StringIO()
        writer = csv.writer(content, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for number, line in enumerate(job.booking.lines, start=1):
            writer.writerow(_row(job.booking, number, line, document.name))
        table = ExportFile(
            name=f"{file_stem(job.booking)}.csv",
            media_type="text/csv",
            # a byte order mark makes Excel read UTF-8
            content=content.getvalue().encode("utf-8-sig"),
        )
        return (table, document)


def _row(booking: BookingProposal, number: int, line: BookingLine, file: str) -> list[str]:
    return [
        booking.key,
        booking.kind.value,
        _text(booking.journal),
        booking.period,
        "1" if booking.is_credit_note else "0",
        _text(booking.counterparty_name),
        _text(booking.counterparty_vat),
        _text(booking.invoice_number),
        booking.issue_date.isoformat(),
        booking.due_date.isoformat() if booking.due_date else "",
        booking.currency,
        str(booking.total_incl),
        str(number),
        line.ledger_account,
        str(line.amount),
        line.vat_code,
        str(line.vat_rate),
        str(line.vat_amount),
        _text(line.text),
        booking.iban,
        _text(booking.payment_reference),
        file,
    ]


def _text(value: str) -> str:
    """Return text that a spreadsheet shows as it is and never runs."""
    return f"'{value}" if value.startswith(_FORMULA) else value
