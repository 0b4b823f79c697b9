"""Reads one file, best source first: UBL or CII > XML inside a PDF > text of the page > OCR."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from mailbot.domain.invoice import (
    DocumentClass,
    Invoice,
    Recognition,
    RecognitionStatus,
)
from mailbot.domain.learning import HabitsOf, knows_nobody
from mailbot.recognition import cii, ubl
from mailbot.recognition.checks import check, find_status
from mailbot.recognition.cross_check import differences, shows_number
from mailbot.recognition.embedded import EmbeddedFile, find_embedded_files, find_xml_files
from mailbot.recognition.file_kind import FileKind, find_kind
from mailbot.recognition.layout import Layout, Page
from mailbot.recognition.page_text import read_page_text
from mailbot.recognition.pdf_invoice import SecondLook, as_read, read_image, read_pdf
from mailbot.recognition.recall import recall
from mailbot.recognition.structured import build_invoice
from mailbot.recognition.xml_safety import XmlError, read_xml
from mailbot.recognition.xml_tree import Element, text_of

#: characters of a document that are kept for search
_MAX_TEXT = 200_000

_ROOT_TAGS = tuple(f"{{*}}{name}" for name in (*ubl.ROOTS, *cii.ROOTS))


def recognise(
    content: bytes,
    name: str,
    *,
    passwords: Sequence[str] = (),
    own_vat: str = "",
    habits_of: HabitsOf = knows_nobody,
) -> Recognition:
    """Return what was read from one file; hostile or broken files are `unreadable`, never raise.

    Raises Temporary only, when OCR is needed and not installed.

    `name` is believed only where the content says nothing. `passwords` are tried on encrypted
    PDFs. `own_vat` is the VAT number of the dossier: on a page it is the customer, not the
    supplier, of a purchase. `habits_of` finds what is known of the issuer of a page. Ids in
    `unreadable`: "empty", "unsupported", "too_large", "unreadable".
    """
    look = partial(_look_again, habits_of)
    return read_file(content, name, passwords=passwords, own_vat=own_vat, look=look)


def read_file(
    content: bytes,
    name: str,
    *,
    passwords: Sequence[str] = (),
    own_vat: str = "",
    look: SecondLook = as_read,
) -> Recognition:
    """Return what was read from one file, as `recognise` does; `look` is shown every page read.

    An e-invoice is read without it: nothing of it depends on where it stands.
    """
    match find_kind(content, name):
        case FileKind.EMPTY:
            return unreadable("empty")
        case FileKind.UNKNOWN:
            return unreadable("unsupported")
        case FileKind.XML:
            return read_structured(content)
        case FileKind.PDF:
            return read_hybrid(content, passwords=passwords, own_vat=own_vat, look=look)
        case FileKind.IMAGE:
            return _in_words_for_people(read_image(content, own_vat=own_vat, look=look))


def read_plainly(content: bytes, name: str, *, own_vat: str = "") -> tuple[Layout, Invoice] | None:
    """Return the layout of a paper and what is read from it without any habit.

    None for an e-invoice, and for what cannot be read. Raises Temporary as `recognise` does.
    """
    seen: list[tuple[Layout, Invoice]] = []

    def look(layout: Layout, invoice: Invoice) -> Invoice:
        seen.append((layout, invoice))
        return invoice

    read_file(content, name, own_vat=own_vat, look=look)
    return seen[0] if seen else None


def read_paper(
    content: bytes, name: str, *, own_vat: str = ""
) -> tuple[tuple[Page, ...], Invoice] | None:
    """Return the pages that `read_plainly` lays out, and what it reads from them."""
    read = read_plainly(content, name, own_vat=own_vat)
    return (read[0].pages, read[1]) if read else None


def _look_again(habits_of: HabitsOf, layout: Layout, invoice: Invoice) -> Invoice:
    """Return the invoice as what is known of its issuer reads it."""
    habits = habits_of(invoice)
    return recall(layout, invoice, habits) if habits else invoice


def unreadable(reason: str) -> Recognition:
    """Return the recognition of a file that cannot be read, and why."""
    nothing = Invoice(document_class=DocumentClass.NOT_INVOICE)
    return Recognition(invoice=nothing, status=RecognitionStatus.EMPTY, unreadable=reason)


def read_structured(content: bytes) -> Recognition:
    """Return what an XML file says: UBL or CII, bare or in an envelope (SBDH, SOAP)."""
    try:
        structured = _read_xml_invoice(content)
    except XmlError as error:
        return unreadable(error.reason)
    return _compared_with_embedded(structured)


def read_hybrid(
    content: bytes, *, passwords: Sequence[str], own_vat: str, look: SecondLook = as_read
) -> Recognition:
    """Return what a PDF says: the XML inside leads and is compared with the page.

    Without XML that is an invoice the page itself is read.
    """
    files = find_embedded_files(content, passwords)
    structured = _first_invoice(files)
    if structured is None:
        paper = read_pdf(content, own_vat=own_vat, passwords=passwords, look=look)
        read = _in_words_for_people(paper)
        return replace(read, embedded=read.embedded + tuple(files))
    page = read_page_text(content, passwords)
    return replace(
        structured,
        invoice=replace(structured.invoice, pages=page.n_pages),
        warnings=structured.warnings + differences(structured.invoice, page.text),
        embedded=structured.embedded + tuple(files),
        text=f"{page.text}\n{structured.text}"[:_MAX_TEXT],
    )


def _in_words_for_people(read: Recognition) -> Recognition:
    """Return `read` with the one reason that people are told for every kind of damage."""
    return replace(read, unreadable="unreadable") if read.unreadable else read


def _first_invoice(files: Sequence[EmbeddedFile]) -> Recognition | None:
    """Return the reading of the first XML among `files` that is an invoice."""
    for _, _, content in find_xml_files(files):
        try:
            recognition = _read_xml_invoice(content)
        except XmlError:
            continue
        if recognition.invoice.document_class is not DocumentClass.NOT_INVOICE:
            return recognition
    return None


def _read_xml_invoice(content: bytes) -> Recognition:
    """Return what is in an XML file alone. Raises XmlError."""
    parsed = read_xml(content)
    text = text_of(parsed.root)[:_MAX_TEXT]
    roots = list(_invoice_roots(parsed.root))
    if not roots:
        nothing = Invoice(document_class=DocumentClass.NOT_INVOICE)
        return Recognition(invoice=nothing, status=RecognitionStatus.EMPTY, text=text)
    craft = ubl if ubl.is_ubl(roots[0]) else cii
    facts = craft.read_facts(roots[0], was_mended=parsed.was_mended)
    invoice, warnings = check(build_invoice(facts))
    return Recognition(
        invoice=invoice,
        status=find_status(invoice),
        warnings=warnings + (("several_invoices",) if len(roots) > 1 else ()),
        embedded=tuple(craft.read_embedded_files(roots[0])),
        text=text,
    )


def _invoice_roots(root: Element) -> Iterator[Element]:
    """Yield every invoice in a document: its root, or what its envelope holds."""
    if ubl.is_ubl(root) or cii.is_cii(root):
        yield root
        return
    for node in root.iterdescendants(*_ROOT_TAGS):
        if ubl.is_ubl(node) or cii.is_cii(node):
            yield node


def _compared_with_embedded(structured: Recognition) -> Recognition:
    """Return `structured` with its picture first and warnings about what that shows otherwise.

    Time sheets and conditions travel as PDFs, too: only one that shows the invoice's number is
    taken for its picture.
    """
    for file in structured.embedded:
        if file[1] != "application/pdf":
            continue
        text = read_page_text(file[2]).text
        if shows_number(structured.invoice, text):
            others = tuple(other for other in structured.embedded if other is not file)
            found = differences(structured.invoice, text)
            return replace(
                structured, embedded=(file, *others), warnings=structured.warnings + found
            )
    return structured
