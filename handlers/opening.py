"""Opens encrypted files with the passwords of their sender, and with one that an answer brings."""

from handlers.context import Context, Unit
from handlers.progress import change_status
from handlers.readers import password_of, unlocked
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.job import JobKind
from mailbot.mail.password_text import find_passwords
from storage.audit import events_about
from storage.passwords import known_passwords, record_password

_PDF = "application/pdf"


def opened(context: Context, document: Document, content: bytes) -> StoredFile | None:
    """Return the file that people look at instead of an encrypted one, None if nothing opens it.

    The original is kept as it came.
    """
    with context.database.reading() as session:
        passwords = known_passwords(
            session,
            context.token_secret,
            dossier=document.dossier,
            sender=document.delivered_by,
        )
    whole = unlocked(context.sandbox, content, passwords) if passwords else None
    if whole is None:
        return None
    return StoredFile(
        role="visual",
        name=document.original.name,
        media_type=_PDF,
        sha256=context.blobs.put(whole),
        size=len(whole),
    )


def open_by_answer(unit: Unit, document: Document, written: str, *, mail: str, by: str) -> bool:
    """Read an encrypted document again if the answer brings its password, which is kept.

    Returns whether it did, now or when this mail was handled before.
    """
    if document.status is not Status.UNREADABLE:
        return _was_opened_by(unit, document, mail)
    context = unit.context
    content = context.blobs.get(document.original.sha256)
    password = password_of(context.sandbox, content, find_passwords(written))
    if password is None:
        return False
    record_password(
        unit.session,
        context.token_secret,
        dossier=document.dossier,
        sender=document.delivered_by,
        password=password,
        at=context.now(),
    )
    change_status(unit, document, Status.RECEIVED, actor=by)
    unit.note(EventKind.DOCUMENT_OPENED, document.id, by, mail=mail)
    unit.put(JobKind.RECOGNISE_DOCUMENT, key=f"{document.id}:{mail}", document=document.id)
    return True


def _was_opened_by(unit: Unit, document: Document, mail: str) -> bool:
    return any(
        event.kind is EventKind.DOCUMENT_OPENED and event.data.get("mail") == mail
        for event in events_about(unit.session, document.id)
    )
