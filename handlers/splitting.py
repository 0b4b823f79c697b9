"""Makes documents of the parts of a bundle; the file as it came in is kept with the bundle."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from handlers.acting import Act, Result
from handlers.context import MAILBOT, Context, Unit
from handlers.progress import change_status
from handlers.readers import pages_in, parts_of
from mailbot.domain.document import Document, Status, StoredFile
from mailbot.domain.errors import Refused
from mailbot.domain.events import EventKind
from mailbot.domain.invoice import Recognition
from mailbot.domain.job import JobKind
from mailbot.recognition.page_cut import CutError
from mailbot.rules.splitting import PageRange, decide_split, read_ranges
from storage.documents import record_document

_PDF = "application/pdf"
#: in these a person can still take a document apart
_OPEN = (Status.QUARANTINED, Status.INBOX, Status.TO_APPROVE, Status.TO_REVIEW)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Pages of a bundle as a file of their own, already in the blob store."""

    pages: PageRange
    file: StoredFile


def cut_bundle(
    context: Context, document: Document, content: bytes, read: Recognition
) -> list[Piece]:
    """Return the parts of a bundle as files, [] when the document stays whole.

    What was cut out of a bundle before is not cut again without being asked.
    """
    ranges = () if document.split_from else decide_split(read)
    try:
        return _kept(context, document, content, ranges) if ranges else []
    except CutError:
        return []


def _kept(
    context: Context, document: Document, content: bytes, ranges: Sequence[PageRange]
) -> list[Piece]:
    """Keep the pages of each range as a file. Raises CutError."""
    pieces = []
    parts = parts_of(context.sandbox, content, ranges)
    for pages, part in zip(ranges, parts, strict=True):
        file = StoredFile(
            role="original",
            name=_name(document.original.name, pages),
            media_type=_PDF,
            sha256=context.blobs.put(part),
            size=len(part),
        )
        pieces.append(Piece(pages=pages, file=file))
    return pieces


def _name(name: str, pages: PageRange) -> str:
    """Return "facturen (1-2).pdf" for pages 1 and 2 of "facturen.pdf"."""
    stem = PurePath(name).stem or name
    return f"{stem} ({_written(pages)}).pdf"


def _written(pages: PageRange) -> str:
    first, last = pages
    return str(first) if first == last else f"{first}-{last}"


def split(
    unit: Unit, bundle: Document, pieces: Sequence[Piece], *, actor: str = MAILBOT
) -> Document:
    """Make a document of each piece, in the transaction in which the bundle ends as `split`."""
    parts = [_record_part(unit, bundle, piece, actor) for piece in pieces]
    done = change_status(unit, bundle, Status.SPLIT, actor=actor)
    about = {
        "parts": " ".join(part.id for part in parts),
        "pages": ",".join(_written(piece.pages) for piece in pieces),
    }
    unit.note(EventKind.DOCUMENT_SPLIT, bundle.id, actor, **about)
    return done


def _record_part(unit: Unit, bundle: Document, piece: Piece, actor: str) -> Document:
    part = Document(
        id=unit.context.new_id(),
        dossier=bundle.dossier,
        kind=bundle.kind,
        status=Status.RECEIVED,
        received_at=bundle.received_at,
        mail_id=bundle.mail_id,
        delivered_by=bundle.delivered_by,
        files=(piece.file,),
        journal=bundle.journal,
        title=piece.file.name,
        labels=bundle.labels,
        split_from=bundle.id,
    )
    record_document(unit.session, part)
    about = {"mail": bundle.mail_id, "file": piece.file.name, "bundle": bundle.id}
    unit.note(EventKind.DOCUMENT_RECEIVED, part.id, actor, **about)
    unit.put(JobKind.RECOGNISE_DOCUMENT, key=part.id, document=part.id)
    return part


def split_pages(act: Act) -> Result:
    """Take a document apart as asked: `splits 1-2,3-`."""
    if act.document.status not in _OPEN:
        raise Refused("status_forbids", {"status": act.document.status.value})
    context, text = act.unit.context, act.arg("pages")
    content = context.blobs.get(act.document.visual.sha256)
    try:
        ranges = read_ranges(text, pages_in(context.sandbox, content))
        pieces = _kept(context, act.document, content, ranges)
    except CutError as error:
        raise Refused("bad_value", {"field": "pages", "value": text}) from error
    done = split(act.unit, act.document, pieces, actor=act.email)
    return Result(document=done, sentence="split")
