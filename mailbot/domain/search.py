"""The words under which documents and conversations are found, and what somebody looks for.

What is kept and what is looked for are folded alike, before either database sees them: lower case,
no accents, letters and digits only. A mark is a word that nobody types by chance: it stands for an
amount, a month, an office.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mailbot.domain.conversation import Conversation
from mailbot.domain.document import Document, Status
from mailbot.domain.invoice import Invoice
from mailbot.domain.mail import StoredMail
from mailbot.domain.money import to_cents

#: letters of one document, mail or conversation that can be found: some twenty full pages
MOST_TEXT = 50_000
#: letters of a word; PostgreSQL keeps none above 2046 bytes
_LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")
#: what became of these stands elsewhere
_GONE = frozenset({Status.DELETED, Status.SPLIT})

#: words that stand one behind another
Phrase = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing that must be there, in one of these ways."""

    ways: tuple[Phrase, ...]


class ApprovalFilter(StrEnum):
    """Where the approval of a document stands (CF-APPR-18); words in templates, table `search`."""

    #: the reader must approve it, or whoever they stand in for
    MINE = "mine"
    #: somebody must
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class SearchQuery:
    """What somebody looks for: every term must be there."""

    #: as typed
    text: str
    terms: tuple[Term, ...]
    #: only documents whose approval stands so
    approval: ApprovalFilter | None = None
    #: addresses for `ApprovalFilter.MINE`
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What somebody may find."""

    #: code of the office in which they look, "" for all of them (the operator)
    office: str = ""
    #: lower case; of conversations they find those that they read along in
    reader: str = ""
    #: they work at the office and see all of it
    is_office: bool = False
    #: codes of the dossiers that they see whole
    dossiers: tuple[str, ...] = ()
    #: codes of those of which they see what these addresses were asked to approve
    asked_in: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Something that was found."""

    #: id of a document, or of a conversation
    id: str
    is_document: bool


def folded(text: str, most: int = MOST_TEXT) -> str:
    """Return the words of a text, as they are compared, with one space between."""
    return " ".join(phrase_of(text[:most]))


def phrase_of(text: str) -> Phrase:
    """Return the words of a text, as they are compared."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(one for one in plain if not unicodedata.combining(one)).casefold()
    return tuple(word[:_LONGEST_WORD] for word in _WORD.findall(letters))


def office_mark(code: str) -> str:
    """Return the word that everything of an office holds."""
    return f"xo{_short(code)}"


def dossier_mark(code: str) -> str:
    """Return the word that every document of a dossier holds."""
    return f"xd{_short(code)}"


def reader_mark(email: str) -> str:
    """Return the word that every conversation of a reader holds."""
    return f"xp{_short(email.lower())}"


def arrival_mark(day: date) -> str:
    """Return the word of everything that began in a month."""
    return f"xr{day:%Y%m}"


def day_mark(day: date) -> str:
    """Return the word of every document that was made out on a day."""
    return f"xt{day:%Y%m%d}"


def month_mark(year: int, month: int) -> str:
    """Return the word of every document that was made out in a month."""
    return f"xm{year:04}{month:02}"


def year_mark(year: int) -> str:
    """Return the word of every document that was made out in a year."""
    return f"xy{year:04}"


def amount_mark(amount: Decimal) -> str:
    """Return the word of an amount, with or without its sign."""
    return f"xa{to_cents(abs(amount))}"


def number_mark(number: str) -> str:
    """Return the word of a number, whatever stands between its digits and letters."""
    return f"xn{''.join(phrase_of(number)).lstrip('0')[:_LONGEST_WORD]}"


def document_words(document: Document, *, office: str, mail: StoredMail | None) -> str:
    """Return the words under which a document is found, beside those that stand on it.

    "" for one that is found no more: it was deleted, or its parts are documents of their own.
    """
    if document.status in _GONE:
        return ""
    invoice = document.invoice
    day = invoice.invoice_date if invoice and invoice.invoice_date else document.received_at.date()
    marks = (
        office_mark(office),
        dossier_mark(document.dossier),
        arrival_mark(document.received_at.date()),
        day_mark(day),
        month_mark(day.year, day.month),
        year_mark(day.year),
        *(_invoice_marks(invoice) if invoice else ()),
    )
    said = (*_said_of(document, mail), *(_said_on(invoice) if invoice else ()))
    return " ".join((*marks, folded(" ".join(filter(None, said)))))


def conversation_words(conversation: Conversation, *, office: str) -> str:
    """Return the words under which a conversation is found, beside what was said in it."""
    marks = (
        office_mark(office),
        arrival_mark(conversation.started_at.date()),
        *(reader_mark(email) for email in conversation.readers),
    )
    return " ".join((*marks, folded(conversation.subject)))


def with_dossiers(query: SearchQuery, names: Mapping[str, str]) -> SearchQuery:
    """Return the query, in which a word of the code or name of a dossier stands for all of it.

    `names` says what dossiers are called, by code.
    """
    known = {code: set(phrase_of(f"{code} {name}")) for code, name in names.items()}
    return replace(query, terms=tuple(_with_dossiers(term, known) for term in query.terms))


def _with_dossiers(term: Term, known: Mapping[str, set[str]]) -> Term:
    wanted = term.ways[0]
    meant = [dossier_mark(code) for code, name in known.items() if set(wanted) <= name]
    return replace(term, ways=(*term.ways, *((mark,) for mark in meant)))


def _invoice_marks(invoice: Invoice) -> Iterator[str]:
    amounts = (invoice.total_incl, invoice.total_excl, invoice.amount_due)
    yield from dict.fromkeys(amount_mark(each) for each in amounts if each is not None)
    numbers = (invoice.invoice_number, invoice.supplier_vat, invoice.customer_vat)
    yield from (number_mark(each) for each in numbers if each)
    # people leave the country out, and mean the enterprise number
    yield from (number_mark(each[2:]) for each in numbers[1:] if each)


def _said_of(document: Document, mail: StoredMail | None) -> Iterable[str]:
    notes = (note.text for note in document.notes)
    files = (file.name for file in document.files if file.role != "page_image")
    about = (mail.subject, mail.sender) if mail else ()
    return (document.title, document.delivered_by, *document.labels, *notes, *files, *about)


def _said_on(invoice: Invoice) -> Iterable[str]:
    said = (
        invoice.supplier_name,
        invoice.customer_name,
        invoice.invoice_number,
        invoice.supplier_vat,
        invoice.customer_vat,
        invoice.iban,
        invoice.payment_reference,
    )
    return (each for each in said if each)


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
