"""Hands a booking over as UBL: the supplier's own file unchanged, else one we write from the PDF.

Source: OASIS UBL 2.1, Peppol BIS Billing 3.0. Packages read it from a folder or a mailbox and
propose account and journal themselves; ours stand in `cbc:AccountingCost` where we write the file.
"""

from collections.abc import Mapping

from connectors import ubl_writer
from connectors.base import Capabilities, ExportJob, ExportResult, check_accounts, find_problems
from connectors.file_names import booking_name, renamed
from connectors.ubl_writer import UblParty, write_ubl
from mailbot.domain.booking import ExportFile, Problem
from mailbot.domain.invoice import Invoice, Source
from mailbot.domain.people import JournalKind

_NAMESPACES = tuple(
    f"urn:oasis:names:specification:ubl:schema:xsd:{root}".encode()
    for root in ("Invoice-2", "CreditNote-2")
)
_EMBEDDED = b"EmbeddedDocumentBinaryObject"
_XML = "application/xml"


class UblFile:
    """One UBL file per booking, with the PDF inside."""

    name = "ubl"
    capabilities = Capabilities()

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with the options."""
        return check_accounts(options)

    def export(self, job: ExportJob) -> ExportResult:
        """Return the UBL file, and beside it what it does not hold."""
        if is_ubl(job.original.content) and not is_corrected(job.invoice):
            return _pass_on(job)
        problems = find_problems(job, self.capabilities)
        problems = problems or ubl_writer.find_problems(job.invoice, job.booking)
        if problems:
            return ExportResult(problems=tuple(problems))
        return _write(job)


def is_ubl(content: bytes) -> bool:
    """Whether `content` is a UBL invoice or credit note, in whatever encoding."""
    # UTF-16 is ASCII with zero bytes between: the names are found in it, too.
    plain = content.replace(b"\0", b"")
    return any(namespace in plain for namespace in _NAMESPACES) and plain.lstrip(
        b"\xef\xbb\xbf\xff\xfe \t\r\n"
    ).startswith(b"<")


def is_corrected(invoice: Invoice) -> bool:
    """Whether a person said another value than the file: then it may not pass as it came."""
    return any(known.source is Source.PERSON for known in invoice.evidence.values())


def _pass_on(job: ExportJob) -> ExportResult:
    """Return what the supplier sent, byte for byte; a PDF that is not inside goes along."""
    own = ExportFile(
        name=booking_name(job.booking, ".xml"), media_type=_XML, content=job.original.content
    )
    is_inside = _EMBEDDED in own.content.replace(b"\0", b"")
    beside = () if job.visual is None or is_inside else (renamed(job.visual, job.booking),)
    return ExportResult(files=(own, *beside))


def _write(job: ExportJob) -> ExportResult:
    supplier, customer = _parties(job)
    pdf = renamed(job.pdf, job.booking) if job.pdf else None
    content = write_ubl(
        job.invoice,
        supplier=supplier,
        customer=customer,
        booking=job.booking,
        pdf=pdf.content if pdf else None,
        pdf_name=pdf.name if pdf else "",
    )
    made = ExportFile(name=booking_name(job.booking, ".xml"), media_type=_XML, content=content)
    is_inside = pdf is not None and pdf.content == job.original.content
    beside = () if is_inside else (renamed(job.original, job.booking, "_original"),)
    return ExportResult(files=(made, *beside))


def _parties(job: ExportJob) -> tuple[UblParty, UblParty]:
    """Return supplier and customer: one of them is the dossier."""
    booking, dossier = job.booking, job.dossier
    other = UblParty(name=booking.counterparty_name, vat_number=booking.counterparty_vat)
    us = UblParty(
        name=dossier.name,
        vat_number=dossier.vat_number,
        enterprise_number=dossier.enterprise_number,
    )
    return (us, other) if booking.kind is JournalKind.SALES else (other, us)
