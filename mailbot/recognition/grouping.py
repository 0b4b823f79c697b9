"""Finds files of one mail that are the same invoice: its XML, and the PDF that people look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.invoice import Invoice
from mailbot.recognition.cross_check import shows_number
from mailbot.recognition.file_kind import FileKind, find_kind
from mailbot.recognition.page_text import read_page_text
from mailbot.recognition.pipeline import recognise


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of a mail."""

    name: str
    content: bytes


def find_pairs(files: Sequence[File]) -> dict[int, int]:
    """Return, for each XML whose PDF came along, position of the XML -> position of the PDF.

    They belong together when the PDF shows the number that the XML gives, and no other PDF or XML
    claims the same: doubt leaves them apart, as two documents that a person can see.
    """
    xmls = {i: invoice for i, file in enumerate(files) if (invoice := _structured(file))}
    pdfs = [
        i for i, file in enumerate(files) if find_kind(file.content, file.name) is FileKind.PDF
    ]
    if not xmls or not pdfs:
        return {}
    texts = {i: read_page_text(files[i].content).text for i in pdfs}
    claims = [
        (xml, pdf)
        for xml, invoice in xmls.items()
        for pdf, text in texts.items()
        if shows_number(invoice, text)
    ]
    return {
        xml: pdf
        for xml, pdf in claims
        if sum(xml == x for x, _ in claims) == 1 and sum(pdf == p for _, p in claims) == 1
    }


def _structured(file: File) -> Invoice | None:
    """Return what an XML says; None for other files, and for one that brings its own PDF."""
    if find_kind(file.content, file.name) is not FileKind.XML:
        return None
    read = recognise(file.content, file.name)
    has_pdf = any(media == "application/pdf" for _name, media, _content in read.embedded)
    return None if read.unreadable or has_pdf or not read.invoice.invoice_number else read.invoice
