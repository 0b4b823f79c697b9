"""A mail brought documents: unpack it, keep what counts, list what was left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.context import Context, Unit
from handlers.correspondence import (
    Post,
    dossier_manager,
    find_person,
    is_proved,
    post,
    reader_of,
)
from handlers.readers import unwrapped
from handlers.statements import keep_statements, without_statements
from handlers.suspicion import note_sender
from mailbot.compose.notices import write_receipt
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.job import Job, JobKind
from mailbot.domain.mail import Automatic, Mail, Part, Recipient, StoredMail, Unpacked
from mailbot.domain.people import Dossier, JournalKind
from mailbot.mail.address import read_recipient
from mailbot.mail.automatic import find_automatic
from mailbot.mail.parse import parse_mail
from mailbot.mail.reply_text import read_written
from mailbot.recognition.grouping import File, find_pairs
from storage.definitions import find_dossier, get_office
from storage.documents import documents_of_mail, record_document
from storage.mails import get_mail
from storage.search_index import index_written
from storage.statements import statements_of_mail

#: automatic mail that never brings what it forgot to attach
_QUIET = (Automatic.OUT_OF_OFFICE, Automatic.RECEIPT, Automatic.CALENDAR)
_LABEL = re.compile(r"(?<!\w)#([\w-]{2,40})|\[([^\]\[]{2,40})\]")


@dataclass(frozen=True, kw_only=True)
class _Bringing:
    """One mail that brings documents to a dossier, and what it says about all of them."""

    stored: StoredMail
    mail: Mail
    dossier: Dossier
    kind: JournalKind
    journal: str
    labels: tuple[str, ...]


def handle(context: Context, job: Job) -> None:
    """Make documents of one mail, once.

    `job.ids`: mail, and dossier when the address itself does not name one (an answer that brings
    the readable file we asked for).
    """
    with context.database.reading() as session:
        stored = get_mail(session, job.ids["mail"])
    mail = parse_mail(context.blobs.get(stored.sha256))
    unpacked, statements = without_statements(unwrapped(context.sandbox, mail))
    grouped = _group(unpacked.documents)
    written = read_written(mail)
    recipient = read_recipient(stored.envelope_recipient)
    with context.transaction() as unit:
        if documents_of_mail(unit.session, stored.id) or statements_of_mail(
            unit.session, stored.id
        ):
            return
        dossier = find_dossier(unit.session, job.ids.get("dossier", recipient.dossier))
        if dossier is None:
            # The dossier was removed after RCPT: the office must know, nothing is dropped.
            unit.put(JobKind.CONVERSATION, key=stored.id, mail=stored.id)
            return
        bringing = _read_facts(stored, mail, dossier, recipient)
        note_sender(unit.session, dossier.office, stored, mail)
        made = [_record(unit, bringing, parts) for parts in grouped]
        keep_statements(unit, stored, dossier, statements)
        for document in made:
            index_written(unit.session, document.id, written)
        if made or not statements:
            _send_receipt(unit, bringing, made, unpacked)


def _read_facts(
    stored: StoredMail, mail: Mail, dossier: Dossier, recipient: Recipient
) -> _Bringing:
    kind = JournalKind(recipient.document_kind or JournalKind.PURCHASE.value)
    in_subject = tuple(a or b for a, b in _LABEL.findall(mail.subject))
    return _Bringing(
        stored=stored,
        mail=mail,
        dossier=dossier,
        kind=kind,
        journal=recipient.journal,
        labels=tuple(dict.fromkeys((*recipient.labels, *in_subject))),
    )


def _group(parts: Sequence[Part]) -> list[tuple[Part, ...]]:
    """Return the files of each document: an XML with its PDF, else one file."""
    pairs = find_pairs([File(name=part.name, content=part.content) for part in parts])
    taken = set(pairs.values())
    return [
        (part, parts[pairs[i]]) if i in pairs else (part,)
        for i, part in enumerate(parts)
        if i not in taken
    ]


def _record(unit: Unit, bringing: _Bringing, parts: tuple[Part, ...]) -> Document:
    roles = ("original", "visual")
    files = tuple(_keep(unit, part, role) for part, role in zip(parts, roles, strict=False))
    stored = bringing.stored
    document = Document(
        id=unit.context.new_id(),
        dossier=bringing.dossier.code,
        kind=bringing.kind,
        status=Status.RECEIVED,
        received_at=stored.envelope.received_at,
        mail_id=stored.id,
        delivered_by=stored.sender,
        files=files,
        journal=bringing.journal,
        title=parts[0].name,
        labels=bringing.labels,
    )
    record_document(unit.session, document)
    about = {"mail": stored.id, "file": ", ".join(part.name for part in parts)}
    unit.note(EventKind.DOCUMENT_RECEIVED, document.id, stored.sender, **about)
    unit.put(JobKind.RECOGNISE_DOCUMENT, key=document.id, document=document.id)
    return document


def _keep(unit: Unit, part: Part, role: str) -> StoredFile:
    return StoredFile(
        role=role,
        name=part.name,
        media_type=part.media_type,
        sha256=unit.context.blobs.put(part.content),
        size=len(part.content),
    )


def _send_receipt(
    unit: Unit, bringing: _Bringing, made: list[Document], unpacked: Unpacked
) -> None:
    """Tell a person we know what arrived; tell the office when there was nothing to read.

    A supplier who has never heard of us gets no mail: that would be backscatter.
    """
    stored, dossier = bringing.stored, bringing.dossier
    person = find_person(unit.session, dossier, stored.sender)
    automatic = find_automatic(bringing.mail, stored.envelope.envelope_sender)
    may_answer = automatic is None and is_proved(unit.context, stored)
    if person is None or not may_answer:
        if made:
            return
        person = dossier_manager(unit.session, dossier)
        if automatic in _QUIET or (automatic and person.email.lower() == stored.sender):
            return  # nobody wants to know of an absence; no machine is answered
    office, _employees = get_office(unit.session, dossier.office)
    reader = reader_of(person, office)
    is_sender = reader.email == stored.sender
    letter = Post(
        key=f"receipt:{stored.id}",
        reader=reader,
        office=office,
        dossier=dossier.code,
        answers=stored if is_sender else None,
        write=lambda head: write_receipt(
            head,
            dossier,
            made,
            left_out=unpacked.left_out,
            mail_subject=bringing.mail.subject,
            sender="" if is_sender else stored.sender,
        ),
    )
    post(unit, letter)
