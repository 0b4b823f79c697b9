"""A document was kept: read it, check it against what is known, and send it on its way."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.context import Context, Unit
from handlers.correspondence import (
    Post,
    dossier_manager,
    find_person,
    is_proved,
    post,
    reader_of,
)
from handlers.einvoice_rules import with_broken_rules
from handlers.known_supplier import near_duplicates, note_credited, supplier_warnings
from handlers.learned import habits_in
from handlers.measuring import measure_reading
from handlers.opening import opened
from handlers.progress import advance, change_status, with_booking
from handlers.readers import picture_of, recognised
from handlers.splitting import Piece, cut_bundle, split
from handlers.suspicion import sender_warnings
from handlers.welcome import judge_welcome
from mailbot.compose.notices import write_unreadable
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import DocumentClass, Recognition, RecognitionStatus
from mailbot.domain.job import Job
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, JournalKind
from mailbot.mail.address import read_recipient, write_dossier_address
from mailbot.rules.duplicates import EarlierDocument, find_duplicates
from mailbot.rules.splitting import kept_whole
from storage.definitions import get_dossier, get_office
from storage.documents import find_document, get_document, look_alikes
from storage.mails import get_mail, message_ids
from storage.search_index import index_text

#: wide enough to read on a phone, small enough for a mail
_PAGE_IMAGE_WIDTH = 600
#: a larger photo is not put inside a mail
_MAX_PHOTO = 1024 * 1024
_PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """A document, the mail that brought it, and what was read."""

    document: Document
    dossier: Dossier
    mail: StoredMail
    read: Recognition


def handle(context: Context, job: Job) -> None:
    """Read one document, once."""
    with context.database.reading() as session:
        document = find_document(session, job.ids["document"], is_locked=False)
        if document is None or document.status is not Status.RECEIVED:
            return
        dossier = get_dossier(session, document.dossier)
        mail = get_mail(session, document.mail_id)
    content = context.blobs.get(document.original.sha256)
    if without_lock := opened(context, document, content):
        document = replace(document, files=(*document.files, without_lock))
        content = context.blobs.get(without_lock.sha256)
    habits_of = habits_in(context, dossier)
    name = document.original.name
    began = time.perf_counter()
    read = recognised(
        context.sandbox, content, name, own_vat=dossier.vat_number, habits_of=habits_of
    )
    measure_reading(read, time.perf_counter() - began)
    pieces = cut_bundle(context, document, content, read)
    if pieces:
        _split(context, document, pieces)
        return
    read = with_broken_rules(context.sandbox, kept_whole(read), content, name)
    reading = _Reading(document=document, dossier=dossier, mail=mail, read=read)
    files = _more_files(context, document, read)
    with context.transaction() as unit:
        if get_document(unit.session, document.id).status is not Status.RECEIVED:
            return
        if read.unreadable or read.password_required:
            _refuse(unit, reading)
            return
        learned = replace(_learn(unit, reading), files=(*document.files, *files))
        _note(unit, learned)
        index_text(unit.session, document.id, read.text)
        advance(unit, with_booking(unit.session, learned, dossier), dossier)


def _split(context: Context, bundle: Document, pieces: Sequence[Piece]) -> None:
    """Make documents of the parts of a bundle, once."""
    with context.transaction() as unit:
        if get_document(unit.session, bundle.id).status is Status.RECEIVED:
            split(unit, bundle, pieces)


def _learn(unit: Unit, reading: _Reading) -> Document:
    """Return the document with what was read, whose it is, and every reason for doubt."""
    dossier, mail, read = reading.dossier, reading.mail, reading.read
    kind = _kind(reading)
    known = replace(reading.document, kind=kind, invoice=read.invoice)
    earlier = look_alikes(unit.session, known)
    mails = message_ids(unit.session, {one.mail_id for one in earlier})
    compared = [EarlierDocument.of(e, message_id=mails[e.mail_id]) for e in earlier]
    duplicates = find_duplicates(known, compared, message_id=mail.message_id)
    near = near_duplicates(known, earlier, mails={**mails, mail.id: mail.message_id})
    welcome = judge_welcome(unit.session, dossier, mail)
    if welcome.is_welcome:
        note_credited(unit, known, earlier)
    of_supplier = supplier_warnings(unit.session, dossier, known, earlier)
    is_known_supplier = kind is JournalKind.PURCHASE and "new_supplier" not in of_supplier
    brought_before = mail.sender in {one.delivered_by for one in earlier}
    of_sender = sender_warnings(
        unit.context,
        unit.session,
        mail,
        dossier,
        expects_known_sender=is_known_supplier and not brought_before,
    )
    warnings = (
        *of_sender,
        *(warning for _id, warning in (duplicates or near)),
        *read.warnings,
        *of_supplier,
        *_habit_warnings(known),
        *(("failed_authentication",) if welcome.is_forged else ()),
        *_class_warnings(known, dossier),
    )
    return replace(
        known,
        recognition_status=_recognition_status(read, warnings, bool(duplicates)),
        warnings=tuple(dict.fromkeys(warnings)),
        possible_duplicate_of=(duplicates or near or [("", "")])[0][0],
        welcome=welcome.is_welcome,
        # a possible duplicate never goes on by itself: a person must send it
        sent=welcome.is_forwarded(dossier, kind) and not duplicates,
    )


def _recognition_status(
    read: Recognition, warnings: tuple[str, ...], is_duplicate: bool
) -> RecognitionStatus:
    if is_duplicate:
        return RecognitionStatus.DUPLICATE
    is_new = read.status is RecognitionStatus.OK and "new_supplier" in warnings
    return RecognitionStatus.OK_NEW if is_new else read.status


def _kind(reading: _Reading) -> JournalKind:
    """Return the kind that the address says; a bare dossier address leaves it to the document."""
    if read_recipient(reading.mail.envelope_recipient).document_kind:
        return reading.document.kind
    ours = reading.dossier.vat_number
    is_sale = bool(ours) and reading.read.invoice.supplier_vat == ours
    return JournalKind.SALES if is_sale else JournalKind.PURCHASE


def _habit_warnings(document: Document) -> list[str]:
    """Tell of an account that a habit chose: whoever taught it may have been deceived."""
    account = document.invoice.evidence.get("iban") if document.invoice else None
    return ["account_by_habit"] if account and account.learned else []


def _class_warnings(document: Document, dossier: Dossier) -> list[str]:
    invoice = document.invoice
    if invoice is None:
        return []
    warnings = ["split_from_bundle"] if document.split_from else []
    if invoice.document_class is DocumentClass.NOT_INVOICE:
        warnings.append("not_an_invoice")
    if invoice.document_class is DocumentClass.CREDIT_NOTE:
        warnings.append("credit_note")
    if invoice.is_reverse_charge:
        warnings.append("reverse_charge")
    ours = invoice.customer_vat if document.kind is JournalKind.PURCHASE else invoice.supplier_vat
    if ours and dossier.vat_number and ours != dossier.vat_number:
        warnings.append("not_for_this_dossier")
    return warnings


def _more_files(context: Context, document: Document, read: Recognition) -> list[StoredFile]:
    """Keep what was found inside, and a picture of the first page for people."""
    if read.password_required or read.unreadable:
        return []
    has_visual = document.visual.media_type == _PDF
    files: list[StoredFile] = []
    for name, media_type, content in read.embedded:
        role = "embedded" if has_visual or media_type != _PDF else "visual"
        has_visual = has_visual or role == "visual"
        files.append(_store(context, role, name, media_type, content))
    shown = next((file for file in files if file.role == "visual"), document.visual)
    return [*files, *_picture(context, shown)]


def _picture(context: Context, shown: StoredFile) -> list[StoredFile]:
    """Return page 1 of a PDF as PNG; a photo that is small enough shows itself."""
    if shown.media_type == _PDF:
        pdf = context.blobs.get(shown.sha256)
        picture = picture_of(context.sandbox, pdf, _PAGE_IMAGE_WIDTH)
        return (
            [_store(context, "page_image", "page-1.png", "image/png", picture)] if picture else []
        )
    is_photo = shown.media_type in ("image/jpeg", "image/png")
    if is_photo and shown.size <= _MAX_PHOTO:
        return [replace(shown, role="page_image")]
    return []


def _store(  # noqa: PLR0917 - the fields of a file
    context: Context, role: str, name: str, media_type: str, content: bytes
) -> StoredFile:
    sha256 = context.blobs.put(content)
    return StoredFile(
        role=role, name=name, media_type=media_type, sha256=sha256, size=len(content)
    )


def _note(unit: Unit, document: Document) -> None:
    status = document.recognition_status
    about = {"status": status.value if status else "", "warnings": " ".join(document.warnings)}
    unit.note(EventKind.DOCUMENT_RECOGNISED, document.id, **about)


def _refuse(unit: Unit, reading: _Reading) -> None:
    """Tell the sender, if the dossier knows him, else its admin; the original is kept."""
    document, dossier, mail, read = (
        reading.document,
        reading.dossier,
        reading.mail,
        reading.read,
    )
    reason = "password_required" if read.password_required else read.unreadable
    refused = change_status(
        unit, document, Status.UNREADABLE, recognition_status=RecognitionStatus.OCR
    )
    person = find_person(unit.session, dossier, mail.sender)
    if person is None or not is_proved(unit.context, mail):
        person = next(iter(dossier.admins), None) or dossier_manager(unit.session, dossier)
    office, _employees = get_office(unit.session, dossier.office)
    domain = unit.context.settings.service.domain
    letter = Post(
        key=f"unreadable:{document.id}",
        reader=reader_of(person, office),
        office=office,
        dossier=dossier.code,
        documents=[refused],
        write=lambda head: write_unreadable(
            head,
            refused,
            dossier,
            reason=reason,
            sender="" if person.email.lower() == mail.sender else mail.sender,
            deliver_to=write_dossier_address(document.kind, dossier.enterprise_number, domain),
        ),
    )
    post(unit, letter)
