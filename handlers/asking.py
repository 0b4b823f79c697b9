"""Shows a document to one person and asks, or tells, something about it; shared by handlers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session

from handlers.context import Context, Unit
from handlers.correspondence import Post, post, reader_of
from mailbot.compose.facts import DocumentView, Earlier
from mailbot.compose.render import Letterhead
from mailbot.domain.booking import ExportFile
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status
from mailbot.domain.letter import Letter
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Person
from storage.definitions import get_office
from storage.documents import look_alikes, supplier_key

#: a larger document is linked, not attached
_MAX_ATTACHED = 5 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Showing:
    """One letter about a document to one person."""

    to: Person | Employee
    #: what caused it; the same cause never sends this person a second letter
    key: str
    write: Callable[[Letterhead, DocumentView], Letter] = field(repr=False)
    #: what an answer may decide
    shown: Shown = Shown.NONE
    #: kept with the token: the other side of a conversation, a quarantined sender
    subject: str = ""
    #: the mail that this letter answers
    answers: StoredMail | None = None


def show(unit: Unit, document: Document, dossier: Dossier, showing: Showing) -> None:
    """Put a letter about `document` in the outbox; a second time changes nothing."""
    office, _employees = get_office(unit.session, dossier.office)
    view = view_of(unit, document, dossier)
    letter = Post(
        key=f"{showing.key}:{showing.to.email.lower()}",
        reader=reader_of(showing.to, office),
        office=office,
        shown=showing.shown,
        dossier=dossier.code,
        documents=[document],
        subject=showing.subject,
        answers=showing.answers,
        write=lambda head: showing.write(head, view),
    )
    post(unit, letter)


def view_of(unit: Unit, document: Document, dossier: Dossier) -> DocumentView:
    """Return the document as a mail shows it: first page, file, what is known of the supplier."""
    picture = next((f for f in document.files if f.role == "page_image"), None)
    return DocumentView(
        document=document,
        dossier=dossier,
        page_image=unit.context.blobs.get(picture.sha256) if picture else None,
        earlier=_earlier(unit.session, document),
        files=_attached(unit.context, document),
    )


def _attached(context: Context, document: Document) -> tuple[ExportFile, ...]:
    file = document.visual
    if file.size > _MAX_ATTACHED:
        return ()
    content = context.blobs.get(file.sha256)
    return (ExportFile(name=file.name, media_type=file.media_type, content=content),)


def _earlier(session: Session, document: Document) -> Earlier | None:
    """Return since when the supplier is known, and if his account is that of last time."""
    key = supplier_key(document)
    booked = [
        d
        for d in look_alikes(session, document)
        if key and supplier_key(d) == key and d.status is Status.EXPORTED
    ]
    if not booked:
        return None
    since: date = min(d.received_at for d in booked).date()
    accounts = [d.invoice.iban for d in booked if d.invoice and d.invoice.iban]
    iban = document.invoice.iban if document.invoice else None
    return Earlier(since=since, same_account=iban == accounts[0] if iban and accounts else None)
