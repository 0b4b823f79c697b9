"""What a mail shows of a document: its heading, its fields, how sure they are, its warnings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbot.compose.render import NOTHING, Enclosures, Letterhead
from mailbot.compose.sentences import sentence_or_other
from mailbot.compose.wording import day, listed, money, near_day, shortened, unbroken
from mailbot.domain.booking import ExportFile
from mailbot.domain.document import Document
from mailbot.domain.identifiers import read_ogm, write_iban, write_ogm
from mailbot.domain.invoice import DocumentClass, Evidence, Invoice, Source
from mailbot.domain.mail import Language
from mailbot.domain.people import Dossier, JournalKind

#: full from 90 %, half from 80 %, else grey (CF-ST-10)
_FULL, _HALF = 0.9, 0.8
_NAME_LENGTH = 60
_NUMBER_LENGTH = 40
#: papers that are called by their file: no one party, number and amount is theirs
_UNNAMED = (DocumentClass.NOT_INVOICE, DocumentClass.BUNDLE)
#: what the reader decides on; how sure the reading is, is judged by these
_DECISIVE = (
    "supplier_name",
    "invoice_number",
    "invoice_date",
    "due_date",
    "total_incl",
    "iban",
    "payment_reference",
)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What is known of the supplier from earlier documents."""

    since: date | None = None
    #: whether the IBAN is the one of last time; None when there is nothing to compare
    same_account: bool | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentView:
    """A document as it is shown in a mail."""

    document: Document
    dossier: Dossier
    #: PNG or JPEG of its first page, small
    page_image: bytes | None = None
    earlier: Earlier | None = None
    #: files that travel with the mail
    files: tuple[ExportFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fact with its name."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a list, with what stands below it."""

    #: what answers it: its number; "-" when it has none
    number: int | str
    text: str
    notes: tuple[str, ...] = ()
    #: sentences of table `warnings`
    alerts: tuple[str, ...] = ()


def stars(confidence: float) -> str:
    """Return a confidence (0.0 to 1.0) as stars (CF-ST-10)."""
    return "★★★" if confidence >= _FULL else "★★☆" if confidence >= _HALF else "★☆☆"


def heading(document: Document, head: Letterhead) -> str:
    """Return what, who, how much and by when, as it stands in subjects and lists."""
    invoice = document.invoice
    if invoice is None or invoice.document_class in _UNNAMED:
        return shortened(document.title or document.visual.name, _NAME_LENGTH)
    number = shortened(invoice.invoice_number or "", _NUMBER_LENGTH)
    what = f"{head.say('document_classes', invoice.document_class)} {number}".strip()
    return ", ".join(filter(None, (_who(document, invoice, head), what, _amount(invoice, head))))


def this_document(document: Document, head: Letterhead) -> str:
    """Return what the document is called in a sentence: "deze factuur", "dit document"."""
    kind = document.invoice.document_class if document.invoice else DocumentClass.NOT_INVOICE
    return head.say("this", kind)


def warnings(document: Document, head: Letterhead) -> tuple[str, ...]:
    """Return the sentences that stand at the top of every mail about this document."""
    return tuple(_warning(head.language, warning) for warning in document.warnings)


def _warning(language: Language, warning: str) -> str:
    """Return the sentence of a warning; behind a colon may stand rules that it names."""
    name, _, rules = warning.partition(":")
    named = ", ".join(rules.split(","))
    return sentence_or_other(language, "warnings", name, id=name, rules=named)


def summary(view: DocumentView, head: Letterhead) -> tuple[Row, ...]:
    """Return the few facts on which somebody decides."""
    if view.document.invoice is None:
        return (delivered(view.document, head),)
    rows = _invoice_rows(view, view.document.invoice, head)
    return tuple(Row(label=head.say("labels", label), value=value) for label, value in rows)


def delivered(document: Document, head: Letterhead) -> Row:
    """Return who delivered the document and when."""
    value = head.say(
        "phrases",
        "delivered",
        name=shortened(document.original.name, _NAME_LENGTH),
        by=shortened(document.delivered_by, _NAME_LENGTH),
        day=day(document.received_at.date(), head.language),
    )
    return Row(label=head.say("labels", "delivered"), value=value)


def enclosures(view: DocumentView) -> Enclosures:
    """Return the page image, shown inside the mail, and the files of the document."""
    if view.page_image is None:
        return Enclosures(files=view.files) if view.files else NOTHING
    content_id = f"page-{view.document.id}-{view.document.version}@mailbot"
    return Enclosures(images={content_id: view.page_image}, files=view.files)


def vat_number(number: str) -> str:
    """Return a VAT number as people know it: BE0456.123.791."""
    digits = number.removeprefix("BE")
    if digits == number or len(digits) != 10 or not digits.isdigit():
        return number
    return f"BE{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def communication(reference: str) -> str:
    """Return a structured communication with its plusses, a free one as it is."""
    digits = read_ogm(reference)
    return write_ogm(digits) if digits else reference


def iban(number: str) -> str:
    """Return an IBAN in groups of four that stay on one line."""
    return unbroken(write_iban(number))


def _who(document: Document, invoice: Invoice, head: Letterhead) -> str:
    is_sale = document.kind is JournalKind.SALES
    name = invoice.customer_name if is_sale else invoice.supplier_name
    unknown = "unknown_customer" if is_sale else "unknown_supplier"
    return shortened(name or "", _NAME_LENGTH) or head.say("phrases", unknown)


def _amount(invoice: Invoice, head: Letterhead) -> str:
    amount = invoice.amount_due if invoice.amount_due is not None else invoice.total_incl
    if amount is None:
        return ""
    words = money(amount, invoice.currency, head.language)
    if invoice.due_date is None:
        return words
    due = near_day(invoice.due_date, head.today, head.language)
    return head.say("phrases", "due", amount=words, day=due)


def _invoice_rows(
    view: DocumentView, invoice: Invoice, head: Letterhead
) -> Iterator[tuple[str, str]]:
    """Yield (id in table `labels`, value) for what is known."""
    is_sale = view.document.kind is JournalKind.SALES
    yield ("customer" if is_sale else "supplier"), _party(view, invoice, head)
    if named := _named(view.document, invoice, head):
        yield invoice.document_class.value, named
    if amount := _payable(view, invoice, head):
        yield _payable_label(invoice, is_sale=is_sale), amount
    if invoice.payment_reference and not is_sale:
        yield "communication", communication(shortened(invoice.payment_reference, 140))
    if sure := _certainty(invoice, head):
        yield "certainty", sure


def _party(view: DocumentView, invoice: Invoice, head: Letterhead) -> str:
    is_sale = view.document.kind is JournalKind.SALES
    vat = invoice.customer_vat if is_sale else invoice.supplier_vat
    since = view.earlier.since if view.earlier else None
    known = head.say("phrases", "known_since", year=since.year) if since else ""
    name = _who(view.document, invoice, head)
    return ", ".join(filter(None, (name, vat_number(vat or ""), known)))


def _named(document: Document, invoice: Invoice, head: Letterhead) -> str:
    number = shortened(invoice.invoice_number or "", _NUMBER_LENGTH)
    if number and invoice.invoice_date:
        when = day(invoice.invoice_date, head.language)
        number = head.say("phrases", "dated", number=number, day=when)
    elif invoice.invoice_date:
        number = day(invoice.invoice_date, head.language)
    return ", ".join(filter(None, (number, shortened(document.title, 80))))


def _payable_label(invoice: Invoice, *, is_sale: bool) -> str:
    """Return whether money goes out or comes in: a credit note turns it round."""
    is_credit = invoice.document_class is DocumentClass.CREDIT_NOTE
    return "to_pay" if is_credit == is_sale else "to_receive"


def _payable(view: DocumentView, invoice: Invoice, head: Letterhead) -> str:
    amount = invoice.amount_due if invoice.amount_due is not None else invoice.total_incl
    if amount is None:
        return ""
    words = money(amount, invoice.currency, head.language)
    if invoice.due_date:
        due = day(invoice.due_date, head.language)
        words = head.say("phrases", "due", amount=words, day=due)
    if not invoice.iban or view.document.kind is JournalKind.SALES:
        return words
    return f"{words} {_account(view, invoice.iban, head)}"


def _account(view: DocumentView, number: str, head: Letterhead) -> str:
    """Return the account in short when it is the usual one, whole when it must be compared."""
    same = view.earlier.same_account if view.earlier else None
    if same:
        account = unbroken(f"{number[:4]} … {number[-4:]}")
        return head.say("phrases", "on_same_account", account=account)
    return head.say("phrases", "on_account", account=iban(number))


def _certainty(invoice: Invoice, head: Letterhead) -> str:
    known = {name: invoice.evidence[name] for name in _DECISIVE if name in invoice.evidence}
    if not known:
        return ""
    lowest = min(evidence.confidence for evidence in known.values())
    corrected = [evidence.source is Source.PERSON for evidence in known.values()]
    sources = dict.fromkeys(
        head.say("sources", e.source) for e in known.values() if e.source is not Source.PERSON
    )
    said = head.say(
        "phrases",
        _reading(all_by_person=all(corrected), is_whole=not any(corrected) and len(sources) == 1),
        sources=listed(tuple(sources), head.language),
    )
    return f"{stars(lowest)} {said}{_to_check(known, head)}"


def _reading(*, all_by_person: bool, is_whole: bool) -> str:
    """Return the id of the phrase that says where the values come from."""
    if all_by_person:
        return "all_by_person"
    return "all_read" if is_whole else "read"


def _to_check(known: dict[str, Evidence], head: Letterhead) -> str:
    unsure = [name for name, evidence in known.items() if evidence.confidence < _FULL]
    if not unsure:
        return ""
    return "; " + head.say("phrases", "to_check", fields=",".join(unsure))
