"""Payments, who approved them, and the files that were made of them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.approval import ApprovalState
from mailbot.domain.payment import Payment, PaymentApproval, PaymentFile, PaymentStatus
from mailbot.domain.values import from_json, to_json
from storage.remembered import forget
from storage.tables.payments import PaymentApprovalRow, PaymentFileRow, PaymentRow

#: any number: see storage/one_at_a_time.py
_LOCKS = 4712
#: ids in one query
_AT_A_TIME = 500


def lock_payments(session: Session, dossier: str) -> None:
    """Keep others from the payments of a dossier until this transaction ends.

    Whoever counts what is left of an invoice, or makes a file, locks first and reads after:
    an invoice is never paid twice. Transactions on SQLite write one at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = sa.func.hashtext(dossier)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCKS, key)))
        # what this session had read before may have changed while it waited
        session.expire_all()
        forget(session)


def record_payment(session: Session, payment: Payment) -> None:
    """Keep a payment as it is now."""
    record_payments(session, [payment])


def record_payments(session: Session, payments: Sequence[Payment]) -> None:
    """Keep payments as they are now, many at the cost of few."""
    known = _rows(session, [payment.id for payment in payments])
    for payment in payments:
        session.add(_filled(known.get(payment.id), payment))
    session.flush()


def _filled(known: PaymentRow | None, payment: Payment) -> PaymentRow:
    """Return the row of a payment, with what it says now."""
    row = known or PaymentRow(
        id=payment.id,
        dossier=payment.dossier,
        status="",
        version=0,
        amount=payment.amount,
        data="",
    )
    row.document_id = payment.document_id
    row.status = payment.status.value
    row.version = payment.version
    row.amount = payment.amount
    row.creditor_iban = payment.creditor_iban
    row.file_id = payment.file_id
    row.execution_date = payment.execution_date
    row.data = to_json(payment)
    return row


def find_payments(session: Session, ids: Collection[str]) -> dict[str, Payment]:
    """Return payments by their ids; those that there are none of are left out."""
    return {i: from_json(Payment, row.data) for i, row in _rows(session, ids).items()}


def _rows(session: Session, ids: Collection[str]) -> dict[str, PaymentRow]:
    """Return the rows of these ids, some hundred at a time."""
    wanted = list(ids)
    found: dict[str, PaymentRow] = {}
    for at in range(0, len(wanted), _AT_A_TIME):
        some = select(PaymentRow).where(col(PaymentRow.id).in_(wanted[at : at + _AT_A_TIME]))
        found |= {row.id: row for row in session.exec(some)}
    return found


def find_payment(session: Session, payment_id: str) -> Payment | None:
    """Return a payment, None when there is none with this id."""
    row = session.get(PaymentRow, payment_id)
    return from_json(Payment, row.data) if row else None


def payments_of_document(session: Session, document_id: str) -> tuple[Payment, ...]:
    """Return every payment of a document, oldest first."""
    rows = select(PaymentRow).where(PaymentRow.document_id == document_id)
    return _payments(session.exec(rows.order_by(PaymentRow.id)).all())


def payments_in(
    session: Session,
    dossier: str,
    statuses: Collection[PaymentStatus],
    *,
    since: datetime | None = None,
    limit: int = 10_000,
) -> tuple[Payment, ...]:
    """Return the payments of a dossier in these statuses, oldest first; of too many the newest.

    `since`: those that were prepared since a moment.
    """
    rows = select(PaymentRow).where(
        PaymentRow.dossier == dossier,
        col(PaymentRow.status).in_([status.value for status in statuses]),
    )
    if since is not None:
        # ids begin with their millisecond (RFC 9562 §5.7)
        rows = rows.where(col(PaymentRow.id) >= f"{int(since.timestamp() * 1000):012x}")
    newest = session.exec(rows.order_by(col(PaymentRow.id).desc()).limit(limit)).all()
    return _payments(newest[::-1])


def payments_in_file(session: Session, file_id: str) -> tuple[Payment, ...]:
    """Return the payments of a file, oldest first."""
    rows = select(PaymentRow).where(PaymentRow.file_id == file_id)
    return _payments(session.exec(rows.order_by(PaymentRow.id)).all())


def record_payment_approvals(session: Session, approvals: Sequence[PaymentApproval]) -> None:
    """Keep approvals as they are now."""
    for approval in approvals:
        key = (approval.payment_id, approval.rule, approval.approver, approval.version)
        row = session.get(PaymentApprovalRow, key) or PaymentApprovalRow(
            payment_id=approval.payment_id,
            rule=approval.rule,
            approver=approval.approver,
            version=approval.version,
            state="",
        )
        row.state = approval.state.value
        row.decided_at = approval.decided_at
        row.cause = approval.cause
        session.add(row)
    session.flush()


def payment_approvals_of(session: Session, payment_id: str) -> tuple[PaymentApproval, ...]:
    """Return every approval of a payment, of earlier versions, too."""
    rows = select(PaymentApprovalRow).where(PaymentApprovalRow.payment_id == payment_id)
    ordered = rows.order_by(
        col(PaymentApprovalRow.version), PaymentApprovalRow.rule, PaymentApprovalRow.approver
    )
    return tuple(_approval(row) for row in session.exec(ordered))


def next_file_number(session: Session, dossier: str) -> int:
    """Return the number of the dossier's next file; lock the payments first."""
    last = select(sa.func.max(PaymentFileRow.number)).where(PaymentFileRow.dossier == dossier)
    return int(session.exec(last).one() or 0) + 1


def record_payment_file(session: Session, file: PaymentFile) -> None:
    """Keep a file that was made; it never changes."""
    session.add(
        PaymentFileRow(
            id=file.id,
            dossier=file.dossier,
            number=file.number,
            sha256=file.sha256,
            created_at=file.created_at,
            data=to_json(file),
        )
    )
    session.flush()


def find_payment_file(session: Session, dossier: str, number: int) -> PaymentFile | None:
    """Return a dossier's file by the number that people know, None when there is none."""
    found = select(PaymentFileRow).where(
        PaymentFileRow.dossier == dossier, PaymentFileRow.number == number
    )
    row = session.exec(found).first()
    return from_json(PaymentFile, row.data) if row else None


def payment_files_of(session: Session, dossier: str, *, limit: int = 100) -> list[PaymentFile]:
    """Return a dossier's newest files, newest first."""
    rows = select(PaymentFileRow).where(PaymentFileRow.dossier == dossier)
    newest = rows.order_by(col(PaymentFileRow.number).desc()).limit(limit)
    return [from_json(PaymentFile, row.data) for row in session.exec(newest)]


def _payments(rows: Sequence[PaymentRow]) -> tuple[Payment, ...]:
    return tuple(from_json(Payment, row.data) for row in rows)


def _approval(row: PaymentApprovalRow) -> PaymentApproval:
    return PaymentApproval(
        payment_id=row.payment_id,
        rule=row.rule,
        approver=row.approver,
        version=row.version,
        state=ApprovalState(row.state),
        decided_at=row.decided_at,
        cause=row.cause,
    )
