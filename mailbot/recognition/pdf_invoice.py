"""Reads the invoice in a PDF or an image: facts, then candidates, then decisions, then checks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mailbot.domain.invoice import (
    DocumentClass,
    Evidence,
    Invoice,
    Recognition,
    RecognitionStatus,
    Source,
)
from mailbot.recognition import ocr, pdf
from mailbot.recognition.bundle import find_parts, read_parts
from mailbot.recognition.candidates import find_candidates
from mailbot.recognition.checks import check, find_status
from mailbot.recognition.codes import separator_pages, with_codes
from mailbot.recognition.dates import decide_dates
from mailbot.recognition.decision import Decision
from mailbot.recognition.document_class import PaperKind, decide_paper_kind, is_credited
from mailbot.recognition.fields import (
    decide_bic,
    decide_currency,
    decide_iban,
    decide_number,
    decide_reference,
    is_reverse_charge,
)
from mailbot.recognition.layout import Layout, Page, build_layout
from mailbot.recognition.page_codes import find_codes_in_image
from mailbot.recognition.page_discount import decide_discount
from mailbot.recognition.supplier import decide_parties
from mailbot.recognition.totals import Totals, decide_totals
from mailbot.recognition.vocabulary import WORDS, tokens

#: pages on which fields are looked for: the first ones and the last ones
_FIRST_PAGES, _LAST_PAGES = 8, 4
#: scanned pages of one file that are read; Tesseract takes seconds a page
_MAX_OCR_PAGES = 12
#: frequent words by Tesseract's name of the language, to read later pages in one language
_STOP_WORDS = {name: frozenset(words) for name, words in WORDS["stop_words"].items()}
_ENOUGH_STOP_WORDS = 8

#: looks a second time at a layout and what was read from it, knowing whose document it is
SecondLook = Callable[[Layout, Invoice], Invoice]


def as_read(_layout: Layout, invoice: Invoice) -> Invoice:
    """Return the invoice as it was read: nothing is known of its issuer."""
    return invoice


def read_pdf(
    content: bytes,
    *,
    own_vat: str = "",
    passwords: Sequence[str] = (),
    look: SecondLook = as_read,
) -> Recognition:
    """Return what the invoice in a PDF says.

    Pages with text are read as text, image-only pages by OCR. `own_vat` is the dossier's own VAT
    number, "" when unknown; `passwords` are tried on an encrypted file. A broken or encrypted
    file is a Recognition that says so. Raises Temporary when OCR is needed and not installed.
    """
    text = pdf.read_text(content, passwords)
    if isinstance(text, pdf.PasswordRequired):
        return replace(_empty(), password_required=True)
    if isinstance(text, pdf.Unreadable):
        return replace(_empty(), unreadable=text.reason)
    read = _recognise_file(text, own_vat=own_vat, look=look)
    is_unread = bool(text.image_pages) and not read.text
    return replace(read, status=RecognitionStatus.OCR) if is_unread else read


def read_image(content: bytes, *, own_vat: str = "", look: SecondLook = as_read) -> Recognition:
    """Return what the invoice on a photo or scan says; see `read_pdf`."""
    try:
        image = ocr.open_image(content)
        page = ocr.read_page(image, 1)
    except ocr.ImageError:
        return replace(_empty(), unreadable="image_broken")
    except ocr.PageError:
        return replace(_empty(), status=RecognitionStatus.OCR)
    codes = find_codes_in_image(image, 1, scale=page.width / max(image.width, 1))
    return with_codes(_recognise([page], n_pages=1, own_vat=own_vat, look=look), codes)


def _recognise_file(text: pdf.PdfText, *, own_vat: str, look: SecondLook) -> Recognition:
    """Return what a PDF says as one document, or what each of the documents in it says."""

    def read_one(pages: Sequence[Page], n_pages: int) -> Recognition:
        return _recognise(pages, n_pages=n_pages, own_vat=own_vat, look=look)

    pages = _with_ocr(text)
    parts = find_parts(pages, own_vat=own_vat, separators=separator_pages(text.codes))
    if len(parts) > 1:
        read = read_parts(parts, pages, read_one, n_pages=text.n_pages)
    else:
        read = read_one(pages, text.n_pages)
    return with_codes(read, text.codes)


def _empty() -> Recognition:
    nothing = Invoice(document_class=DocumentClass.NOT_INVOICE)
    return Recognition(invoice=nothing, status=RecognitionStatus.EMPTY)


def _with_ocr(text: pdf.PdfText) -> list[Page]:
    """Return the pages as text; image-only ones are read in as few languages as will do.

    After a page on which Tesseract fails no other is tried: they would take their time, too.
    """
    languages: tuple[str, ...] = ocr.LANGUAGES
    pages = {page.number: page for page in text.pages}
    for number in sorted(text.image_pages)[:_MAX_OCR_PAGES]:
        try:
            image = pdf.scan_image(text.content, number, password=text.password)
            width = pages[number].width
            read = ocr.read_page(image, number, width=width, languages=languages)
        except pdf.PdfError:
            continue
        except ocr.PageError:
            break
        pages[number] = read
        languages = _languages_of(read) or languages
    return [pages[number] for number in sorted(pages)]


def _languages_of(page: Page) -> tuple[str, ...]:
    """Return the languages that a page is clearly written in, () when that is not clear."""
    words = [token for word in page.words for token in tokens(word.text)]
    counts = {name: sum(w in stop for w in words) for name, stop in _STOP_WORDS.items()}
    if max(counts.values()) < _ENOUGH_STOP_WORDS:
        return ()
    return tuple(name for name, count in counts.items() if count >= 0.3 * max(counts.values()))


def _recognise(
    pages: Sequence[Page], *, n_pages: int, own_vat: str, look: SecondLook = as_read
) -> Recognition:
    whole = build_layout(pages)
    layout = whole
    if len(pages) > _FIRST_PAGES + _LAST_PAGES:
        layout = build_layout([*pages[:_FIRST_PAGES], *pages[-_LAST_PAGES:]])
    if not layout.rows:
        return replace(_empty(), invoice=replace(_empty().invoice, pages=n_pages))
    read = look(layout, replace(_decide(layout, own_vat), pages=n_pages))
    invoice, warnings = check(read)
    return Recognition(
        invoice=invoice, status=find_status(invoice), warnings=warnings, text=whole.text
    )


def _decide(layout: Layout, own_vat: str) -> Invoice:
    """Return the invoice that the layout shows, with evidence for each field."""
    candidates = find_candidates(layout)
    totals = decide_totals(layout, candidates)
    paper = decide_paper_kind(
        layout, is_negative=is_credited(totals), has_total=totals.total_incl is not None
    )
    parties = decide_parties(layout, candidates, own_vat)
    total_place = totals.total_incl.candidate if totals.total_incl else None
    currency = decide_currency(layout, candidates, total_place)
    issued, due = decide_dates(
        layout,
        candidates,
        month_comes_first=currency is not None and _is_american(layout, currency),
    )
    iban = decide_iban(layout, candidates)
    number = decide_number(layout, candidates)
    decisions: dict[str, Decision[Any] | None] = {
        "document_class": _class_decision(paper),
        "supplier_name": parties.supplier_name,
        "supplier_vat": parties.supplier_vat,
        "customer_name": parties.customer_name,
        "customer_vat": parties.customer_vat,
        "invoice_number": number,
        "invoice_date": issued,
        "due_date": due,
        "currency": currency,
        "total_incl": totals.total_incl,
        "total_excl": totals.total_excl,
        "vat_total": totals.vat_total,
        "vat_breakdown": totals.vat_breakdown,
        "amount_due": totals.amount_due,
        "iban": iban,
        "bic": decide_bic(layout, candidates, iban),
        "payment_reference": decide_reference(layout, candidates, number),
        "discount": decide_discount(layout, candidates, totals),
        "is_reverse_charge": _reverse_charge(layout, totals),
    }
    known = {name: decision for name, decision in decisions.items() if decision is not None}
    values: dict[str, Any] = {name: decision.value for name, decision in known.items()}
    evidence = {name: _evidence(decision, layout) for name, decision in known.items()}
    return Invoice(**values, evidence=evidence)


def _reverse_charge(layout: Layout, totals: Totals) -> Decision[bool]:
    """Return whether the customer owes VAT: said so, and something is without VAT.

    Conditions of sale speak of reverse charge on invoices with VAT, too.
    """
    lines = totals.vat_breakdown.value if totals.vat_breakdown else ()
    has_untaxed = not lines or any(not line.rate for line in lines)
    return Decision(is_reverse_charge(layout) and has_untaxed, 0.9)


def _is_american(layout: Layout, currency: Decision[str]) -> bool:
    """Tell whether dates likely have the month first: dollars, and no word for VAT."""
    words = set(tokens(layout.text))
    return currency.value == "USD" and not words & {"btw", "tva", "mwst", "ust"}


def _class_decision(paper: PaperKind) -> Decision[DocumentClass]:
    return Decision(paper.document_class, paper.confidence)


def _evidence(decision: Decision[Any], layout: Layout) -> Evidence:
    """Return where a value was read and how sure it is; OCR's own doubts count."""
    place = decision.candidate
    by_ocr = place.cell.page.is_ocr if place else any(page.is_ocr for page in layout.pages)
    # below 1.0 with OCR, ours or that of a scanner's text layer
    certainty = min(1.0, 0.15 + place.certainty) if place else 1.0
    read = Source.OCR if by_ocr else Source.PDF_TEXT
    return Evidence(
        confidence=round(min(decision.confidence * certainty, 0.99), 3),
        source=read if place else Source.COMPUTED,
        page=place.page if place else None,
        box=place.cell.page.on_paper(place.box) if place else None,
        alternatives=decision.alternatives,
    )
