"""A document is complete: make the booking, deliver it, or say which field must be mended."""

from dataclasses import replace
from functools import partial

from connectors.base import ExportJob, ExportResult
from connectors.delivery import deliver_to_folder, export_folder
from connectors.registry import find_connector
from handlers.asking import Showing, show
from handlers.context import Context, Unit
from handlers.correspondence import Post, dossier_manager, find_person, post, reader_of
from handlers.progress import change_status
from mailbot.compose.exports import write_export_mail, write_export_problem
from mailbot.domain.booking import BookingProposal, ExportFile, Problem
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Invoice
from mailbot.domain.job import Job, JobKind
from mailbot.domain.letter import Reader
from mailbot.domain.people import Dossier
from mailbot.rules.booking import propose_booking
from mailbot.rules.numbering import next_number
from storage.definitions import get_dossier, get_office, lock_dossier
from storage.documents import documents_in, get_document, record_document, record_export

#: a booking in one of these keeps the number that it was given
_NUMBERED = (Status.TO_EXPORT, Status.EXPORTED)


def handle(context: Context, job: Job) -> None:
    """Export one document, once.

    Files are written before the transaction ends: after a crash between the two the same files
    are written again, under the same names, with the number that the booking had got before.
    """
    with context.transaction() as unit:
        if _is_meant(job, get_document(unit.session, job.ids["document"])):
            _number(unit, job.ids["document"])
    with context.transaction() as unit:
        document = get_document(unit.session, job.ids["document"])
        if not _is_meant(job, document):
            return
        dossier = get_dossier(unit.session, document.dossier)
        booking = document.booking or propose_booking(document, dossier)
        if isinstance(booking, list):
            _fail(unit, document, dossier, tuple(booking))
        else:
            _export(unit, document, dossier, booking)


def _is_meant(job: Job, document: Document) -> bool:
    """Whether the document still waits for this export; `herstel` makes a new version of it."""
    version = job.ids.get("version", str(document.version))
    return document.status is Status.TO_EXPORT and version == str(document.version)


def _number(unit: Unit, document_id: str) -> None:
    """Give the booking its number in journal and year; two exports at once get two numbers."""
    document = get_document(unit.session, document_id)
    dossier = get_dossier(unit.session, document.dossier)
    booking = document.booking or propose_booking(document, dossier)
    if isinstance(booking, list) or booking.number:
        return
    lock_dossier(unit.session, dossier.code)
    numbered = documents_in(unit.session, [dossier.code], _NUMBERED)
    number = next_number(booking, [each.booking for each in numbered if each.booking])
    record_document(unit.session, replace(document, booking=replace(booking, number=number)))


def _export(unit: Unit, document: Document, dossier: Dossier, booking: BookingProposal) -> None:
    result = _make(unit.context, document, dossier, booking)
    problems = result.problems or _deliver(unit, dossier, booking, result)
    if problems:
        _fail(unit, document, dossier, problems)
    else:
        _finish(unit, document, booking, [file.name for file in result.files])


def _make(
    context: Context, document: Document, dossier: Dossier, booking: BookingProposal
) -> ExportResult:
    is_own_visual = document.visual != document.original
    job = ExportJob(
        booking=booking,
        invoice=document.invoice or Invoice(),
        dossier=dossier,
        original=_file(context, document.original),
        visual=_file(context, document.visual) if is_own_visual else None,
    )
    return find_connector(dossier.export.connector).export(job)


def _file(context: Context, stored: StoredFile) -> ExportFile:
    content = context.blobs.get(stored.sha256)
    return ExportFile(name=stored.name, media_type=stored.media_type, content=content)


def _deliver(
    unit: Unit, dossier: Dossier, booking: BookingProposal, result: ExportResult
) -> tuple[Problem, ...]:
    """Bring the files where the dossier wants them; return what stands in the way."""
    if dossier.export.delivery == "mail":
        _deliver_by_mail(unit, dossier, booking, result.files)
        return ()
    exports = unit.context.settings.exports_folder
    folder = export_folder(exports, dossier.export.target or dossier.code)
    return deliver_to_folder(folder, result)


def _deliver_by_mail(
    unit: Unit, dossier: Dossier, booking: BookingProposal, files: tuple[ExportFile, ...]
) -> None:
    office, _employees = get_office(unit.session, dossier.office)
    address = dossier.export.target or dossier.dossier_manager
    person = find_person(unit.session, dossier, address)
    stranger = Reader(
        email=address.lower(),
        first_name="",
        name=address,
        language=dossier.language,
        time_zone=office.time_zone,
    )
    letter = Post(
        key=f"export:{booking.key}",
        reader=reader_of(person, office) if person else stranger,
        office=office,
        dossier=dossier.code,
        write=lambda head: write_export_mail(head, [booking], files, dossier=dossier.name),
    )
    post(unit, letter)


def _finish(unit: Unit, document: Document, booking: BookingProposal, names: list[str]) -> None:
    exported = replace(document, booking=booking, export_problem="")
    change_status(unit, exported, Status.EXPORTED)
    connector = get_dossier(unit.session, document.dossier).export.connector
    record_export(
        unit.session,
        booking.key,
        document_id=document.id,
        connector=connector,
        at=unit.context.now(),
        names=names,
    )
    unit.note(EventKind.EXPORTED, document.id, key=booking.key, files=", ".join(names))
    unit.put(JobKind.LEARN_SUPPLIER, key=f"{document.id}:{document.version}", document=document.id)


def _fail(unit: Unit, document: Document, dossier: Dossier, problems: tuple[Problem, ...]) -> None:
    """Tell the dossier manager which field to mend; `herhaal` tries again."""
    said = "; ".join(f"{p.field}: {p.reason} {p.value}".strip() for p in problems)
    # the number is given back: another booking may leave before this one is mended
    booking = replace(document.booking, number="") if document.booking else None
    failed = change_status(
        unit, document, Status.EXPORT_FAILED, export_problem=said, booking=booking
    )
    unit.note(EventKind.EXPORT_FAILED, document.id, problems=said)
    showing = Showing(
        to=dossier_manager(unit.session, dossier),
        key=f"export-problem:{document.id}:{document.version}:{document.export_tries}",
        shown=Shown.EXPORT,
        write=partial(write_export_problem, problems=problems),
    )
    show(unit, failed, dossier, showing)
