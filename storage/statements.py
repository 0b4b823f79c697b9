"""Bank statements, their movements, and what these may be for."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.document import Document, Status
from mailbot.domain.money import cents
from mailbot.domain.movement import KeptStatement, Movement, MovementState
from mailbot.domain.payment import HANDED_OUT, Payment, PaymentStatus
from mailbot.domain.people import JournalKind
from mailbot.domain.values import from_json, to_json
from storage.tables import DocumentRow
from storage.tables.payments import PaymentRow
from storage.tables.statements import MovementRow, StatementRow

#: of one dossier: the newest purchase invoices, among which those that are paid now are
_MOST_OWED = 3000
#: what a stranger sent in must not stand beside an invoice that is known
_NEVER_OWED = (
    Status.QUARANTINED,
    Status.REJECTED,
    Status.DELETED,
    Status.SPLIT,
    Status.UNREADABLE,
)


def record_statement(session: Session, statement: KeptStatement) -> None:
    """Keep a file of statements: new, or as it is now."""
    row = session.get(StatementRow, statement.id) or StatementRow(
        id=statement.id,
        dossier=statement.dossier,
        mail_id=statement.mail_id,
        sha256=statement.sha256,
        state="",
        at=statement.at,
        data="",
    )
    row.state = statement.state.value
    row.data = to_json(statement)
    session.add(row)
    session.flush()


def get_statement(session: Session, statement_id: str) -> KeptStatement:
    """Return a file of statements, locked until the end of the transaction. Raises KeyError."""
    query = select(StatementRow).where(StatementRow.id == statement_id).with_for_update()
    row = session.exec(query).first()
    if row is None:
        raise KeyError(statement_id)
    return from_json(KeptStatement, row.data)


def statements_of_mail(session: Session, mail_id: str) -> tuple[KeptStatement, ...]:
    """Return the files of statements that a mail brought."""
    rows = select(StatementRow).where(StatementRow.mail_id == mail_id).order_by(StatementRow.id)
    return tuple(from_json(KeptStatement, row.data) for row in session.exec(rows))


def known_movements(session: Session, keys: Sequence[str]) -> frozenset[str]:
    """Return those of `keys` that are kept already."""
    query = select(MovementRow.key)
    found: set[str] = set()
    for at in range(0, len(keys), 500):
        found.update(session.exec(query.where(col(MovementRow.key).in_(keys[at : at + 500]))))
    return frozenset(found)


def record_movement(session: Session, movement: Movement) -> None:
    """Keep a movement: new, or as it is now."""
    session.merge(
        MovementRow(
            key=movement.key,
            dossier=movement.dossier,
            statement_id=movement.statement_id,
            iban=movement.iban,
            state=movement.state.value,
            entry_date=movement.entry_date,
            amount=movement.amount,
            document_id=movement.document_id,
            data=to_json(movement),
        )
    )
    session.flush()


def movements_in(
    session: Session,
    dossier: str,
    states: Iterable[MovementState],
    *,
    since: date = date.min,
    limit: int = 1000,
) -> tuple[Movement, ...]:
    """Return a dossier's movements in these states from a day on, oldest first."""
    rows = select(MovementRow).where(
        MovementRow.dossier == dossier,
        col(MovementRow.state).in_([state.value for state in states]),
        MovementRow.entry_date >= since,
    )
    ordered = rows.order_by(col(MovementRow.entry_date), MovementRow.key).limit(limit)
    return tuple(from_json(Movement, row.data) for row in session.exec(ordered))


def purchases_of(session: Session, dossier: str) -> tuple[Document, ...]:
    """Return a dossier's newest purchase documents that may be owed, newest first; not locked."""
    rows = select(DocumentRow).where(
        DocumentRow.dossier == dossier,
        DocumentRow.kind == JournalKind.PURCHASE.value,
        col(DocumentRow.status).not_in([status.value for status in _NEVER_OWED]),
    )
    newest = rows.order_by(col(DocumentRow.id).desc()).limit(_MOST_OWED)
    return tuple(from_json(Document, row.data) for row in session.exec(newest))


def amounts_out(session: Session, dossier: str) -> dict[str, Decimal]:
    """Return what was paid or handed out of each document, by its id."""
    out = [status.value for status in (PaymentStatus.PAID, *HANDED_OUT)]
    amount = sa.func.sum(PaymentRow.amount)
    query = select(PaymentRow.document_id, amount).where(
        PaymentRow.dossier == dossier, col(PaymentRow.status).in_(out)
    )
    rows = session.exec(query.group_by(PaymentRow.document_id)).all()
    return {document_id: cents(Decimal(total)) for document_id, total in rows if document_id}


def payments_to(session: Session, dossier: str, iban: str) -> tuple[Payment, ...]:
    """Return a dossier's payments to an account, oldest first."""
    rows = select(PaymentRow).where(
        PaymentRow.creditor_iban == iban, PaymentRow.dossier == dossier
    )
    found = session.exec(rows.order_by(PaymentRow.id)).all()
    return tuple(from_json(Payment, row.data) for row in found)
