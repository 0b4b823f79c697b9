"""A document was booked: remember how its counterparty writes and how it is booked, once.

What somebody of the office confirmed holds in all dossiers of the office; what only the client's
people confirmed holds in the client's own dossier. Nothing holds in another office.
"""

from dataclasses import dataclass, replace

from handlers.context import Context, Unit
from handlers.learned import counterparty, issuer_habits
from handlers.readers import paper_of
from mailbot.domain.document import Document, Status
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Invoice, Source
from mailbot.domain.job import Job
from mailbot.domain.learning import SupplierHabits, name_key
from mailbot.domain.people import Dossier, JournalKind
from mailbot.recognition.layout import Layout, build_layout
from mailbot.recognition.learning import observe
from mailbot.rules.booking import propose_booking
from mailbot.rules.posting_template import remembered
from storage.audit import events_about
from storage.definitions import get_dossier
from storage.documents import find_document, get_document
from storage.suppliers import (
    WHOLE_OFFICE,
    find_own_habits,
    habits_key,
    lock_office,
    record_habits,
)

_STRUCTURED = frozenset({Source.UBL, Source.CII})


@dataclass(frozen=True, kw_only=True)
class _Lesson:
    """A booked document with its confirmed values, and its page as it is read without habits."""

    document: Document
    dossier: Dossier
    final: Invoice
    #: None for an e-invoice, and for a scan from which nothing new can be learned
    page: tuple[Layout, Invoice] | None


def handle(context: Context, job: Job) -> None:
    """Learn from one booked document, once; its page is read before anything is locked."""
    with context.database.reading() as session:
        document = find_document(session, job.ids["document"], is_locked=False)
        if document is None or document.invoice is None or document.status is not Status.EXPORTED:
            return
        dossier = get_dossier(session, document.dossier)
        is_known = issuer_habits(session, document.invoice, dossier) is not None
    page = _page(context, document, dossier, is_known=is_known)
    final = _with_client(document, dossier)
    lesson = _Lesson(document=document, dossier=dossier, final=final, page=page)
    with context.transaction() as unit:
        lock_office(unit.session, dossier.office)
        if _is_learned(unit, get_document(unit.session, document.id)):
            return
        scope = WHOLE_OFFICE if _is_confirmed_by_office(unit, lesson) else dossier.code
        issuer = _learn_page(unit, lesson, scope)
        _learn_booking(unit, lesson)
        unit.note(
            EventKind.SUPPLIER_LEARNED,
            document.id,
            version=str(document.version),
            supplier=habits_key(issuer) if issuer else "",
            holds_in=scope or dossier.office,
            fields=" ".join(issuer.fields) if issuer else "",
        )


def _page(
    context: Context, document: Document, dossier: Dossier, *, is_known: bool
) -> tuple[Layout, Invoice] | None:
    """Return the page of a paper, read anew without habits.

    A scan takes seconds: one of a stranger on which nobody corrected anything is not read again.
    """
    evidence = document.invoice.evidence.values() if document.invoice else ()
    sources = {known.source for known in evidence}
    is_as_read = Source.OCR in sources and Source.PERSON not in sources
    if sources & _STRUCTURED or (is_as_read and not is_known):
        return None
    content = context.blobs.get(document.visual.sha256)
    name = document.visual.name
    paper = paper_of(context.sandbox, content, name, own_vat=dossier.vat_number)
    return (build_layout(paper[0]), paper[1]) if paper else None


def _with_client(document: Document, dossier: Dossier) -> Invoice:
    """Return the confirmed invoice with the client as its customer: he is no supplier's name."""
    invoice = document.invoice or Invoice()
    if document.kind is not JournalKind.PURCHASE:
        return invoice
    return replace(
        invoice,
        customer_name=invoice.customer_name or dossier.name,
        customer_vat=invoice.customer_vat or dossier.vat_number or None,
    )


def _is_learned(unit: Unit, document: Document) -> bool:
    """Whether this version of the document has taught already."""
    return any(
        event.kind is EventKind.SUPPLIER_LEARNED
        and event.data.get("version") == str(document.version)
        for event in events_about(unit.session, document.id)
    )


def _is_confirmed_by_office(unit: Unit, lesson: _Lesson) -> bool:
    """Whether somebody of the office said OK after the last correction by the client's people."""
    clients = {person.email.lower() for person in lesson.dossier.people}
    for event in reversed(events_about(unit.session, lesson.document.id)):
        is_client = event.actor in clients
        if event.kind is EventKind.REVIEWED and not is_client:
            return True
        if event.kind is EventKind.DOCUMENT_CORRECTED and is_client:
            return False
    return False


def _learn_page(unit: Unit, lesson: _Lesson, scope: str) -> SupplierHabits | None:
    """Remember how the issuer writes; None when nobody knows who that is."""
    final, office = lesson.final, lesson.dossier.office
    party = (final.supplier_vat, final.supplier_name)
    if not any(party):
        return None
    layout, read = lesson.page or (None, None)
    known = _known(unit, (office, scope), party)
    habits = observe(known, final, layout=layout, read=read)
    record_habits(unit.session, office, scope, habits, at=unit.context.now())
    return habits


def _learn_booking(unit: Unit, lesson: _Lesson) -> None:
    """Remember how the dossier booked the document of this counterparty."""
    document, dossier = lesson.document, lesson.dossier
    vat, name = counterparty(lesson.final, document.kind)
    plain = propose_booking(replace(document, booking=None), dossier)
    if document.booking is None or isinstance(plain, list) or not (vat or name):
        return
    known = _known(unit, (dossier.office, dossier.code), (vat, name))
    habits = known or SupplierHabits(name=name or "", vat=vat or "")
    codes = [line.vat_code for line in plain.lines]
    bookings = remembered(habits.bookings, document.booking, codes)
    habits = replace(habits, name=name or habits.name, vat=vat or habits.vat, bookings=bookings)
    record_habits(unit.session, dossier.office, dossier.code, habits, at=unit.context.now())


def _known(
    unit: Unit, where: tuple[str, str], party: tuple[str | None, str | None]
) -> SupplierHabits | None:
    """Return the habits of exactly this counterparty: its number, or its own name without one.

    A name under which somebody else was misread once does not make it somebody else.
    """
    vat, name = party
    habits = find_own_habits(unit.session, *where, vat=vat, name=name)
    if habits is None or (vat and habits.vat == vat):
        return habits
    is_other = bool(vat and habits.vat) or name_key(habits.name) != name_key(name)
    return None if is_other else habits
