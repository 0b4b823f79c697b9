"""What people changed, newest last, for `herstel`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from mailbot.domain.change import Change
from mailbot.domain.document import Document
from mailbot.domain.values import from_json, to_json
from storage.tables import ChangeRow


def record_change(session: Session, change: Change) -> None:
    """Keep how a document was before a command."""
    session.add(ChangeRow(document_id=change.before.id, at=change.at, data=to_json(change)))
    session.flush()


def last_changes(session: Session, document_id: str) -> Sequence[Change]:
    """Return what the last answer that changed the document did to it, oldest first."""
    rows = session.exec(
        select(ChangeRow)
        .where(ChangeRow.document_id == document_id, col(ChangeRow.undone_at).is_(None))
        .order_by(col(ChangeRow.number).desc())
        .limit(100)
    ).all()
    changes = [replace(from_json(Change, row.data), number=row.number or 0) for row in rows]
    last = [each for each in changes if each.cause == changes[0].cause]
    return last[::-1]


def find_version(session: Session, document_id: str, version: int) -> Document | None:
    """Return a document as it was in an earlier version, None when that is not known any more."""
    rows = session.exec(
        select(ChangeRow)
        .where(ChangeRow.document_id == document_id)
        .order_by(col(ChangeRow.number).desc())
        .limit(100)
    )
    found = (from_json(Change, row.data).before for row in rows)
    return next((before for before in found if before.version == version), None)


def forget_changes(session: Session, changes: Sequence[Change], *, at: datetime) -> None:
    """Note that these were undone: they are not undone again."""
    for change in changes:
        row = session.get(ChangeRow, change.number)
        if row is not None:
            row.undone_at = at
            session.add(row)
    session.flush()
