"""Who was asked to approve what, and what they said."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailbot.domain.approval import Approval, ApprovalState
from mailbot.domain.people import ApprovalMode
from storage.tables.approvals import ApprovalRow


def record_approvals(session: Session, approvals: Iterable[Approval]) -> None:
    """Keep approvals: new, or as they are now."""
    for approval in approvals:
        session.merge(
            ApprovalRow(
                document_id=approval.document_id,
                rule=approval.rule,
                approver=approval.approver,
                mode=approval.mode,
                state=approval.state.value,
                version=approval.version,
                decided_at=approval.decided_at,
                mail_id=approval.mail_id,
                decided_by=approval.decided_by,
                turn=approval.turn,
                asked_at=approval.asked_at,
                reminded_at=approval.reminded_at,
                escalated_to=approval.escalated_to,
            )
        )
    session.flush()


def approvals_of(session: Session, document_id: str) -> tuple[Approval, ...]:
    """Return every approver's part for a document."""
    rows = session.exec(
        select(ApprovalRow)
        .where(ApprovalRow.document_id == document_id)
        .order_by(ApprovalRow.rule, ApprovalRow.approver)
    )
    return tuple(_approval(row) for row in rows)


def open_approvals_by(session: Session, approver: str | None = None) -> Sequence[Approval]:
    """Return what still waits for this approver, or for anybody.

    What they may decide because its approver did not answer in time is theirs, too.
    """
    query = select(ApprovalRow).where(ApprovalRow.state == ApprovalState.OPEN.value)
    if approver is not None:
        is_theirs = col(ApprovalRow.approver) == approver
        query = query.where(sa.or_(is_theirs, col(ApprovalRow.escalated_to) == approver))
    rows = session.exec(query.order_by(col(ApprovalRow.document_id)))
    return [_approval(row) for row in rows]


def approvals_asked_before(session: Session, at: datetime) -> Sequence[Approval]:
    """Return what was asked before this moment and still waits."""
    rows = session.exec(
        select(ApprovalRow)
        .where(ApprovalRow.state == ApprovalState.OPEN.value, col(ApprovalRow.asked_at) < at)
        .order_by(col(ApprovalRow.document_id))
    )
    return [_approval(row) for row in rows]


#: a row in a way that only a newer version knows demands everybody
_MODES: dict[str, ApprovalMode] = {"one": "one", "in_order": "in_order"}


def _approval(row: ApprovalRow) -> Approval:
    return Approval(
        document_id=row.document_id,
        rule=row.rule,
        approver=row.approver,
        mode=_MODES.get(row.mode, "all"),
        version=row.version,
        state=ApprovalState(row.state),
        decided_at=row.decided_at,
        mail_id=row.mail_id,
        decided_by=row.decided_by or "",
        turn=row.turn or 0,
        asked_at=row.asked_at,
        reminded_at=row.reminded_at,
        escalated_to=row.escalated_to or "",
    )
