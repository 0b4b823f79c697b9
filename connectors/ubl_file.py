"""Bookings as UBL 2.1: the supplier's own file unchanged, or one of ours with the PDF inside."""

from collections.abc import Mapping

from connectors.base import ExportJob, file_stem, unknown_options
from connectors.ubl_writer import UblParty, find_problems, write_ubl
from mailbot.domain.booking import ExportFile, Problem
from mailbot.domain.invoice import Source
from mailbot.domain.people import JournalKind

_OPTIONS = frozenset({"purchase_account", "sales_account"})


class UblFile:
    """The connector `ubl`."""

    name = "ubl"

    def check(self, options: Mapping[str, str]) -> list[Problem]:
        """Return what is wrong with a dossier's export options."""
        return unknown_options(options, _OPTIONS)

    def export(self, job: ExportJob) -> tuple[ExportFile, ...] | list[Problem]:
        """Return one UBL; a file that was UBL when it came in passes byte for byte."""
        name = f"{file_stem(job.booking)}.xml"
        if _is_original_ubl(job):
            return (
                ExportFile(name=name, media_type="application/xml", content=job.original.content),
            )
        problems = find_problems(job.invoice, job.booking)
        if problems:
            return problems
        is_pdf = job.visual.media_type == "application/pdf"
        content = write_ubl(
            job.invoice,
            supplier=_supplier(job),
            customer=_customer(job),
            booking=job.booking,
            pdf=job.visual.content if is_pdf else None,
            pdf_name=job.visual.name,
        )
        return (_xml(name, content),)


def _xml(name: str, content: bytes) -> ExportFile:
    return ExportFile(name=name, media_type="application/xml", content=content)


def _is_original_ubl(job: ExportJob) -> bool:
    """Whether the file is UBL, and nobody corrected what it says."""
    sources = {evidence.source for evidence in job.invoice.evidence.values()}
    return Source.UBL in sources and Source.PERSON not in sources


def _supplier(job: ExportJob) -> UblParty:
    if job.booking.kind is JournalKind.SALES:
        return _own(job)
    return UblParty(
        name=job.invoice.supplier_name or "", vat_number=job.invoice.supplier_vat or ""
    )


def _customer(job: ExportJob) -> UblParty:
    if job.booking.kind is not JournalKind.SALES:
        return _own(job)
    return UblParty(
        name=job.invoice.customer_name or "", vat_number=job.invoice.customer_vat or ""
    )


def _own(job: ExportJob) -> UblParty:
    return UblParty(name=job.dossier.name, vat_number=job.dossier.vat_number)
