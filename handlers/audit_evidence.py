"""Gathers what the decisions about one document rest on, for a file that an auditor can check."""

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from handlers.context import Context
from mailbot.compose.evidence_file import write_evidence
from mailbot.domain.document import Document
from mailbot.domain.events import Event, EventKind
from storage.audit import events_about, find_event, last_event, links_between
from storage.blobs import BlobError, Blobs
from storage.definitions import get_dossier, get_office
from storage.documents import find_document
from storage.mails import get_mail

#: name of a SHA-256 in a decision -> how its file is called
_WITNESSES = {
    "mail_sha256": "answer.eml",
    "post_sha256": "form.json",
    "letter_sha256": "asked.eml",
}


def evidence_of(context: Context, name: str) -> bytes | None:
    """Return the evidence of the decisions about a document, as a zip; None when there is none.

    `name` is the id of the document, or the number of an event about it. Raises Temporary.
    """
    with context.database.reading() as session:
        document = _document(session, name)
        if document is None:
            return None
        events = _events(session, document)
        last = last_event(session)
        newest = last.number if last else events[-1].number
        files = dict(_files(session, context.blobs, document, events))
        office, _employees = get_office(session, get_dossier(session, document.dossier).office)
        return write_evidence(
            events,
            list(links_between(session, events[0].number, newest)),
            files,
            language=office.language,
        )


def _document(session: Session, name: str) -> Document | None:
    event = find_event(session, int(name)) if name.isdigit() else None
    return find_document(session, event.subject if event else name, is_locked=False)


def _events(session: Session, document: Document) -> list[Event]:
    """Return everything about the document, the mail that brought it, and each answer about it."""
    about = [*events_about(session, document.id), *events_about(session, document.mail_id)]
    for answer in _answers(about):
        about += events_about(session, answer)
    found = {event.number: event for event in about}
    return [found[number] for number in sorted(found)]


def _answers(events: list[Event]) -> list[str]:
    return [
        event.data["cause"]
        for event in events
        if event.kind is EventKind.COMMAND_DONE and event.data.get("via") == "mail"
    ]


def _files(
    session: Session, blobs: Blobs, document: Document, events: list[Event]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the document and of each decision, by their names in the zip."""
    yield from _kept(blobs, "files/brought-by.eml", get_mail(session, document.mail_id).sha256)
    for file in document.files:
        yield from _kept(blobs, f"files/{file.role}-{_plain(file.name)}", file.sha256)
    for event in events:
        if event.kind is EventKind.COMMAND_DONE:
            yield from _witnesses(blobs, event.number, event.data)


def _witnesses(blobs: Blobs, number: int, facts: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for key, name in _WITNESSES.items():
        if facts.get(key):
            yield from _kept(blobs, f"files/{number}-{name}", facts[key])


def _kept(blobs: Blobs, name: str, sha256: str) -> Iterator[tuple[str, bytes]]:
    """Yield a file; one that is lost or damaged stays out, which the check will say."""
    try:
        yield name, blobs.get(sha256)
    except BlobError:
        return


def _plain(name: str) -> str:
    """Return a file name that unpacks anywhere, whatever a mail called it."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
    return kept[-100:].lstrip(".") or "document"
