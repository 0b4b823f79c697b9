"""Every document, and the exports that were made of it."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from mailbot.domain.document import Document, Status
from mailbot.domain.payment import WITHOUT_EFFECT
from mailbot.domain.values import from_json, to_json
from storage.search_index import index_document
from storage.tables import DocumentRow, ExportRow
from storage.tables.payments import PaymentRow

#: of one number; whoever asks for it names one of these by its id
_MOST_NAMED = 20

#: of one likeness, the newest say enough
_MOST_ALIKE = 50


def record_document(session: Session, document: Document) -> None:
    """Keep a document: new, or as it is now."""
    invoice = document.invoice
    session.merge(
        DocumentRow(
            id=document.id,
            dossier=document.dossier,
            kind=document.kind.value,
            status=document.status.value,
            version=document.version,
            mail_id=document.mail_id,
            received_at=document.received_at,
            sha256=document.original.sha256,
            supplier_key=supplier_key(document),
            number_key=number_key(invoice.invoice_number) if invoice else "",
            issue_date=invoice.invoice_date if invoice else None,
            total_incl=invoice.total_incl if invoice else None,
            on_hold=document.on_hold,
            data=to_json(document),
        )
    )
    session.flush()
    index_document(session, document)


def find_document(
    session: Session, document_id: str, *, is_locked: bool = True
) -> Document | None:
    """Return the document with this id; locked until the end of the transaction, or only read."""
    query = select(DocumentRow).where(DocumentRow.id == document_id)
    if is_locked:
        # not what this session may have read before it waited for the lock
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).first()
    return from_json(Document, row.data) if row else None


def get_document(session: Session, document_id: str) -> Document:
    """Return the document with this id. Raises KeyError."""
    document = find_document(session, document_id)
    if document is None:
        raise KeyError(document_id)
    return document


def documents_named(session: Session, name: str) -> Sequence[Document]:
    """Return the document with this id, else every one whose invoice has this number."""
    row = session.get(DocumentRow, name)
    key = number_key(name)
    rows = [row] if row else []
    if not rows and key:
        query = select(DocumentRow).where(DocumentRow.number_key == key)
        rows = [*session.exec(query.order_by(DocumentRow.id).limit(_MOST_NAMED))]
    return [from_json(Document, each.data) for each in rows]


def documents_of_mail(session: Session, mail_id: str) -> Sequence[Document]:
    """Return the documents that one mail brought, in order."""
    rows = session.exec(
        select(DocumentRow).where(DocumentRow.mail_id == mail_id).order_by(DocumentRow.id)
    )
    return [from_json(Document, row.data) for row in rows]


def documents_in(
    session: Session, dossiers: Iterable[str], statuses: Iterable[Status]
) -> Sequence[Document]:
    """Return the documents of some dossiers that stand in some statuses, oldest first."""
    rows = session.exec(
        select(DocumentRow)
        .where(col(DocumentRow.dossier).in_(list(dossiers)))
        .where(col(DocumentRow.status).in_([status.value for status in statuses]))
        .order_by(DocumentRow.id)
    )
    return [from_json(Document, row.data) for row in rows]


def dossiers_with(
    session: Session, statuses: Iterable[Status], *, since: datetime | None = None
) -> set[str]:
    """Return the dossiers with a document in some status, received since a moment."""
    query = (
        select(DocumentRow.dossier)
        .where(col(DocumentRow.status).in_([status.value for status in statuses]))
        .distinct()
    )
    if since is not None:
        query = query.where(col(DocumentRow.received_at) >= since)
    return set(session.exec(query))


def documents_on_hold(session: Session) -> Sequence[Document]:
    """Return every document that waits for a date or for `vrij`, oldest first."""
    rows = session.exec(select(DocumentRow).where(col(DocumentRow.on_hold)))
    return [from_json(Document, row.data) for row in rows]


def look_alikes(session: Session, document: Document) -> Sequence[Document]:
    """Return earlier documents of the dossier that share file, invoice number, or supplier.

    Newest first. Of a supplier that sends invoices all day only the newest are compared: what has
    the same file or number is found however old it is.
    """
    found = (each for query in _alike(document) for each in session.exec(query))
    ids = list(dict.fromkeys(found))
    if not ids:
        return []
    rows = session.exec(select(DocumentRow).where(col(DocumentRow.id).in_(ids)))
    alike = sorted(rows, key=lambda row: row.id, reverse=True)
    return [from_json(Document, row.data) for row in alike]


def _alike(document: Document) -> Iterator[SelectOfScalar[str]]:
    """Yield a query for each likeness: each has an index of its own, an OR of them has none."""
    newest = (
        select(DocumentRow.id)
        .where(DocumentRow.dossier == document.dossier, DocumentRow.id != document.id)
        .where(DocumentRow.status != Status.DELETED.value)
        .order_by(col(DocumentRow.id).desc())
        .limit(_MOST_ALIKE)
    )
    yield newest.where(DocumentRow.sha256 == document.original.sha256)
    # A bundle that was split stands for its file alone: its invoices are documents of their own.
    whole = newest.where(DocumentRow.status != Status.SPLIT.value)
    if key := supplier_key(document):
        yield whole.where(DocumentRow.supplier_key == key)
    if document.invoice and document.invoice.invoice_number:
        yield whole.where(DocumentRow.number_key == number_key(document.invoice.invoice_number))


def unpaid_documents(
    session: Session, dossier: str, statuses: Iterable[Status], *, limit: int
) -> Sequence[Document]:
    """Return the newest documents in some statuses of which nothing was paid or prepared."""
    paid = select(PaymentRow.id).where(
        PaymentRow.document_id == DocumentRow.id,
        col(PaymentRow.status).not_in([status.value for status in WITHOUT_EFFECT]),
    )
    query = (
        select(DocumentRow)
        .where(DocumentRow.dossier == dossier, ~paid.exists())
        .where(col(DocumentRow.status).in_([status.value for status in statuses]))
        .order_by(col(DocumentRow.id).desc())
    )
    return [from_json(Document, row.data) for row in session.exec(query.limit(limit))]


def status_counts(session: Session) -> dict[str, int]:
    """Return how many documents stand in each status."""
    number = sa.func.count()
    rows = session.exec(select(DocumentRow.status, number).group_by(DocumentRow.status))
    return dict(rows.all())


def supplier_key(document: Document) -> str:
    """Return what makes a counterparty the same one: its VAT number, else its name, folded."""
    invoice = document.invoice
    if invoice is None:
        return ""
    return (invoice.supplier_vat or re.sub(r"\W+", "", (invoice.supplier_name or "").casefold()))[
        :80
    ]


def number_key(number: str | None) -> str:
    """Return an invoice number without what people write in different ways, cut for the index."""
    return re.sub(r"[\W_]+", "", (number or "").casefold()).lstrip("0")[:80]


def find_export(session: Session, key: str) -> list[str] | None:
    """Return the file names of the export with this key, None if it never left."""
    row = session.get(ExportRow, key)
    return list(json.loads(row.data)) if row else None


def record_export(
    session: Session,
    key: str,
    *,
    document_id: str,
    connector: str,
    at: datetime,
    names: Sequence[str],
) -> None:
    """Remember that a booking left, and as which files."""
    session.add(
        ExportRow(
            key=key, document_id=document_id, connector=connector, at=at, data=json.dumps(names)
        )
    )
